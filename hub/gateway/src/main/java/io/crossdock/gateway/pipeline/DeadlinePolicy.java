package io.crossdock.gateway.pipeline;

import io.crossdock.gateway.operation.Operation;
import io.grpc.Context;
import io.grpc.Deadline;
import java.util.concurrent.TimeUnit;

/**
 * Sets when a call must have ended: the caller's deadline or the contract's, whichever is earlier.
 */
public final class DeadlinePolicy implements Policy {

  private final Deadline.Ticker clock;

  public DeadlinePolicy() {
    this(Deadline.getSystemTicker());
  }

  DeadlinePolicy(Deadline.Ticker clock) {
    this.clock = clock;
  }

  @Override
  public String name() {
    return "deadline";
  }

  @Override
  public Verdict before(Call call) {
    Operation operation = call.operation();
    Deadline callers = Context.current().getDeadline();
    if (!operation.deadline().isZero()) {
      // It began with the headers; the request may have taken its time.
      long elapsed = System.nanoTime() - call.startNanos();
      Deadline contracts =
          Deadline.after(operation.deadline().toNanos() - elapsed, TimeUnit.NANOSECONDS, clock);
      call.deadline(callers == null ? contracts : contracts.minimum(callers));
    } else if (callers != null) {
      call.deadline(callers);
    }
    return call.remainingNanos() > 0 ? Verdict.PROCEED : Verdict.refuse(Call.deadlineExceeded());
  }
}
