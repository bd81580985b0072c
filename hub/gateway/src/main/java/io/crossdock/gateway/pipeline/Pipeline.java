package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.wire.Payload;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of the calls of one operation: its policies in order, then the exchange.
 *
 * <p>Immutable; one call's progress is kept in the {@link Call}.
 */
public final class Pipeline {

  private static final Logger log = LoggerFactory.getLogger(Pipeline.class);

  private final Operation operation;
  private final Policy[] policies;
  private final Exchange exchange;

  private Pipeline(Operation operation, Policy[] policies, Exchange exchange) {
    this.operation = operation;
    this.policies = policies;
    this.exchange = exchange;
  }

  /**
   * Picks the policies that concern an operation.
   *
   * @param inOrder all policies of the hub, first to last
   * @throws IllegalArgumentException when a policy that the contract asks for cannot apply
   */
  public static Pipeline of(Operation operation, List<Policy> inOrder, Exchange exchange) {
    return new Pipeline(
        operation,
        inOrder.stream().filter(policy -> policy.appliesTo(operation)).toArray(Policy[]::new),
        exchange);
  }

  /** The operation whose calls go this way. */
  public Operation operation() {
    return operation;
  }

  /** Names of the policies, first to last. */
  public List<String> policies() {
    return List.of(policies).stream().map(Policy::name).toList();
  }

  int length() {
    return policies.length;
  }

  void start(Call call) {
    advance(call);
  }

  /** Ends a call: every policy that let it proceed learns of it, then the caller. */
  void finish(Call call, Outcome outcome) {
    if (call.finished) {
      return;
    }
    call.finished = true;
    if (call.waiting) {
      call.waiting = false;
      call.position = call.proceeded;
      abandon(call);
    }
    Outcome seen = outcome;
    for (int i = call.proceeded - 1; i >= 0; i--) {
      call.position = i;
      try {
        policies[i].after(call, seen);
      } catch (RuntimeException e) {
        seen = Outcome.failed(fault(call, e));
      }
    }
    call.close(seen);
  }

  /** The caller is gone: the serving side and the policies learn of it, the caller gets nothing. */
  void cancelled(Call call) {
    if (call.finished) {
      return;
    }
    boolean late = call.remainingNanos() <= 0;
    Exchange.Upstream upstream = call.upstream;
    finish(
        call,
        late
            ? Outcome.failed(Call.deadlineExceeded())
            : Outcome.failed(Reason.REASON_CANCELLED, "The caller gave up."));
    if (upstream != null) {
      upstream.cancel(late ? "deadline exceeded" : "cancelled by the caller");
    }
  }

  private void advance(Call call) {
    for (int i = call.proceeded; i < policies.length; i++) {
      call.position = i;
      Verdict verdict;
      try {
        verdict = policies[i].before(call);
      } catch (RuntimeException e) {
        finish(call, Outcome.failed(fault(call, e)));
        return;
      }
      switch (verdict) {
        case Verdict.Proceed() -> call.proceeded = i + 1;
        case Verdict.Answer(Payload payload) -> {
          finish(call, new Outcome.Answered(payload));
          return;
        }
        case Verdict.Refuse(Outcome.Failed failed) -> {
          finish(call, failed);
          return;
        }
        case Verdict.Wait wait -> {
          await(call, wait);
          return;
        }
      }
    }
    try {
      call.upstream = exchange.begin(call);
    } catch (RuntimeException e) {
      finish(call, Outcome.failed(fault(call, e)));
    }
  }

  private void await(Call call, Verdict.Wait wait) {
    call.waiting = true;
    long remaining = call.remainingNanos();
    ScheduledFuture<?> timer =
        remaining == Long.MAX_VALUE
            ? null
            : call.loop()
                .schedule(
                    () -> finish(call, Outcome.failed(Call.deadlineExceeded())),
                    Math.max(0, remaining),
                    TimeUnit.NANOSECONDS);
    wait.stage()
        .whenComplete((done, error) ->
            call.loop()
                .execute(() -> {
                  if (timer != null) {
                    timer.cancel(false);
                  }
                  if (!call.finished) {
                    call.waiting = false;
                    advance(call);
                  }
                }));
  }

  private void abandon(Call call) {
    try {
      policies[call.position].abandoned(call);
    } catch (RuntimeException e) {
      fault(call, e);
    }
  }

  private Failure fault(Call call, RuntimeException e) {
    if (e instanceof FailureException expected) {
      return expected.failure();
    }
    log.atError()
        .setCause(e)
        .addKeyValue("call_id", call.id())
        .addKeyValue("operation", operation.name())
        .log("call failed by a fault of the hub");
    return Failure.of(Reason.REASON_INTERNAL, "The hub failed; the call id finds it in its log.")
        .with("call_id", call.id());
  }
}
