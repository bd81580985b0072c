package io.crossdock.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import build.buf.protovalidate.ValidatorFactory;
import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.rpc.Code;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.common.v1.ReasonProto;
import io.crossdock.policy.v1.DataClass;
import io.crossdock.policy.v1.DegradedMode;
import io.crossdock.policy.v1.EventPolicy;
import io.crossdock.policy.v1.FieldPolicy;
import io.crossdock.policy.v1.Idempotency;
import io.crossdock.policy.v1.Lane;
import io.crossdock.policy.v1.Lifecycle.Stage;
import io.crossdock.policy.v1.MethodPolicy;
import io.crossdock.policy.v1.PolicyProto;
import io.crossdock.policy.v1.Priority;
import io.crossdock.policy.v1.RetryClass;
import io.crossdock.policy.v1.ServicePolicy;
import io.crossdock.rules.MessageRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What every contract of the product promises, checked on the descriptor set that ships with it.
 */
final class PolicyOptionsTest {

  private static final int FRESHNESS_FIELD = 15;
  private static final int HUB_FRESHNESS_FIELD = 16;
  private static final Pattern SCOPE = Pattern.compile("[a-z]+\\.[a-z]+");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^}]*)}");

  // Domains whose writes a process repeats after an unknown outcome.
  private static final Set<String> LOOKED_UP =
      Set.of(
          "crossdock.order.v1",
          "crossdock.fulfillment.v1",
          "crossdock.returns.v1",
          "crossdock.payment.v1",
          "crossdock.finance.v1",
          "crossdock.tax.v1",
          "crossdock.pos.v1");

  private static final List<FileDescriptor> files = new ArrayList<>();

  @BeforeAll
  static void loadContracts() throws Exception {
    files.addAll(Contracts.files());
  }

  @Test
  void theDescriptorSetHoldsServices() {
    assertThat(methods()).hasSizeGreaterThan(40);
  }

  @Test
  void everyValidationRuleCompiles() {
    List<Descriptor> messages =
        files.stream().flatMap(file -> file.getMessageTypes().stream()).toList();

    assertThatCode(() -> ValidatorFactory.newBuilder().buildWithDescriptors(messages, true))
        .doesNotThrowAnyException();
  }

  @Test
  void everyServiceSaysWhoAnswersForIt() {
    assertThat(
            services()
                .filter(service -> !isComplete(policy(service)))
                .map(ServiceDescriptor::getFullName))
        .isEmpty();
  }

  @Test
  void everyMethodSaysHowItIsTreated() {
    assertThat(offenders(method -> !isComplete(method, policy(method)))).isEmpty();
  }

  @Test
  void everyReadStatesItsFreshness() {
    assertThat(offenders(method -> isRead(method) && !holdsFreshness(method.getOutputType())))
        .isEmpty();
  }

  @Test
  void whateverStatesTheSourcesFreshnessStatesTheHubs() {
    assertThat(
            offenders(method ->
                holdsFreshness(method.getOutputType())
                    != holdsHubFreshness(method.getOutputType())))
        .isEmpty();
  }

  @Test
  void everyKeyedWriteCarriesARequiredContext() {
    assertThat(offenders(method -> isKeyed(method) && !carriesContext(method.getInputType())))
        .isEmpty();
  }

  @Test
  void onlyUnaryReadsWithAKeyAreCached() {
    assertThat(
            offenders(method ->
                policy(method).hasCache()
                    && (!isRead(method)
                        || method.isServerStreaming()
                        || policy(method).getCache().getTtlMs() == 0
                        || keys(method.getInputType()).isEmpty())))
        .isEmpty();
  }

  @Test
  void keysAndRoutingAttributesAreSingleScalars() {
    assertThat(
            files.stream()
                .flatMap(file -> file.getMessageTypes().stream())
                .flatMap(message -> message.getFields().stream())
                .filter(field -> policy(field).getCacheKey() || isRouting(field))
                .filter(field -> field.isRepeated() || field.getJavaType() == JavaType.MESSAGE)
                .map(FieldDescriptor::getFullName))
        .isEmpty();
  }

  @Test
  void everyTagNamesFieldsOfTheRequestOrTheAnswer() {
    assertThat(
            methods()
                .flatMap(method ->
                    tags(method)
                        .flatMap(PolicyOptionsTest::placeholders)
                        .filter(path -> !isTagPath(method, path))
                        .map(path -> method.getFullName() + ": {" + path + "}")))
        .isEmpty();
  }

  @Test
  void aStaleAnswerIsDeclaredTogetherWithItsLife() {
    assertThat(
            offenders(method ->
                (policy(method).getDegradedMode() == DegradedMode.DEGRADED_MODE_STALE)
                    != (policy(method).getCache().getStaleIfErrorMs() > 0)))
        .isEmpty();
  }

  @Test
  void noCachedAnswerHoldsSensitiveData() {
    assertThat(
            offenders(method ->
                policy(method).hasCache()
                    && holdsSensitive(method.getOutputType(), new HashSet<>())))
        .isEmpty();
  }

  @Test
  void onlySafeAndKeyedCallsAreSentAgain() {
    assertThat(
            offenders(method ->
                policy(method).getRetry() == RetryClass.RETRY_CLASS_UNAVAILABLE
                    && !isRead(method)
                    && !isKeyed(method)))
        .isEmpty();
  }

  @Test
  void everyRoutingAttributeIsText() {
    assertThat(
            messages()
                .flatMap(message -> message.getFields().stream())
                .filter(field -> isRouting(field) && field.getJavaType() != JavaType.STRING)
                .map(FieldDescriptor::getFullName))
        .isEmpty();
  }

  @Test
  void everyScopeNamesADomainAndARight() {
    assertThat(
            offenders(method ->
                !policy(method).getScopesList().stream()
                    .allMatch(scope -> SCOPE.matcher(scope).matches())))
        .isEmpty();
  }

  @Test
  void noStreamIsSentAgain() {
    assertThat(
            offenders(method ->
                method.isServerStreaming()
                    && policy(method).getRetry() == RetryClass.RETRY_CLASS_UNAVAILABLE))
        .isEmpty();
  }

  @Test
  void onlyWritesDropCachedAnswers() {
    assertThat(offenders(method -> isRead(method) && policy(method).getInvalidatesCount() > 0))
        .isEmpty();
  }

  @Test
  void theCatalogueOfEventsIsComplete() {
    assertThat(events().map(Descriptor::getName))
        .containsExactlyInAnyOrder(
            "OrderPlaced",
            "OrderConfirmed",
            "OrderCancelled",
            "OrderRejected",
            "OrderUpdated",
            "OrderCompleted",
            "OrderVoided",
            "PaymentAuthorised",
            "PaymentCaptured",
            "PaymentFailed",
            "PaymentVoided",
            "DisputeOpened",
            "DisputeClosed",
            "StockAdjusted",
            "StockReserved",
            "StockReleased",
            "ShipmentDispatched",
            "ShipmentDelivered",
            "ShipmentFailed",
            "ShipmentReturned",
            "ShipmentLost",
            "FulfillmentAssigned",
            "GoodsPicked",
            "PickupReady",
            "PickedUp",
            "PickupExpired",
            "ReturnSubmitted",
            "ReturnApproved",
            "ReturnRejected",
            "ReturnCancelled",
            "ReturnReceived",
            "ReturnInspected",
            "ReturnCompleted",
            "RefundSubmitted",
            "RefundPosted",
            "RefundFailed",
            "RefundReversed",
            "PointsAccrued",
            "PointsRedeemed",
            "PointsReversed",
            "PointsExpired",
            "PointsActivated",
            "PointsReserved",
            "PointsReleased",
            "PointsAdjusted",
            "PointsTransferred",
            "TierChanged",
            "MemberEnrolled",
            "MembersMerged",
            "CustomerUpdated",
            "CustomerMerged",
            "CustomerUnmerged",
            "CustomerErased",
            "AccountStatusChanged",
            "ConsentChanged",
            "CaseOpened",
            "CaseUpdated",
            "PostingCompleted",
            "PostingRejected",
            "ProductChanged",
            "PostingReversed",
            "PriceChanged",
            "PromotionPublished");
  }

  @Test
  void everyEventSaysHowItTravels() {
    assertThat(events().filter(event -> !isComplete(event)).map(Descriptor::getName)).isEmpty();
  }

  @Test
  void everyAggregateTravelsInOneLane() {
    assertThat(
            events()
                .collect(
                    Collectors.groupingBy(
                        event -> eventPolicy(event).getAggregate(),
                        Collectors.mapping(
                            event -> eventPolicy(event).getLane(), Collectors.toSet())))
                .entrySet()
                .stream()
                .filter(lanes -> lanes.getValue().size() > 1))
        .isEmpty();
  }

  @Test
  void everyOwnerOfAnEventOwnsAServiceToo() {
    Set<String> owners =
        services().map(service -> policy(service).getOwner()).collect(Collectors.toSet());

    assertThat(
            events()
                .filter(event -> !owners.contains(eventPolicy(event).getOwner()))
                .map(event -> event.getName() + ": " + eventPolicy(event).getOwner()))
        .isEmpty();
  }

  @Test
  void everyLookUpIsAReadThatIsNeverAnsweredFromACache() {
    Map<String, MethodDescriptor> byPath =
        methods()
            .collect(
                Collectors.toMap(
                    method -> method.getService().getFullName() + "/" + method.getName(),
                    method -> method));

    assertThat(
            offenders(method -> {
              String path = policy(method).getLookUpMethod();
              MethodDescriptor lookUp = byPath.get(path);
              return !path.isEmpty()
                  && (!isKeyed(method)
                      || lookUp == null
                      || !isRead(lookUp)
                      || policy(lookUp).hasCache());
            }))
        .isEmpty();
  }

  @Test
  void everyWriteOfMoneyGoodsAndBooksCanBeLookedUp() {
    assertThat(
            offenders(method ->
                LOOKED_UP.contains(method.getFile().getPackage())
                    && isKeyed(method)
                    && policy(method).getLookUpMethod().isEmpty()))
        .isEmpty();
  }

  @Test
  void everyListThatRefersToAnotherNamesFieldsThatExist() {
    MessageRules rules = new MessageRules();

    assertThatCode(() ->
            messages()
                .filter(message -> !message.getFields().isEmpty())
                .forEach(message -> rules.prepare(DynamicMessage.getDefaultInstance(message))))
        .doesNotThrowAnyException();
  }

  @Test
  void everyTagOfAnEventNamesScalarFieldsOfIt() {
    assertThat(
            events()
                .flatMap(event ->
                    eventPolicy(event).getInvalidatesList().stream()
                        .flatMap(PolicyOptionsTest::placeholders)
                        .filter(path -> !isScalarPath(event, path))
                        .map(path -> event.getName() + ": {" + path + "}")))
        .isEmpty();
  }

  @Test
  void everyReasonHasACodeOfItsOwn() {
    assertThat(
            Reason.getDescriptor().getValues().stream()
                .filter(value -> value.getNumber() != Reason.REASON_UNSPECIFIED_VALUE)
                .filter(value -> {
                  Code code = value.getOptions().getExtension(ReasonProto.code);
                  return code == Code.UNKNOWN || code == Code.OK;
                })
                .map(EnumValueDescriptor::getName))
        .isEmpty();
  }

  private static Stream<ServiceDescriptor> services() {
    return files.stream().flatMap(file -> file.getServices().stream());
  }

  private static Stream<MethodDescriptor> methods() {
    return services().flatMap(service -> service.getMethods().stream());
  }

  private static Stream<Descriptor> messages() {
    return files.stream().flatMap(file -> file.getMessageTypes().stream());
  }

  private static Stream<Descriptor> events() {
    return messages().filter(message -> message.getOptions().hasExtension(PolicyProto.event));
  }

  private static EventPolicy eventPolicy(Descriptor event) {
    return event.getOptions().getExtension(PolicyProto.event);
  }

  private static boolean isComplete(Descriptor event) {
    EventPolicy policy = eventPolicy(event);
    FieldDescriptor key = event.findFieldByName(policy.getKey());
    return !policy.getAggregate().isEmpty()
        && !policy.getOwner().isEmpty()
        && policy.getLane() != Lane.LANE_UNSPECIFIED
        && key != null
        && !key.isRepeated()
        && key.getJavaType() == JavaType.STRING;
  }

  private static List<String> offenders(Predicate<MethodDescriptor> offends) {
    return methods().filter(offends).map(MethodDescriptor::getFullName).toList();
  }

  private static ServicePolicy policy(ServiceDescriptor service) {
    return service.getOptions().getExtension(PolicyProto.service);
  }

  private static MethodPolicy policy(MethodDescriptor method) {
    return method.getOptions().getExtension(PolicyProto.method);
  }

  private static FieldPolicy policy(FieldDescriptor field) {
    return field.getOptions().getExtension(PolicyProto.field);
  }

  private static boolean isComplete(ServicePolicy policy) {
    return !policy.getOwner().isEmpty()
        && !policy.getSystemOfRecord().isEmpty()
        && policy.getLifecycle().getStage() != Stage.STAGE_UNSPECIFIED
        && !policy.getLifecycle().getSince().isEmpty()
        && policy.getServiceLevel().getAvailabilityMillipercent() > 0
        && policy.getServiceLevel().getP99Ms() > 0;
  }

  private static boolean isComplete(MethodDescriptor method, MethodPolicy policy) {
    return policy.getPriority() != Priority.PRIORITY_UNSPECIFIED
        && (policy.getDeadlineMs() > 0 || method.isServerStreaming())
        && policy.getScopesCount() > 0
        && policy.getIdempotency() != Idempotency.IDEMPOTENCY_UNSPECIFIED
        && policy.getDegradedMode() != DegradedMode.DEGRADED_MODE_UNSPECIFIED
        && policy.getRetry() != RetryClass.RETRY_CLASS_UNSPECIFIED;
  }

  private static boolean isRead(MethodDescriptor method) {
    return policy(method).getIdempotency() == Idempotency.IDEMPOTENCY_SAFE;
  }

  private static boolean isKeyed(MethodDescriptor method) {
    return policy(method).getIdempotency() == Idempotency.IDEMPOTENCY_KEYED;
  }

  private static boolean holdsFreshness(Descriptor response) {
    return isMessage(
        response.findFieldByNumber(FRESHNESS_FIELD), Freshness.getDescriptor().getFullName());
  }

  private static boolean holdsHubFreshness(Descriptor response) {
    return isMessage(
        response.findFieldByNumber(HUB_FRESHNESS_FIELD),
        HubFreshness.getDescriptor().getFullName());
  }

  private static boolean carriesContext(Descriptor request) {
    FieldDescriptor context = request.findFieldByNumber(1);
    return isMessage(context, CommandContext.getDescriptor().getFullName())
        && context.getOptions().getExtension(ValidateProto.field).getRequired();
  }

  private static boolean isMessage(@Nullable FieldDescriptor field, String type) {
    return field != null
        && !field.isRepeated()
        && field.getJavaType() == JavaType.MESSAGE
        && field.getMessageType().getFullName().equals(type);
  }

  private static List<FieldDescriptor> keys(Descriptor request) {
    return request.getFields().stream().filter(field -> policy(field).getCacheKey()).toList();
  }

  private static boolean isRouting(FieldDescriptor field) {
    return !policy(field).getRoutingAttribute().isEmpty();
  }

  private static Stream<String> tags(MethodDescriptor method) {
    return Stream.concat(
        policy(method).getCache().getTagsList().stream(),
        policy(method).getInvalidatesList().stream());
  }

  private static Stream<String> placeholders(String tag) {
    return PLACEHOLDER.matcher(tag).results().map(PolicyOptionsTest::firstGroup);
  }

  private static String firstGroup(MatchResult match) {
    return match.group(1);
  }

  private static boolean isTagPath(MethodDescriptor method, String path) {
    return path.startsWith("response.")
        ? isScalarPath(method.getOutputType(), path.substring("response.".length()))
        : isScalarPath(method.getInputType(), path);
  }

  /** Whether a path leads to a scalar, perhaps inside of a list. */
  private static boolean isScalarPath(Descriptor message, String path) {
    int dot = path.indexOf('.');
    FieldDescriptor field = message.findFieldByName(dot < 0 ? path : path.substring(0, dot));
    if (field == null || field.isMapField()) {
      return false;
    }
    boolean isMessage = field.getJavaType() == JavaType.MESSAGE;
    return dot < 0
        ? !isMessage
        : isMessage && isScalarPath(field.getMessageType(), path.substring(dot + 1));
  }

  private static boolean holdsSensitive(Descriptor message, Set<Descriptor> seen) {
    return seen.add(message)
        && message.getFields().stream()
            .anyMatch(field ->
                policy(field).getDataClass() == DataClass.DATA_CLASS_SENSITIVE
                    || (field.getJavaType() == JavaType.MESSAGE
                        && holdsSensitive(field.getMessageType(), seen)));
  }
}
