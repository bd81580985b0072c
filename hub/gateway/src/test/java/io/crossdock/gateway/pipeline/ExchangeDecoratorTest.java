package io.crossdock.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.operation.OwnContract;
import io.crossdock.gateway.wire.Payload;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.grpc.Deadline;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What features that change, repeat, delay or replace an outcome can rely on. */
@Timeout(30)
final class ExchangeDecoratorTest {

  private static final Operation GET_BALANCE =
      BuildContracts.operation("LoyaltyService/GetBalance");
  private static final Operation STREAMS =
      OwnContract.compiled(
          OwnContract.streaming(OwnContract.file("shop.v1.Things", "", "", ""), true, true));
  private static final byte[] REQUEST =
      GetBalanceRequest.newBuilder().setMemberId("M-1").build().toByteArray();
  private static final Outcome DOWN =
      Outcome.failed(Reason.REASON_CONNECTOR_UNAVAILABLE, "the backend is down");

  private final Till till = new Till();
  private final Backend backend = Backend.silent();
  private final List<String> notes = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    till.close();
  }

  @Test
  void repeatsAnExchange() {
    Till.Receipt receipt = till.send(around(ToyDecorator.retry(3)), REQUEST);

    Backend.Begun first = backend.next();
    first.finish(DOWN);
    Backend.Begun second = backend.next();
    second.answer(bytes("second try"));

    assertThat(receipt.answer().bytes()).isEqualTo(bytes("second try"));
    assertThat(receipt.closes()).isEqualTo(1);
    assertThat(second.call()).isSameAs(first.call());
  }

  @Test
  void givesEachAttemptMetadataOfItsOwn() {
    till.send(around(ToyDecorator.retry(2)), REQUEST);
    Call call = backend.next().call();
    Metadata.Key<String> key = Metadata.Key.of("a", Metadata.ASCII_STRING_MARSHALLER);

    List<Metadata> attempts =
        till.onLoop(() -> {
          call.upstreamHeaders().put(key, "said by a policy");
          return List.of(call.takeUpstreamHeaders(), call.takeUpstreamHeaders());
        });

    assertThat(attempts.getFirst()).isNotSameAs(attempts.getLast());
    assertThat(attempts).allMatch(headers -> "said by a policy".equals(headers.get(key)));
  }

  @Test
  void failsWithTheLastOutcomeWhenNoAttemptSucceeds() {
    Till.Receipt receipt = till.send(around(ToyDecorator.retry(2)), REQUEST);

    backend.next().finish(Outcome.failed(Reason.REASON_INTERNAL, "first"));
    backend.next().finish(DOWN);

    assertThat(receipt.answer().failure().reason()).isEqualTo(Reason.REASON_CONNECTOR_UNAVAILABLE);
    assertThat(backend.waiting()).isZero();
  }

  @Test
  void takesTheFirstOfTwoOutcomesAndCancelsTheOther() {
    Till.Receipt receipt = till.send(around(ToyDecorator.hedge()), REQUEST);
    Backend.Begun slow = backend.next();

    backend.next().answer(bytes("fast"));
    slow.answer(bytes("slow"));
    till.settle();

    assertThat(receipt.answer().bytes()).isEqualTo(bytes("fast"));
    assertThat(receipt.closes()).isEqualTo(1);
    assertThat(backend.cancelled()).containsExactly("the other was faster");
  }

  @Test
  void replacesAnOutcome() {
    byte[] fallback = bytes("a default answer");
    Pipeline pipeline =
        around(
            new ToyDecorator(
                "default",
                inner ->
                    (call, sink) ->
                        inner.begin(
                            call,
                            new ToyDecorator.Forwarding(sink) {
                              @Override
                              public void finish(Outcome outcome) {
                                sink.finish(
                                    outcome instanceof Outcome.Failed
                                        ? new Outcome.Answered(Payload.of(fallback))
                                        : outcome);
                              }
                            })));
    Till.Receipt receipt = till.send(pipeline, REQUEST);

    backend.next().finish(DOWN);

    assertThat(receipt.answer().bytes()).isEqualTo(fallback);
    assertThat(notes).containsExactly("before p", "after p OK");
  }

  @Test
  void answersLaterThanTheExchangeDid() {
    CompletableFuture<String> written = new CompletableFuture<>();
    Till.Receipt receipt = till.send(around(later(written)), REQUEST);
    backend.next().finish(DOWN);
    till.settle();
    assertThat(receipt.isAnswered()).isFalse();

    written.complete("in the ledger");

    assertThat(receipt.answer().bytes()).isEqualTo(bytes("in the ledger"));
  }

  @Test
  void neverBeginsTheExchange() {
    Pipeline pipeline =
        around(
            new ToyDecorator(
                "open breaker",
                inner ->
                    (call, sink) -> {
                      sink.finish(DOWN);
                      return Exchange.Upstream.ENDED;
                    }));

    Till.Receipt receipt = till.send(pipeline, REQUEST);

    assertThat(receipt.answer().failure().reason()).isEqualTo(Reason.REASON_CONNECTOR_UNAVAILABLE);
    assertThat(backend.waiting()).isZero();
  }

  @Test
  void dropsTheOutcomeOfAShadow() {
    Backend shadow = Backend.silent();
    Pipeline pipeline =
        around(
            new ToyDecorator(
                "shadow",
                inner ->
                    (call, sink) -> {
                      shadow.begin(
                          call,
                          new ToyDecorator.Forwarding(sink) {
                            @Override
                            public void finish(Outcome outcome) {
                              notes.add("shadow " + outcome.status().getCode());
                            }
                          });
                      return inner.begin(call, sink);
                    }));
    Till.Receipt receipt = till.send(pipeline, REQUEST);

    backend.next().answer(bytes("from the old one"));
    assertThat(receipt.answer().bytes()).isEqualTo(bytes("from the old one"));
    shadow.next().finish(DOWN);
    till.settle();

    assertThat(notes).containsExactly("before p", "after p OK", "shadow UNAVAILABLE");
    assertThat(receipt.closes()).isEqualTo(1);
  }

  @Test
  void aCallerThatGivesUpReachesWhicheverAttemptIsCurrent() {
    Till.Receipt receipt = till.send(around(ToyDecorator.retry(2), ToyDecorator.hedge()), REQUEST);
    backend.next();
    backend.next().finish(DOWN);
    // The first hedge failed; the retry began two more.
    backend.next();
    backend.next();

    receipt.cancel();
    receipt.answer();
    till.settle();

    assertThat(backend.cancelled())
        .containsExactly(
            "the other was faster", "cancelled by the caller", "cancelled by the caller");
  }

  @Test
  void aDeadlineEndsADecoratorThatWaits() {
    CompletableFuture<String> never = new CompletableFuture<>();
    Pipeline pipeline =
        Pipeline.of(
            GET_BALANCE,
            List.of(
                new ScriptedPolicy(
                    "p",
                    notes,
                    call -> {
                      call.deadline(Deadline.after(30, TimeUnit.MILLISECONDS));
                      return Verdict.PROCEED;
                    })),
            List.of(later(never)),
            backend);
    Till.Receipt receipt = till.send(pipeline, REQUEST);
    backend.next().finish(DOWN);

    assertThat(receipt.answer().failure().reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    assertThat(notes).contains("later cancelled: deadline exceeded");
    never.complete("too late");
    till.settle();
    assertThat(receipt.closes()).isEqualTo(1);
  }

  @Test
  void backPressurePassesThroughInBothDirections() {
    Pipeline pipeline =
        Pipeline.of(
            STREAMS, List.of(), List.of(ToyDecorator.retry(2), ToyDecorator.retry(2)), backend);
    Till.Stream caller = till.open(pipeline);
    Backend.Begun begun = backend.next();

    caller.send(new byte[3]);
    caller.takes(false);
    assertThat(till.onLoop(() -> begun.sink().isReady())).isFalse();
    caller.takes(true);
    assertThat(till.onLoop(() -> begun.sink().isReady())).isTrue();
    int before = caller.requested();
    till.onLoop(() -> {
      begun.sink().requestMessage();
      return true;
    });
    caller.halfClose();
    begun.message(bytes("one"));
    begun.message(bytes("two"));
    begun.finish(new Outcome.Streamed());

    assertThat(caller.receipt().answer().status().isOk()).isTrue();
    assertThat(caller.messages()).containsExactly(bytes("one"), bytes("two"));
    assertThat(caller.requested()).isEqualTo(before + 1);
    assertThat(backend.reached()).containsExactly("message 3", "peer ready", "half-close");
  }

  @Test
  void messagesOfAStreamPassThePoliciesFirst() {
    Policy refusing =
        new Policy() {
          @Override
          public String name() {
            return "short messages";
          }

          @Override
          public Verdict before(Call call) {
            return Verdict.PROCEED;
          }

          @Override
          public @Nullable Failure message(Call call, byte[] message) {
            return message.length <= 3
                ? null
                : Failure.of(Reason.REASON_RULE_VIOLATED, "The message is too long.");
          }
        };
    Pipeline pipeline = Pipeline.of(STREAMS, List.of(refusing), List.of(), backend);
    Till.Stream caller = till.open(pipeline);
    backend.next();

    caller.send(new byte[3]);
    caller.send(new byte[4]);
    caller.send(new byte[2]);

    assertThat(caller.receipt().answer().failure().reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(backend.reached()).containsExactly("message 3");
    assertThat(backend.cancelled()).containsExactly("a message broke the contract");
  }

  @Test
  void standInOneOrderAndOnlyWhereTheyApply() {
    ExchangeDecorator elsewhere =
        new ExchangeDecorator() {
          @Override
          public String name() {
            return "elsewhere";
          }

          @Override
          public boolean appliesTo(Operation operation) {
            return false;
          }

          @Override
          public Exchange decorate(Operation operation, Exchange inner) {
            throw new AssertionError();
          }
        };
    ToyDecorator noting =
        new ToyDecorator(
            "noting",
            inner ->
                (call, sink) -> {
                  notes.add("noting");
                  return inner.begin(call, sink);
                });

    Pipeline pipeline = around(ToyDecorator.retry(2), elsewhere, noting);
    till.send(pipeline, REQUEST);
    backend.next().finish(DOWN);
    backend.next();

    assertThat(pipeline.decorators()).containsExactly("retry", "noting");
    assertThat(notes).containsExactly("before p", "noting", "noting");
  }

  /** Waits for a stage when the exchange has failed, and answers with its text. */
  private ToyDecorator later(CompletableFuture<String> stage) {
    return new ToyDecorator(
        "later",
        inner ->
            (call, sink) -> {
              ToyDecorator.Current upstream =
                  new ToyDecorator.Current() {
                    @Override
                    public void cancel(String why) {
                      notes.add("later cancelled: " + why);
                      super.cancel(why);
                    }
                  };
              upstream.current =
                  inner.begin(
                      call,
                      new ToyDecorator.Forwarding(sink) {
                        @Override
                        public void finish(Outcome outcome) {
                          var _ =
                              stage.thenAcceptAsync(
                                  text ->
                                      sink.finish(new Outcome.Answered(Payload.of(bytes(text)))),
                                  call.loop());
                        }
                      });
              return upstream;
            });
  }

  private Pipeline around(ExchangeDecorator... decorators) {
    return Pipeline.of(
        GET_BALANCE,
        List.of(new ScriptedPolicy("p", notes, call -> Verdict.PROCEED)),
        List.of(decorators),
        backend);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
