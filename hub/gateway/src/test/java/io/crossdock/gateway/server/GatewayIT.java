package io.crossdock.gateway.server;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.Route;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.routing.Routes;
import io.crossdock.gateway.wire.Marshallers;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.WatchAvailabilityRequest;
import io.crossdock.inventory.v1.WatchAvailabilityResponse;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import io.crossdock.loyalty.v1.AccruePointsResponse;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class GatewayIT {

  private static final OpenTelemetry PROPAGATING =
      OpenTelemetry.propagating(
          ContextPropagators.create(
              TextMapPropagator.composite(
                  W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())));

  private final Loyalty loyalty = new Loyalty();
  private ScriptedConnector loyaltyProcess;
  private ScriptedConnector europe;
  private ScriptedConnector america;
  private Gateway gateway;
  private ManagedChannel channel;
  private LoyaltyServiceGrpc.LoyaltyServiceBlockingStub till;
  private InventoryServiceGrpc.InventoryServiceBlockingStub stock;

  @BeforeEach
  void start() throws Exception {
    loyaltyProcess = ScriptedConnector.serve(0, loyalty);
    europe = ScriptedConnector.serve(0, new Inventory("erp-eu"));
    america = ScriptedConnector.serve(0, new Inventory("erp-us"));
    HubConfig.Builder config = HubConfig.newBuilder();
    config.getListenBuilder().setPort(0);
    config.getLimitsBuilder().setMaxMessageBytes(4096);
    config.addConnectorsBuilder().setName("loyalty").addInstances(at(loyaltyProcess));
    config.addConnectorsBuilder().setName("erp-eu").addInstances(at(europe));
    config.addConnectorsBuilder().setName("erp-us").addInstances(at(america));
    config
        .addRoutesBuilder()
        .setService("crossdock.loyalty.v1.LoyaltyService")
        .setConnector("loyalty");
    var stockRoute =
        config.addRoutesBuilder().setService("crossdock.inventory.v1.InventoryService");
    stockRoute.addRulesBuilder().setWhen("location.startsWith('EU-')").setConnector("erp-eu");
    stockRoute.addRulesBuilder().setWhen("location.startsWith('US-')").setConnector("erp-us");
    gateway =
        TestGateway.create(
            config.build(), ContractSet.ofBuild(), PROPAGATING, ofGateway -> List.of());
    gateway.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
    till = LoyaltyServiceGrpc.newBlockingStub(channel);
    stock = InventoryServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    loyalty.gate.countDown();
    channel.shutdownNow();
    gateway.close();
    loyaltyProcess.close();
    europe.close();
    america.close();
  }

  @Test
  void passesAnAnswerThroughAndStampsItLive() {
    GetBalanceResponse answer = till.getBalance(balanceOf("M-1001"));

    assertThat(answer.getBalance().getBalances(0).getAvailable().getUnits()).isEqualTo(12_480);
    assertThat(answer.getHubFreshness().getMode()).isEqualTo(Freshness.Mode.MODE_LIVE);
    assertThat(answer.getFreshness().getSourceSystem()).isEqualTo("loyalty");
    assertThat(answer.getHubFreshness().hasObservedAt()).isTrue();
  }

  @Test
  void neverMakesAnAnswerFresherThanItsSourceSays() {
    loyalty.freshness =
        Freshness.newBuilder()
            .setSourceSystem("loyalty")
            .setMode(Freshness.Mode.MODE_STALE)
            .setAge(Durations.fromSeconds(3_600))
            .build();

    GetBalanceResponse passed = till.getBalance(balanceOf("M-1001"));
    GetBalanceResponse cached = till.getBalance(balanceOf("M-1001"));

    assertThat(loyalty.reads).hasValue(1);
    for (GetBalanceResponse answer : List.of(passed, cached)) {
      assertThat(answer.getFreshness()).isEqualTo(loyalty.freshness);
      assertThat(answer.getHubFreshness().getMode()).isEqualTo(Freshness.Mode.MODE_STALE);
      assertThat(answer.getHubFreshness().getAge().getSeconds()).isBetween(3_600L, 3_660L);
    }
    assertThat(cached.getHubFreshness().getObservedAt())
        .isEqualTo(passed.getHubFreshness().getObservedAt());
  }

  @Test
  void takesOutWhatAConnectorPutsIntoTheHubsField() throws Exception {
    loyalty.more =
        GetBalanceResponse.newBuilder()
            .setHubFreshness(
                HubFreshness.newBuilder()
                    .setMode(Freshness.Mode.MODE_OFFLINE)
                    .setObservedAt(Timestamps.fromMillis(1_000)))
            .build();

    GetBalanceResponse passed = till.getBalance(balanceOf("M-1001"));
    GetBalanceResponse cached = till.getBalance(balanceOf("M-1001"));

    for (GetBalanceResponse answer : List.of(passed, cached)) {
      assertThat(answer.getHubFreshness().getMode()).isEqualTo(Freshness.Mode.MODE_OFFLINE);
      assertThat(answer.getHubFreshness().getObservedAt().getSeconds()).isGreaterThan(1_000L);
    }
    // Once in the bytes, so that parsers that merge and parsers that overwrite see the same.
    UnknownFieldSet raw = UnknownFieldSet.parseFrom(rawBalanceOf("M-1001"));
    assertThat(raw.getField(GetBalanceResponse.HUB_FRESHNESS_FIELD_NUMBER).getLengthDelimitedList())
        .hasSize(1);
  }

  @Test
  void theCallersBaggageEndsAtTheHub() {
    Metadata headers = new Metadata();
    Metadata.Key<String> baggage = Metadata.Key.of("baggage", Metadata.ASCII_STRING_MARSHALLER);
    Metadata.Key<String> state = Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);
    Metadata.Key<String> parent = Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    headers.put(baggage, "member=ada@example.org");
    headers.put(state, "vendor=ada");
    headers.put(parent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    var _ =
        till.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .getBalance(balanceOf("M-1001"));

    Metadata seen = loyaltyProcess.seen.getLast().headers();
    assertThat(seen.containsKey(parent)).isTrue();
    assertThat(seen.containsKey(baggage)).isFalse();
    assertThat(seen.containsKey(state)).isFalse();
  }

  @Test
  void answersARepeatedReadFromMemoryAndTellsItsAge() {
    var _ = till.getBalance(balanceOf("M-1001"));

    GetBalanceResponse again = till.getBalance(balanceOf("M-1001"));

    assertThat(again.getBalance().getBalances(0).getAvailable().getUnits()).isEqualTo(12_480);
    assertThat(again.getHubFreshness().getMode()).isEqualTo(Freshness.Mode.MODE_CACHED);
    assertThat(again.getHubFreshness().hasAge()).isTrue();
    assertThat(loyalty.reads).hasValue(1);
  }

  @Test
  void asksTheBackendOnceWhenManyAskTheSameAtOnce() throws Exception {
    loyalty.hold();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<GetBalanceResponse>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(callers.submit(() -> till.getBalance(balanceOf("M-7"))));
      }
      loyalty.entered.await();
      // Every caller has reached the hub when a later one on the same connection was answered.
      assertThat(stock.getAvailability(availability("SKU-1", "EU-001")).getHubFreshness().getMode())
          .isEqualTo(Freshness.Mode.MODE_LIVE);

      loyalty.gate.countDown();

      for (Future<GetBalanceResponse> answer : answers) {
        assertThat(answer.get(10, SECONDS).getBalance().getBalances(0).getAvailable().getUnits())
            .isEqualTo(12_480);
      }
    }
    assertThat(loyalty.reads).hasValue(1);
  }

  @Test
  void aWaiterTakesOverWhenTheLeaderGivesUp() throws Exception {
    loyalty.hold();
    Context.CancellableContext leaving = Context.current().withCancellation();
    Future<?> leader =
        CompletableFuture.supplyAsync(
            () -> inContext(leaving, () -> till.getBalance(balanceOf("M-8"))));
    loyalty.entered.await();
    CompletableFuture<GetBalanceResponse> waiter =
        CompletableFuture.supplyAsync(() -> till.getBalance(balanceOf("M-8")));
    assertThat(stock.getAvailability(availability("SKU-1", "EU-001")).hasFreshness()).isTrue();

    leaving.cancel(null);
    loyalty.gate.countDown();

    assertThat(waiter.get(10, SECONDS).getBalance().getBalances(0).getAvailable().getUnits())
        .isEqualTo(12_480);
    assertThat(leader).failsWithin(java.time.Duration.ofSeconds(10));
  }

  @Test
  void aWriteDropsWhatItMadeUntrue() {
    var _ = till.getBalance(balanceOf("M-1001"));
    var _ = till.getBalance(balanceOf("M-1002"));

    var _ = till.accruePoints(accrual("M-1001"));

    assertThat(till.getBalance(balanceOf("M-1001")).getHubFreshness().getMode())
        .isEqualTo(Freshness.Mode.MODE_LIVE);
    assertThat(till.getBalance(balanceOf("M-1002")).getHubFreshness().getMode())
        .isEqualTo(Freshness.Mode.MODE_CACHED);
  }

  @Test
  void routesByTheLocationInTheRequest() {
    assertThat(source(stock.getAvailability(availability("SKU-1", "EU-001")))).isEqualTo("erp-eu");
    assertThat(source(stock.getAvailability(availability("SKU-1", "US-001")))).isEqualTo("erp-us");
    assertThat(failureOf(() -> stock.getAvailability(availability("SKU-1", "XX-1"))).reason())
        .isEqualTo(Reason.REASON_NOT_FOUND);
  }

  @Test
  void namesTheFieldThatBreaksARule() {
    Failure failure = failureOf(() -> till.getBalance(balanceOf("no blanks allowed")));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(failure.violations())
        .singleElement()
        .satisfies(violation -> assertThat(violation.field()).isEqualTo("member_id"));
    assertThat(failure.message()).doesNotContain("blanks");
    assertThat(loyalty.reads).hasValue(0);
  }

  @Test
  void refusesAFieldThatTheContractDoesNotKnow() {
    GetBalanceRequest request =
        balanceOf("M-1").toBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(77, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build())
            .build();

    Failure failure = failureOf(() -> till.getBalance(request));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_UNKNOWN_FIELD);
    assertThat(failure.violations().getFirst().field()).isEqualTo("77");
  }

  @Test
  void refusesBytesThatAreNoMessageAndKeepsTheConnection() {
    Failure failure =
        failureOf(() -> raw("crossdock.loyalty.v1.LoyaltyService/GetBalance", new byte[] {10, 99}));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_MALFORMED_REQUEST);
    assertThat(till.getBalance(balanceOf("M-1001")).hasBalance()).isTrue();
  }

  @Test
  void refusesAMessageThatIsTooLarge() {
    Failure failure =
        failureOf(() -> raw("crossdock.loyalty.v1.LoyaltyService/GetBalance", new byte[8192]));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_MESSAGE_TOO_LARGE);
    assertThat(failure.metadata()).containsEntry("max_bytes", "4096");
  }

  @Test
  void saysWhichMethodNothingServes() {
    Failure failure = failureOf(() -> raw("crossdock.nothing.v1.NoService/Get", new byte[0]));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_METHOD_NOT_SERVED);
    assertThat(failure.metadata()).containsEntry("method", "crossdock.nothing.v1.NoService/Get");
  }

  @Test
  void saysThatTheConnectorIsDownAndFindsItAgain() throws Exception {
    var _ = till.accruePoints(accrual("M-1"));
    int port = loyaltyProcess.port();
    loyaltyProcess.close();

    Failure failure = failureOf(() -> till.getBalance(balanceOf("M-9")));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_CONNECTOR_UNAVAILABLE);
    assertThat(failure.metadata()).containsEntry("connector", "loyalty");
    loyaltyProcess = ScriptedConnector.serve(port, loyalty);
    assertThat(answerOnceItIsBack("M-9").hasBalance()).isTrue();
  }

  @Test
  void passesTheDeadlineOnAndItsExpiryBack() {
    loyalty.hold();

    StatusRuntimeException expired =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> till.withDeadlineAfter(200, MILLISECONDS).getBalance(balanceOf("M-1")));

    // Whose clock strikes first, the caller's or the hub's, is open; the code is the same.
    assertThat(expired.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(loyaltyProcess.seen.getLast().hadDeadline()).isTrue();
  }

  @Test
  void holdsTheContractsDeadlineWhenTheCallerHasNone() {
    loyalty.hold();
    long begin = System.nanoTime();

    Failure failure = failureOf(() -> till.getBalance(balanceOf("M-1")));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    assertThat((System.nanoTime() - begin) / 1e9).isBetween(0.8, 5.0);
  }

  @Test
  void passesOnThatTheCallerGaveUp() throws Exception {
    loyalty.hold();
    Context.CancellableContext leaving = Context.current().withCancellation();
    CompletableFuture<GetBalanceResponse> call =
        CompletableFuture.supplyAsync(
            () -> inContext(leaving, () -> till.getBalance(balanceOf("M-1"))));
    loyalty.entered.await();

    leaving.cancel(null);

    assertThat(loyalty.cancelled.await(10, SECONDS)).isTrue();
    assertThat(call).failsWithin(java.time.Duration.ofSeconds(10));
  }

  @Test
  void passesAConnectorsFailureOnWordForWord() {
    loyalty.refusal =
        Failure.of(Reason.REASON_NOT_FOUND, "There is no such member.").with("resource", "member");

    Failure failure = failureOf(() -> till.getBalance(balanceOf("M-0")));

    assertThat(failure).isEqualTo(loyalty.refusal);
  }

  @Test
  void streamsAnswersUntilTheirEnd() {
    Iterator<WatchAvailabilityResponse> changes =
        stock.watchAvailability(
            WatchAvailabilityRequest.newBuilder().setLocationId("EU-001").build());

    List<WatchAvailabilityResponse> all = new ArrayList<>();
    changes.forEachRemaining(all::add);

    assertThat(all).hasSize(Inventory.CHANGES);
    assertThat(all.getLast().getHubFreshness().getMode()).isEqualTo(Freshness.Mode.MODE_LIVE);
  }

  @Test
  void aSlowReaderHoldsTheBackendBackInsteadOfFillingMemory() throws Exception {
    Iterator<WatchAvailabilityResponse> changes =
        stock.watchAvailability(
            WatchAvailabilityRequest.newBuilder()
                .setLocationId("EU-001")
                .addItemIds("ENDLESS")
                .build());
    for (int i = 0; i < 3; i++) {
      assertThat(changes.next().hasAvailability()).isTrue();
    }

    assertThat(Inventory.heldBack.await(20, SECONDS)).isTrue();
  }

  @Test
  void losesNoCallInFlightWhenItStops() throws Exception {
    loyalty.hold();
    CompletableFuture<GetBalanceResponse> call =
        CompletableFuture.supplyAsync(() -> till.getBalance(balanceOf("M-1")));
    loyalty.entered.await();
    CompletableFuture<Void> stopping = CompletableFuture.runAsync(gateway::close);

    loyalty.gate.countDown();

    assertThat(call.get(10, SECONDS).getBalance().getBalances(0).getAvailable().getUnits())
        .isEqualTo(12_480);
    stopping.get(20, SECONDS);
  }

  @Test
  void callsInFlightEndWhereTheyBeganWhenRoutesAreSwapped() throws Exception {
    loyalty.hold();
    ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    Future<GetBalanceResponse> before = calls.submit(() -> till.getBalance(balanceOf("M-1001")));
    loyalty.entered.await();
    Routes elsewhere =
        Routes.compile(
            List.of(
                Route.newBuilder()
                    .setService("crossdock.inventory.v1.InventoryService")
                    .setConnector("erp-us")
                    .build(),
                Route.newBuilder()
                    .setService("crossdock.loyalty.v1.LoyaltyService")
                    .setConnector("erp-us")
                    .build()),
            ContractSet.ofBuild());
    AtomicBoolean stop = new AtomicBoolean();
    Future<Set<String>> steady =
        calls.submit(() -> {
          Set<String> sources = new LinkedHashSet<>();
          // Items of its own: what is asked below must not be cached before the swap.
          for (int i = 0; (!stop.get() || i < 200) && i < 100_000; i++) {
            sources.add(source(stock.getAvailability(availability("STEADY-" + i, "EU-001"))));
          }
          return sources;
        });
    assertThat(source(stock.getAvailability(availability("SKU-1", "EU-001")))).isEqualTo("erp-eu");

    gateway.routes().swap(elsewhere);

    assertThat(source(stock.getAvailability(availability("SKU-2", "EU-001")))).isEqualTo("erp-us");
    assertThat(failureOf(() -> till.getBalance(balanceOf("M-1002"))).metadata())
        .containsEntry("connector", "erp-us");
    stop.set(true);
    loyalty.gate.countDown();
    assertThat(before.get(10, SECONDS).getFreshness().getSourceSystem()).isEqualTo("loyalty");
    assertThat(steady.get(20, SECONDS)).contains("erp-us");
    calls.close();
  }

  // Each event loop tries its own lost connection again every second, and the call's is one of
  // them.
  private GetBalanceResponse answerOnceItIsBack(String member) {
    long end = System.nanoTime() + SECONDS.toNanos(20);
    while (true) {
      try {
        return till.getBalance(balanceOf(member));
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  private byte[] raw(String method, byte[] message) {
    return ClientCalls.blockingUnaryCall(
        channel,
        MethodDescriptor.newBuilder(Marshallers.BYTES, Marshallers.BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method)
            .build(),
        CallOptions.DEFAULT,
        message);
  }

  private static Failure failureOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    return Failure.from(error).orElseThrow(() -> new AssertionError("no ErrorInfo", error));
  }

  private static String at(ScriptedConnector connector) {
    return "127.0.0.1:" + connector.port();
  }

  private static String source(GetAvailabilityResponse answer) {
    return answer.getFreshness().getSourceSystem();
  }

  private static GetBalanceRequest balanceOf(String member) {
    return GetBalanceRequest.newBuilder().setMemberId(member).build();
  }

  private static GetAvailabilityRequest availability(String item, String location) {
    return GetAvailabilityRequest.newBuilder().setItemId(item).setLocationId(location).build();
  }

  private static AccruePointsRequest accrual(String member) {
    return AccruePointsRequest.newBuilder()
        .setContext(CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()))
        .setMemberId(member)
        .setOrderId("O-1")
        .setPoints(Points.newBuilder().setUnits(10))
        .build();
  }

  /** A loyalty platform that can be told to hold its answers back. */
  private static final class Loyalty extends LoyaltyServiceGrpc.LoyaltyServiceImplBase {

    final AtomicInteger reads = new AtomicInteger();
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch cancelled = new CountDownLatch(1);
    volatile CountDownLatch gate = new CountDownLatch(0);
    volatile @Nullable Failure refusal;
    volatile Freshness freshness = Freshness.newBuilder().setSourceSystem("loyalty").build();
    // What else the connector puts into its answers.
    volatile GetBalanceResponse more = GetBalanceResponse.getDefaultInstance();

    void hold() {
      gate = new CountDownLatch(1);
    }

    @Override
    public void getBalance(GetBalanceRequest request, StreamObserver<GetBalanceResponse> answer) {
      reads.incrementAndGet();
      Context.current().addListener(_ -> cancelled.countDown(), Runnable::run);
      entered.countDown();
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Failure refused = refusal;
      if (refused != null) {
        answer.onError(refused.toException());
        return;
      }
      answer.onNext(
          GetBalanceResponse.newBuilder()
              .setBalance(
                  Balance.newBuilder()
                      .addBalances(
                          PointsBalance.newBuilder()
                              .setAvailable(Points.newBuilder().setUnits(12_480))))
              .setFreshness(freshness)
              .mergeFrom(more)
              .build());
      answer.onCompleted();
    }

    @Override
    public void accruePoints(
        AccruePointsRequest request, StreamObserver<AccruePointsResponse> answer) {
      answer.onNext(AccruePointsResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }

  /** An ERP that says its own name. */
  private static final class Inventory extends InventoryServiceGrpc.InventoryServiceImplBase {

    static final int CHANGES = 200;
    static final CountDownLatch heldBack = new CountDownLatch(1);
    private final String name;

    Inventory(String name) {
      this.name = name;
    }

    @Override
    public void getAvailability(
        GetAvailabilityRequest request, StreamObserver<GetAvailabilityResponse> answer) {
      answer.onNext(
          GetAvailabilityResponse.newBuilder()
              .setAvailability(Availability.newBuilder().setItemId(request.getItemId()))
              .setFreshness(Freshness.newBuilder().setSourceSystem(name))
              .build());
      answer.onCompleted();
    }

    @Override
    public void watchAvailability(
        WatchAvailabilityRequest request, StreamObserver<WatchAvailabilityResponse> answer) {
      WatchAvailabilityResponse change =
          WatchAvailabilityResponse.newBuilder()
              .setAvailability(Availability.newBuilder().setItemId("x".repeat(1000)))
              .build();
      ServerCallStreamObserver<WatchAvailabilityResponse> peer =
          (ServerCallStreamObserver<WatchAvailabilityResponse>) answer;
      if (request.getItemIdsList().contains("ENDLESS")) {
        // Sends as fast as it may; not being allowed to send any more is what the test awaits.
        for (int i = 0; i < 100_000 && !peer.isCancelled(); i++) {
          if (!peer.isReady()) {
            heldBack.countDown();
            return;
          }
          peer.onNext(change);
        }
        return;
      }
      for (int i = 0; i < CHANGES; i++) {
        answer.onNext(change);
      }
      answer.onCompleted();
    }
  }

  private byte[] rawBalanceOf(String member) {
    return ClientCalls.blockingUnaryCall(
        channel,
        LoyaltyServiceGrpc.getGetBalanceMethod().toBuilder(Marshallers.BYTES, Marshallers.BYTES)
            .build(),
        CallOptions.DEFAULT,
        balanceOf(member).toByteArray());
  }

  private static <T> T inContext(Context context, Callable<T> call) {
    try {
      return context.call(call);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
