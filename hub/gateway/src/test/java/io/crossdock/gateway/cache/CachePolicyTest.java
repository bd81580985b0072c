package io.crossdock.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.customer.v1.Customer;
import io.crossdock.customer.v1.GetCustomerRequest;
import io.crossdock.customer.v1.UpsertCustomerResponse;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Backend;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.DeadlinePolicy;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.pipeline.Pipeline;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Till;
import io.crossdock.gateway.pipeline.Verdict;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import io.crossdock.loyalty.v1.AccruePointsResponse;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
final class CachePolicyTest {

  private static final Operation GET_BALANCE =
      BuildContracts.operation("LoyaltyService/GetBalance");
  private static final Operation GET_ACCOUNT =
      BuildContracts.operation("LoyaltyService/GetAccount");
  private static final Operation ACCRUE = BuildContracts.operation("LoyaltyService/AccruePoints");
  private static final long LIFE = GET_BALANCE.timeToLive().toNanos();

  private final Till till = new Till();
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(0);
  private final AtomicLong clock = new AtomicLong(1);
  private final AnswerCache cache = new AnswerCache(1_000_000, clock::get);
  private final CachePolicy policy = new CachePolicy(cache);
  private final Backend backend = Backend.silent();
  private final Pipeline reads = pipeline(GET_BALANCE, backend);

  @AfterEach
  void stop() {
    timers.shutdownNow();
    till.close();
  }

  @Test
  void answersARepeatedReadFromTheCache() throws Exception {
    ask("M-1", 12);
    clock.addAndGet(1_234_000_000L);

    GetBalanceResponse again = parsed(till.send(reads, request("M-1")).answer());

    assertThat(again.getBalance().getMemberId()).isEqualTo("12 of M-1");
    assertThat(again.getHubFreshness().getMode()).isEqualTo(Freshness.Mode.MODE_CACHED);
    assertThat(again.getHubFreshness().getAge()).isEqualTo(Durations.fromMillis(1_234));
    assertThat(backend.waiting()).isZero();
    assertThat(cache.statistics().total().hits()).isEqualTo(1);
    assertThat(cache.statistics().total().misses()).isEqualTo(1);
  }

  @Test
  void asksAgainAtTheInstantTheLifeEnds() {
    ask("M-1", 12);

    clock.addAndGet(LIFE - 1);
    till.send(reads, request("M-1")).answer();
    assertThat(backend.waiting()).isZero();
    clock.addAndGet(1);

    ask("M-1", 13);
  }

  @Test
  void keepsMembersApart() throws Exception {
    ask("M-1", 12);
    ask("M-2", 13);

    GetBalanceResponse again = parsed(till.send(reads, request("M-1")).answer());

    assertThat(again.getBalance().getMemberId()).isEqualTo("12 of M-1");
  }

  @Test
  void keepsOperationsApart() {
    ask("M-1", 12);
    Pipeline accounts = pipeline(GET_ACCOUNT, backend);

    // The same bytes, another question.
    Till.Receipt receipt = till.send(accounts, request("M-1"));
    backend.next().answer(new byte[0]);

    assertThat(receipt.answer().status().isOk()).isTrue();
  }

  @Test
  void asksTheBackendOnceForManyCallsAtOnce() throws Exception {
    List<Till.Receipt> receipts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      receipts.add(till.send(reads, request("M-1"), new Metadata(), Context.ROOT, i % 2));
    }
    till.settle();

    answer(backend.next(), 12);

    for (Till.Receipt receipt : receipts) {
      assertThat(parsed(receipt.answer()).getBalance().getMemberId()).isEqualTo("12 of M-1");
    }
    assertThat(backend.waiting()).isZero();
    assertThat(cache.statistics().total().hits()).isEqualTo(99);
    assertThat(cache.statistics().total().misses()).isEqualTo(1);
  }

  @Test
  void tellsEveryoneWhoWaitsOfTheBackendsFailure() {
    Till.Receipt leader = till.send(reads, request("M-1"));
    Till.Receipt joined = till.send(reads, request("M-1"));
    till.settle();

    backend.next().finish(Outcome.failed(Reason.REASON_CONNECTOR_UNAVAILABLE, "loyalty is down"));

    assertThat(joined.answer().failure().reason()).isEqualTo(Reason.REASON_CONNECTOR_UNAVAILABLE);
    assertThat(joined.answer().trailers()).isNotSameAs(leader.answer().trailers());
    assertThat(leader.answer().failure().reason()).isEqualTo(Reason.REASON_CONNECTOR_UNAVAILABLE);
  }

  @Test
  void storesNoFailure() {
    till.send(reads, request("M-1"));
    backend.next().finish(Outcome.failed(Reason.REASON_NOT_FOUND, "no such member"));
    till.settle();

    ask("M-1", 12);

    assertThat(cache.tags()).isEqualTo(1);
  }

  @Test
  void goesOnForTheOthersWhenTheLeaderGivesUp() throws Exception {
    Till.Receipt leader = till.send(reads, request("M-1"));
    Till.Receipt joined = till.send(reads, request("M-1"), new Metadata(), Context.ROOT, 1);
    Till.Receipt third = till.send(reads, request("M-1"));
    till.settle();

    leader.cancel();
    assertThat(leader.answer().status().getCode()).isEqualTo(Status.Code.CANCELLED);
    answer(backend.next(), 12);

    assertThat(parsed(joined.answer()).getBalance().getMemberId()).isEqualTo("12 of M-1");
    assertThat(parsed(third.answer()).getBalance().getMemberId()).isEqualTo("12 of M-1");
    assertThat(backend.waiting()).isZero();
    assertThat(backend.cancelled()).isEmpty();
    // It was stored as well.
    assertThat(till.send(reads, request("M-1")).answer().status().isOk()).isTrue();
  }

  @Test
  void cancelsTheExchangeWhenTheLastWhoWaitsGivesUp() {
    Till.Receipt leader = till.send(reads, request("M-1"));
    Till.Receipt joined = till.send(reads, request("M-1"), new Metadata(), Context.ROOT, 1);
    till.settle();

    leader.cancel();
    leader.answer();
    till.settle();
    assertThat(backend.cancelled()).isEmpty();
    joined.cancel();
    joined.answer();
    till.settle();

    assertThat(backend.cancelled()).hasSize(1);
    assertThat(cache.tags()).isZero();
    backend.next();
    ask("M-1", 13);
  }

  @Test
  void noFollowerPaysForTheLeadersDeadline() throws Exception {
    Pipeline bounded =
        Pipeline.of(
            GET_BALANCE,
            List.of(new DeadlinePolicy(), policy),
            List.of(new SingleFlight(cache)),
            backend);
    Till.Receipt leader = till.send(bounded, request("M-1"), new Metadata(), deadline(100), 0);
    List<Till.Receipt> followers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      followers.add(till.send(bounded, request("M-1"), new Metadata(), deadline(10_000), i % 2));
    }
    till.settle();

    assertThat(leader.answer().failure().reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    Backend.Begun begun = backend.next();
    assertThat(begun.sink().remainingNanos()).isGreaterThan(GET_BALANCE.deadline().toNanos() / 2);
    answer(begun, 12);

    for (Till.Receipt follower : followers) {
      assertThat(parsed(follower.answer()).getBalance().getMemberId()).isEqualTo("12 of M-1");
    }
    assertThat(backend.waiting()).isZero();
    assertThat(backend.cancelled()).isEmpty();
  }

  @Test
  void aFollowerWaitsNoLongerThanItsOwnDeadline() throws Exception {
    Pipeline bounded =
        Pipeline.of(
            GET_BALANCE,
            List.of(new DeadlinePolicy(), policy),
            List.of(new SingleFlight(cache)),
            backend);
    Till.Receipt leader = till.send(bounded, request("M-1"));
    Till.Receipt follower = till.send(bounded, request("M-1"), new Metadata(), deadline(50), 1);

    assertThat(follower.answer().failure().reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    answer(backend.next(), 12);

    assertThat(parsed(leader.answer()).getBalance().getMemberId()).isEqualTo("12 of M-1");
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"REASON_DEADLINE_EXCEEDED", "REASON_RULE_VIOLATED"})
  void keepsTheLeadersOwnFailureFromTheOthers(Reason reason) throws Exception {
    Till.Receipt leader = till.send(reads, request("M-1"));
    Till.Receipt joined = till.send(reads, request("M-1"));
    till.settle();

    backend.next().finish(Outcome.failed(reason, "the leader's own"));
    answer(backend.next(), 12);

    assertThat(leader.answer().failure().reason()).isEqualTo(reason);
    assertThat(parsed(joined.answer()).getBalance().getMemberId()).isEqualTo("12 of M-1");
  }

  @Test
  void leavesTheFlightToTheOthersWhenOneOfThemGivesUp() throws Exception {
    Till.Receipt leader = till.send(reads, request("M-1"));
    Till.Receipt joined = till.send(reads, request("M-1"));
    till.settle();

    joined.cancel();
    joined.answer();
    answer(backend.next(), 12);

    assertThat(parsed(leader.answer()).getBalance().getMemberId()).isEqualTo("12 of M-1");
    assertThat(joined.closes()).isEqualTo(1);
  }

  @Test
  void releasesTheFlightWhenALaterPolicyRefuses() {
    Policy refusing = new Refusing();
    Pipeline refused =
        Pipeline.of(
            GET_BALANCE, List.of(policy, refusing), List.of(new SingleFlight(cache)), backend);

    Status.Code code = till.send(refused, request("M-1")).answer().status().getCode();

    assertThat(code).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(cache.tags()).isZero();
    ask("M-1", 12);
  }

  @Test
  void dropsWhatAWriteMadeUntrue() {
    ask("M-1", 12);
    ask("M-2", 13);

    write("M-1", (Reason) null);

    till.send(reads, request("M-2")).answer();
    assertThat(backend.waiting()).isZero();
    ask("M-1", 14);
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"REASON_CONNECTOR_UNAVAILABLE", "REASON_DEADLINE_EXCEEDED", "REASON_CANCELLED"})
  void dropsWhatAWriteMayHaveMadeUntrue(Reason reason) {
    ask("M-1", 12);

    write("M-1", reason);

    ask("M-1", 13);
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"REASON_RULE_VIOLATED", "REASON_NOT_FOUND"})
  void keepsWhatARefusedWriteLeftTrue(Reason reason) {
    ask("M-1", 12);

    write("M-1", reason);

    assertThat(till.send(reads, request("M-1")).answer().status().isOk()).isTrue();
    assertThat(backend.waiting()).isZero();
  }

  @Test
  void storesNoAnswerThatAWriteInvalidated() throws Exception {
    Till.Receipt before = till.send(reads, request("M-1"));
    Backend.Begun underWay = backend.next();

    write("M-1", (Reason) null);
    answer(underWay, 12);

    assertThat(parsed(before.answer()).getBalance().getMemberId()).isEqualTo("12 of M-1");
    ask("M-1", 13);
  }

  @Test
  void asksAgainForThoseWhoWaitedForAnInvalidatedAnswer() throws Exception {
    till.send(reads, request("M-1"));
    Backend.Begun underWay = backend.next();
    Till.Receipt joined = till.send(reads, request("M-1"));
    till.settle();

    write("M-1", (Reason) null);
    answer(underWay, 12);
    answer(backend.next(), 13);

    assertThat(parsed(joined.answer()).getBalance().getMemberId()).isEqualTo("13 of M-1");
  }

  @Test
  void dropsTheBalancesOfAHouseholdWhenOneOfItsMembersEarns() {
    askOf("M-1", "A-1");
    askOf("M-2", "A-1");
    askOf("M-3", "A-3");

    write("M-1", "A-1");

    askOf("M-1", "A-1");
    askOf("M-2", "A-1");
    till.send(reads, request("M-3")).answer();
    assertThat(backend.waiting()).isZero();
  }

  @Test
  void keepsNoAnswerWhoseOwnTagWasDroppedWhileItWasUnderWay() throws Exception {
    till.send(reads, request("M-2"));
    Backend.Begun underWay = backend.next();
    Till.Receipt joined = till.send(reads, request("M-2"));
    till.settle();

    write("M-1", "A-1");
    answerOf(underWay, "M-2", "A-1");
    answerOf(backend.next(), "M-2", "A-1");

    assertThat(parsed(joined.answer()).getBalance().getAccountId()).isEqualTo("A-1");
    till.send(reads, request("M-2")).answer();
    assertThat(backend.waiting()).isZero();
  }

  @Test
  void keepsNoAnswerWhoseTagsCannotBeRead() {
    Till.Receipt receipt = till.send(reads, request("M-1"));
    backend.next().answer(new byte[] {0x0a, 0x05, 'x'});
    receipt.answer();

    ask("M-1", 13);

    assertThat(cache.statistics().total().entries()).isEqualTo(1);
  }

  @Test
  void dropsTheCustomerThatAWriteFoundByItsIdentity() {
    Operation get = BuildContracts.operation("CustomerService/GetCustomer");
    Pipeline customers = pipeline(get, backend);
    byte[] request = GetCustomerRequest.newBuilder().setCustomerId("C-1").build().toByteArray();
    till.send(customers, request);
    backend.next().answer(new byte[0]);
    till.send(customers, request).answer();

    Pipeline writes =
        pipeline(
            BuildContracts.operation("CustomerService/UpsertCustomer"),
            Backend.answering(
                UpsertCustomerResponse.newBuilder()
                    .setCustomer(Customer.newBuilder().setCustomerId("C-1"))
                    .build()
                    .toByteArray()));
    till.send(writes, new byte[0]).answer();
    till.send(customers, request);

    backend.next().answer(new byte[0]);
  }

  @Test
  void leavesARequestAloneThatIsNoQuestionOfTheContract() {
    byte[] unknownField = {0x7a, 0x01, 'x'};
    byte[] malformed = {0x0a, 0x05, 'x'};

    for (byte[] request : List.of(unknownField, malformed, unknownField, malformed)) {
      Till.Receipt receipt = till.send(reads, request);
      backend.next().answer(new byte[0]);
      assertThat(receipt.answer().status().isOk()).isTrue();
    }

    assertThat(cache.statistics().total().entries()).isZero();
    assertThat(cache.tags()).isZero();
  }

  @Test
  void concernsCachedReadsAndWritesThatDropAnswers() {
    assertThat(policy.appliesTo(GET_BALANCE)).isTrue();
    assertThat(policy.appliesTo(ACCRUE)).isTrue();
    assertThat(policy.appliesTo(BuildContracts.operation("LoyaltyService/ListEntries"))).isFalse();
  }

  private Context deadline(long millis) {
    return Context.ROOT.withDeadline(Deadline.after(millis, TimeUnit.MILLISECONDS), timers);
  }

  private Pipeline pipeline(Operation operation, Backend exchange) {
    return Pipeline.of(operation, List.of(policy), List.of(new SingleFlight(cache)), exchange);
  }

  private void ask(String member, int answer) {
    Till.Receipt receipt = till.send(reads, request(member));
    answer(backend.next(), answer);
    assertThat(receipt.answer().status().isOk()).isTrue();
  }

  private void askOf(String member, String account) {
    till.send(reads, request(member));
    answerOf(backend.next(), member, account);
    till.send(reads, request(member)).answer();
  }

  private static void answerOf(Backend.Begun begun, String member, String account) {
    begun.answer(
        GetBalanceResponse.newBuilder()
            .setBalance(Balance.newBuilder().setMemberId(member).setAccountId(account))
            .build()
            .toByteArray());
  }

  private void write(String member, String account) {
    write(
        member,
        Backend.answering(
            AccruePointsResponse.newBuilder()
                .setBalance(Balance.newBuilder().setAccountId(account))
                .build()
                .toByteArray()));
  }

  private void write(String member, @Nullable Reason failure) {
    write(
        member,
        failure == null
            ? Backend.answering(new byte[0])
            : Backend.doing((call, sink) -> sink.finish(Outcome.failed(failure, "refused"))));
  }

  private void write(String member, Backend outcome) {
    Pipeline writes = pipeline(ACCRUE, outcome);
    byte[] request =
        AccruePointsRequest.newBuilder()
            .setMemberId(member)
            .setContext(CommandContext.newBuilder().setRequestId("R-1"))
            .build()
            .toByteArray();
    till.send(writes, request).answer();
  }

  private static void answer(Backend.Begun begun, int answer) {
    String member = GET_BALANCE.tags(begun.call().fields()).getFirst().replaceFirst(".*/", "");
    begun.answer(
        GetBalanceResponse.newBuilder()
            .setBalance(Balance.newBuilder().setMemberId(answer + " of " + member))
            .build()
            .toByteArray());
  }

  private static byte[] request(String member) {
    return GetBalanceRequest.newBuilder().setMemberId(member).build().toByteArray();
  }

  private static GetBalanceResponse parsed(Till.Answer answer) throws Exception {
    return GetBalanceResponse.parseFrom(answer.bytes());
  }

  private static final class Refusing implements Policy {
    @Override
    public String name() {
      return "refusing";
    }

    @Override
    public Verdict before(Call call) {
      return Verdict.refuse(Reason.REASON_RULE_VIOLATED, "no");
    }
  }
}
