package io.crossdock.gateway.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import com.google.protobuf.UnknownFieldSet;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Backend;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Pipeline;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Till;
import io.crossdock.gateway.pipeline.Verdict;
import io.crossdock.inventory.v1.BatchGetAvailabilityRequest;
import io.crossdock.inventory.v1.ReserveRequest;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ValidationPolicyTest {

  private static final Operation GET_BALANCE =
      BuildContracts.operation("LoyaltyService/GetBalance");
  private static final Operation BATCH =
      BuildContracts.operation("InventoryService/BatchGetAvailability");
  private static final Operation RESERVE = BuildContracts.operation("InventoryService/Reserve");
  private static final Operation ACCRUE = BuildContracts.operation("LoyaltyService/AccruePoints");
  private static final byte[] ANSWER = {1};

  private final Till till = new Till();
  private final ValidationPolicy refusing = new ValidationPolicy(true);
  private final ValidationPolicy forwarding = new ValidationPolicy(false);

  @AfterEach
  void stop() {
    till.close();
  }

  @Test
  void letsAValidRequestPass() {
    assertThat(send(refusing, GET_BALANCE, balance("M-1001")).bytes()).isEqualTo(ANSWER);
  }

  @Test
  void namesTheFieldThatBreaksARule() {
    Till.Answer answer = send(refusing, GET_BALANCE, balance("no member!"));

    assertThat(answer.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(answer.failure().reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(answer.failure().violations())
        .singleElement()
        .satisfies(violation -> {
          assertThat(violation.field()).isEqualTo("member_id");
          assertThat(violation.rule()).isEqualTo("string.pattern");
          assertThat(violation.description()).doesNotContain("no member!");
        });
  }

  @Test
  void namesEveryFieldThatBreaksARuleByItsWay() {
    byte[] request =
        BatchGetAvailabilityRequest.newBuilder()
            .setLocationId("EU-001")
            .addItemIds("SKU-1001")
            .addItemIds("bad id")
            .build()
            .toByteArray();
    byte[] write =
        AccruePointsRequest.newBuilder()
            .setContext(CommandContext.newBuilder().setRequestId("no uuid"))
            .build()
            .toByteArray();

    assertThat(fields(send(refusing, BATCH, request).failure())).containsExactly("item_ids[1]");
    assertThat(fields(send(refusing, ACCRUE, write).failure()))
        .contains("context.request_id", "member_id");
  }

  @Test
  void standsAtTheLimitOfARule() {
    byte[] most = items(100);
    byte[] tooMany = items(101);

    assertThat(send(refusing, BATCH, most).status().isOk()).isTrue();
    assertThat(fields(send(refusing, BATCH, tooMany).failure())).containsExactly("item_ids");
    assertThat(fields(send(refusing, BATCH, items(0)).failure())).containsExactly("item_ids");
  }

  @Test
  void refusesAFieldThatTheContractDoesNotKnow() {
    Failure failure = send(refusing, GET_BALANCE, unknown("M-1001")).failure();

    assertThat(failure.reason()).isEqualTo(Reason.REASON_UNKNOWN_FIELD);
    assertThat(fields(failure)).containsExactly("77");
  }

  @Test
  void forwardsAnUnknownFieldWhenToldTo() {
    assertThat(send(forwarding, GET_BALANCE, unknown("M-1001")).status().isOk()).isTrue();
    assertThat(send(forwarding, GET_BALANCE, unknown("no member!")).failure().reason())
        .isEqualTo(Reason.REASON_RULE_VIOLATED);
  }

  @Test
  void refusesBytesThatAreNoMessage() {
    for (ValidationPolicy policy : List.of(refusing, forwarding)) {
      Failure failure = send(policy, GET_BALANCE, new byte[] {0x0a, 9, 'M'}).failure();

      assertThat(failure.reason()).isEqualTo(Reason.REASON_MALFORMED_REQUEST);
      assertThat(failure.violations()).hasSize(1);
    }
  }

  @Test
  void asksNoBackendAboutABadRequest() {
    Backend backend = Backend.answering(ANSWER);

    till.send(Pipeline.of(GET_BALANCE, List.of(refusing), List.of(), backend), balance(""))
        .answer();

    assertThat(backend.waiting()).isZero();
  }

  @Test
  void checksALargeRequestBesideTheEventLoops() {
    List<Verdict> verdicts = new CopyOnWriteArrayList<>();
    Policy watched = watched(verdicts);

    assertThat(send(watched, RESERVE, reserve(200, "1")).status().isOk()).isTrue();
    assertThat(verdicts).hasSize(2).first().isInstanceOf(Verdict.Wait.class);
    verdicts.clear();
    assertThat(send(watched, RESERVE, reserve(5, "1")).status().isOk()).isTrue();
    assertThat(verdicts).containsExactly(Verdict.PROCEED);
  }

  @Test
  void namesTheFirstViolationOfALargeRequest() {
    Failure failure = send(refusing, RESERVE, reserve(200, "1e2147483648")).failure();

    assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(fields(failure)).containsExactly("lines[0].quantity.value.value");
  }

  // Making messages of 2,000,000 entries takes longer than any other call may have to wait.
  @Test
  void refusesMillionsOfEntriesWithoutReadingThem() {
    byte[] entries = new byte[4_000_000];
    for (int i = 0; i < entries.length; i += 2) {
      entries[i] = 18;
    }

    Failure failure = send(refusing, BATCH, entries).failure();

    assertThat(failure.reason()).isEqualTo(Reason.REASON_MESSAGE_TOO_LARGE);
    assertThat(failure.violations()).isEmpty();
  }

  @Test
  void forgetsALargeRequestWhoseCallHasEnded() throws Exception {
    LargeRequests one = new LargeRequests(1);
    CountDownLatch open = new CountDownLatch(1);
    AtomicInteger checked = new AtomicInteger();
    LargeRequests.Check first =
        one.begin(() -> {
          Uninterruptibles.awaitUninterruptibly(open);
          return Verdict.PROCEED;
        });
    LargeRequests.Check dropped =
        one.begin(() -> {
          checked.incrementAndGet();
          return Verdict.PROCEED;
        });
    LargeRequests.Check last = one.begin(() -> Verdict.PROCEED);

    dropped.drop();
    open.countDown();

    assertThat(last.verdict().get(10, TimeUnit.SECONDS)).isEqualTo(Verdict.PROCEED);
    assertThat(first.verdict()).isDone();
    assertThat(checked).hasValue(0);
  }

  @Test
  void failsACallWhoseCheckFails() {
    LargeRequests one = new LargeRequests(1);

    LargeRequests.Check failed =
        one.begin(() -> {
          throw new IllegalStateException("no such rule");
        });

    assertThat(failed.verdict()).failsWithin(10, TimeUnit.SECONDS);
    assertThat(one.begin(() -> Verdict.PROCEED).verdict()).succeedsWithin(10, TimeUnit.SECONDS);
  }

  private Policy watched(List<Verdict> verdicts) {
    return new Policy() {
      @Override
      public String name() {
        return "watched";
      }

      @Override
      public Verdict before(Call call) {
        Verdict verdict = refusing.before(call);
        verdicts.add(verdict);
        return verdict;
      }
    };
  }

  private static byte[] reserve(int lines, String quantity) {
    ReserveRequest.Builder request =
        ReserveRequest.newBuilder()
            .setContext(
                CommandContext.newBuilder().setRequestId("0b4c8f0e-2f0e-4a51-9f0c-3f2c7f4f7c11"))
            .setLocationId("EU-001")
            .setOrderId("O-1");
    for (int i = 0; i < lines; i++) {
      request
          .addLinesBuilder()
          .setLineId("L" + i)
          .setItemId("SKU-AN-ITEM-WITH-A-LONGER-ID-" + i)
          .setQuantity(
              Quantity.newBuilder()
                  .setValue(Decimal.newBuilder().setValue(quantity))
                  .setUnitCode("C62"));
    }
    return request.build().toByteArray();
  }

  @Test
  void knowsTheRulesOfEveryContractOfTheBuild() {
    BuildContracts.ALL.services().stream()
        .flatMap(service -> service.operations().stream())
        .forEach(refusing::prepare);
  }

  @Test
  void keepsManyCallsAtOnceApart() {
    Pipeline pipeline =
        Pipeline.of(GET_BALANCE, List.of(refusing), List.of(), Backend.answering(ANSWER));

    List<Till.Receipt> receipts =
        IntStream.range(0, 400)
            .mapToObj(i ->
                till.send(
                    pipeline,
                    balance(i % 3 == 0 ? "bad " + i : "M-" + i),
                    new Metadata(),
                    Context.ROOT,
                    i % 2))
            .toList();

    for (int i = 0; i < 400; i++) {
      assertThat(receipts.get(i).answer().status().isOk()).isEqualTo(i % 3 != 0);
    }
  }

  private Till.Answer send(Policy policy, Operation operation, byte[] request) {
    return till.send(
            Pipeline.of(operation, List.of(policy), List.of(), Backend.answering(ANSWER)), request)
        .answer();
  }

  private static byte[] balance(String member) {
    return GetBalanceRequest.newBuilder().setMemberId(member).build().toByteArray();
  }

  private static byte[] unknown(String member) {
    return GetBalanceRequest.newBuilder()
        .setMemberId(member)
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(77, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build())
        .build()
        .toByteArray();
  }

  private static byte[] items(int count) {
    return BatchGetAvailabilityRequest.newBuilder()
        .setLocationId("EU-001")
        .addAllItemIds(IntStream.range(0, count).mapToObj(i -> "SKU-" + i).toList())
        .build()
        .toByteArray();
  }

  private static List<String> fields(Failure failure) {
    return failure.violations().stream().map(Failure.Violation::field).toList();
  }
}
