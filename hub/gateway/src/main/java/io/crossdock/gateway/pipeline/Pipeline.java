package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.wire.Payload;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the calls of one operation: its policies in order, then the exchange inside its
 * decorators.
 *
 * <p>Immutable; one call's progress is in the {@link Call}.
 */
public final class Pipeline {

  private static final Logger log = LoggerFactory.getLogger(Pipeline.class);

  private final Operation operation;
  private final Policy[] policies;
  private final List<String> decorators;
  private final Exchange exchange;
  private final boolean streams;

  private Pipeline(
      Operation operation, Policy[] policies, List<String> decorators, Exchange exchange) {
    this.operation = operation;
    this.policies = policies;
    this.decorators = decorators;
    this.exchange = exchange;
    this.streams = operation.serverStreams();
  }

  /**
   * Picks the policies and decorators that concern an operation.
   *
   * @param policies all policies of the hub, first to last
   * @param decorators all decorators of the hub, outermost first
   * @param exchange what the innermost decorator begins
   * @throws IllegalArgumentException when one that the contract asks for cannot apply
   */
  public static Pipeline of(
      Operation operation,
      List<Policy> policies,
      List<ExchangeDecorator> decorators,
      Exchange exchange) {
    List<ExchangeDecorator> applied =
        decorators.stream().filter(decorator -> decorator.appliesTo(operation)).toList();
    Exchange decorated = exchange;
    for (ExchangeDecorator decorator : applied.reversed()) {
      decorated = decorator.decorate(operation, decorated);
    }
    Policy[] concerned =
        policies.stream().filter(policy -> policy.appliesTo(operation)).toArray(Policy[]::new);
    for (Policy policy : concerned) {
      policy.prepare(operation);
    }
    return new Pipeline(
        operation, concerned, applied.stream().map(ExchangeDecorator::name).toList(), decorated);
  }

  /** The operation whose calls it handles. */
  public Operation operation() {
    return operation;
  }

  /** Names of the policies, first to last. */
  public List<String> policies() {
    return List.of(policies).stream().map(Policy::name).toList();
  }

  /** Names of the decorators of the exchange, outermost first. */
  public List<String> decorators() {
    return decorators;
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
    call.expireNever();
    if (streams) {
      call.streams().remove(call);
    }
    if (call.waiting) {
      call.waiting = false;
      call.position = call.proceeded;
      abandon(call);
    }
    Outcome seen = doubted(call, outcome);
    for (int i = call.proceeded - 1; i >= 0; i--) {
      call.position = i;
      try {
        policies[i].after(call, seen);
      } catch (RuntimeException e) {
        seen = doubted(call, Outcome.failed(fault(call, e)));
      }
    }
    call.close(seen);
  }

  /** The caller is gone: the serving side and the policies learn of it, the caller gets nothing. */
  void cancelled(Call call) {
    if (call.remainingNanos() <= 0) {
      call.expire();
    } else {
      abort(
          call,
          Outcome.failed(Reason.REASON_CANCELLED, "The caller gave up."),
          "cancelled by the caller");
    }
  }

  /** Ends a call before its exchange has ended. */
  void abort(Call call, Outcome outcome, String why) {
    if (call.finished) {
      return;
    }
    Exchange.Upstream upstream = call.upstream;
    finish(call, outcome);
    if (upstream != null) {
      upstream.cancel(why);
    }
  }

  /** One more message of a client stream. */
  void message(Call call, byte[] message) {
    Exchange.Upstream upstream = call.upstream;
    if (call.finished || upstream == null) {
      return;
    }
    for (int i = 0; i < policies.length; i++) {
      call.position = i;
      Failure refused;
      try {
        refused = policies[i].message(call, message);
      } catch (RuntimeException e) {
        refused = fault(call, e);
      }
      if (refused != null) {
        abort(call, Outcome.failed(refused), "a message broke the contract");
        return;
      }
    }
    upstream.message(message);
  }

  private static Outcome doubted(Call call, Outcome outcome) {
    return outcome instanceof Outcome.Failed failed ? call.doubted(failed) : outcome;
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
    if (streams) {
      if (call.hubIsStopping()) {
        finish(call, Outcome.failed(Call.stopping()));
        return;
      }
      call.streams().add(call);
    }
    try {
      call.upstream = exchange.begin(call, call.sink());
    } catch (RuntimeException e) {
      finish(call, Outcome.failed(fault(call, e)));
    }
  }

  private void await(Call call, Verdict.Wait wait) {
    call.waiting = true;
    wait.stage()
        .whenComplete((done, error) ->
            call.execute(() -> {
              if (!call.finished) {
                call.waiting = false;
                call.enter();
                try {
                  advance(call);
                } finally {
                  call.leave();
                }
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
        .log("internal error");
    return Failure.of(Reason.REASON_INTERNAL, "Internal error; see the hub's log for this call_id.")
        .with("call_id", call.id());
  }
}
