package io.crossdock.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.wire.Payload;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PipelineTest {

  private static final Operation GET_BALANCE =
      BuildContracts.operation("LoyaltyService/GetBalance");
  private static final byte[] REQUEST =
      GetBalanceRequest.newBuilder().setMemberId("M-1").build().toByteArray();
  private static final byte[] ANSWER = bytes("from the backend");

  private final Till till = new Till();
  private final List<String> notes = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    till.close();
  }

  @Test
  void goesThroughEveryPolicyAndBackInReverseOrder() {
    Pipeline pipeline = pipeline(Backend.answering(ANSWER), proceeding("a"), proceeding("b"));

    Till.Answer answer = till.send(pipeline, REQUEST).answer();

    assertThat(answer.bytes()).isEqualTo(ANSWER);
    assertThat(notes).containsExactly("before a", "before b", "after b OK", "after a OK");
    assertThat(pipeline.policies()).containsExactly("a", "b");
  }

  @Test
  void takesAPolicysAnswerForTheBackends() {
    Backend backend = Backend.answering(ANSWER);
    Policy answering =
        new ScriptedPolicy("b", notes, call -> Verdict.answer(Payload.of(bytes("from memory"))));

    Till.Answer answer =
        till.send(pipeline(backend, proceeding("a"), answering, proceeding("c")), REQUEST).answer();

    assertThat(answer.bytes()).isEqualTo(bytes("from memory"));
    assertThat(notes).containsExactly("before a", "before b", "after a OK");
    assertThat(backend.waiting()).isZero();
  }

  @Test
  void failsACallThatAPolicyRefuses() {
    Backend backend = Backend.answering(ANSWER);
    Policy refusing =
        new ScriptedPolicy(
            "b", notes, call -> Verdict.refuse(Reason.REASON_RULE_VIOLATED, "not like this"));

    Till.Answer answer = till.send(pipeline(backend, proceeding("a"), refusing), REQUEST).answer();

    assertThat(answer.failure().reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(notes).containsExactly("before a", "before b", "after a INVALID_ARGUMENT");
    assertThat(backend.waiting()).isZero();
  }

  @Test
  void asksAWaitingPolicyAgainOnTheCallsLoop() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    List<Integer> loops = new CopyOnWriteArrayList<>();
    Policy waiting =
        new ScriptedPolicy(
            "b",
            notes,
            call -> {
              loops.add(till.loops().current());
              return stage.isDone() ? Verdict.PROCEED : Verdict.waitFor(stage);
            });
    Pipeline pipeline = pipeline(Backend.answering(ANSWER), proceeding("a"), waiting);
    Till.Receipt receipt = till.send(pipeline, REQUEST, new Metadata(), Context.ROOT, 1);
    till.settle();
    assertThat(receipt.isAnswered()).isFalse();

    stage.completeExceptionally(new IllegalStateException("ended somehow"));

    assertThat(receipt.answer().bytes()).isEqualTo(ANSWER);
    assertThat(loops).containsExactly(1, 1);
    assertThat(notes)
        .containsExactly("before a", "before b", "before b", "after b OK", "after a OK");
  }

  @Test
  void tellsAWaitingPolicyThatTheCallerGaveUp() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    Backend backend = Backend.answering(ANSWER);
    Policy waiting = new ScriptedPolicy("b", notes, call -> Verdict.waitFor(stage));
    Till.Receipt receipt =
        till.send(pipeline(backend, proceeding("a"), waiting, proceeding("c")), REQUEST);
    till.settle();

    receipt.cancel();
    receipt.answer();
    stage.complete("too late");
    till.settle();

    assertThat(notes).containsExactly("before a", "before b", "abandoned b", "after a CANCELLED");
    assertThat(backend.waiting()).isZero();
    assertThat(receipt.closes()).isEqualTo(1);
  }

  @Test
  void waitsNoLongerThanTheDeadline() {
    Policy setting =
        new ScriptedPolicy(
            "a",
            notes,
            call -> {
              call.deadline(Deadline.after(20, TimeUnit.MILLISECONDS));
              return Verdict.PROCEED;
            });
    Policy waiting =
        new ScriptedPolicy("b", notes, call -> Verdict.waitFor(new CompletableFuture<>()));

    Till.Answer answer =
        till.send(pipeline(Backend.answering(ANSWER), setting, waiting), REQUEST).answer();

    assertThat(answer.failure().reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    assertThat(notes)
        .containsExactly("before a", "before b", "abandoned b", "after a DEADLINE_EXCEEDED");
  }

  @Test
  void theDeadlineBeginsWithTheHeaders() {
    Backend backend = Backend.answering(ANSWER);
    Till.Stream slow = till.open(pipeline(backend, proceeding("a")));

    slow.send(REQUEST);
    // And never half-closes.

    assertThat(slow.receipt().answer().failure().reason())
        .isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    assertThat(backend.waiting()).isZero();
  }

  @Test
  void tellsTheBackendThatTheCallerGaveUp() {
    Backend backend = Backend.silent();
    Till.Receipt receipt = till.send(pipeline(backend, proceeding("a")), REQUEST);
    Backend.Begun call = backend.next();

    receipt.cancel();
    receipt.answer();
    call.answer(ANSWER);
    till.settle();

    assertThat(backend.cancelled()).containsExactly("cancelled by the caller");
    assertThat(notes).containsExactly("before a", "after a CANCELLED");
    assertThat(receipt.closes()).isEqualTo(1);
  }

  @Test
  void hidesAFaultOfTheHubBehindACallId() {
    Policy broken =
        new ScriptedPolicy(
            "b",
            notes,
            call -> {
              throw new IllegalStateException("the member's name");
            });

    Till.Answer answer =
        till.send(pipeline(Backend.answering(ANSWER), proceeding("a"), broken), REQUEST).answer();

    assertThat(answer.failure().reason()).isEqualTo(Reason.REASON_INTERNAL);
    assertThat(answer.failure().metadata()).containsOnlyKeys("call_id");
    assertThat(answer.status().getDescription()).doesNotContain("member");
    assertThat(notes).containsExactly("before a", "before b", "after a INTERNAL");
  }

  @Test
  void passesOnAFailureThatAPolicyThrows() {
    Policy throwing =
        new ScriptedPolicy(
            "a",
            notes,
            call -> {
              throw new FailureException(Reason.REASON_CONNECTOR_UNAVAILABLE, "gone");
            });

    Till.Answer answer = till.send(pipeline(Backend.answering(ANSWER), throwing), REQUEST).answer();

    assertThat(answer.failure().reason()).isEqualTo(Reason.REASON_CONNECTOR_UNAVAILABLE);
  }

  @Test
  void releasesTheOtherPoliciesWhenOneFailsToRelease() {
    Policy broken =
        new ScriptedPolicy(
            "b",
            notes,
            call -> Verdict.PROCEED,
            (call, outcome) -> {
              throw new IllegalStateException("broken");
            });

    Till.Answer answer =
        till.send(
                pipeline(Backend.answering(ANSWER), proceeding("a"), broken, proceeding("c")),
                REQUEST)
            .answer();

    assertThat(answer.status().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(notes)
        .containsExactly(
            "before a", "before b", "before c", "after c OK", "after b OK", "after a INTERNAL");
  }

  @Test
  void keepsWhatThePoliciesKeepApart() {
    List<Object> seen = new CopyOnWriteArrayList<>();
    Pipeline pipeline = pipeline(Backend.answering(ANSWER), keeping("a", seen), keeping("b", seen));

    till.send(pipeline, REQUEST).answer();

    assertThat(seen).containsExactly("b", "a");
  }

  @Test
  void failsWhenTheExchangeCannotBegin() {
    Backend broken =
        Backend.doing((call, sink) -> {
          throw new IllegalStateException("broken");
        });

    Till.Answer answer = till.send(pipeline(broken, proceeding("a")), REQUEST).answer();

    assertThat(answer.failure().reason()).isEqualTo(Reason.REASON_INTERNAL);
    assertThat(notes).containsExactly("before a", "after a INTERNAL");
  }

  @Test
  void keepsManyCallsAtOnceApart() {
    Backend echo =
        Backend.doing(
            (call, sink) -> sink.finish(new Outcome.Answered(Payload.of(call.request()))));
    Pipeline pipeline = pipeline(echo, proceeding("a"));
    List<byte[]> requests =
        IntStream.range(0, 500)
            .mapToObj(
                i -> GetBalanceRequest.newBuilder().setMemberId("M-" + i).build().toByteArray())
            .toList();

    List<Till.Receipt> receipts =
        requests.stream()
            .map(request ->
                till.send(pipeline, request, new Metadata(), Context.ROOT, request.length % 2))
            .toList();

    for (int i = 0; i < requests.size(); i++) {
      assertThat(receipts.get(i).answer().bytes()).isEqualTo(requests.get(i));
    }
    assertThat(notes).hasSize(1000);
  }

  private Policy proceeding(String name) {
    return new ScriptedPolicy(name, notes, call -> Verdict.PROCEED);
  }

  private Policy keeping(String name, List<Object> seen) {
    return new ScriptedPolicy(
        name,
        notes,
        call -> {
          call.attach(name);
          return Verdict.PROCEED;
        },
        (call, outcome) -> seen.add(String.valueOf(call.attachment())));
  }

  private static Pipeline pipeline(Exchange exchange, Policy... policies) {
    return Pipeline.of(GET_BALANCE, List.of(policies), List.of(), exchange);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
