package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
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
    if (call.timeoutIsMalformed()) {
      return Verdict.refuse(
          Reason.REASON_MALFORMED_REQUEST,
          "grpc-timeout is malformed (expected: up to 8 digits and one of H, M, S, m, u, n).");
    }
    long contracts = call.operation().deadline().toNanos();
    long nanos = Math.min(contracts == 0 ? Long.MAX_VALUE : contracts, call.callersTimeoutNanos());
    // Calls from inside the hub bring it along in gRPC's context.
    Deadline callers = Context.current().getDeadline();
    if (nanos != Long.MAX_VALUE) {
      // It began with the headers; the request may have taken its time.
      long elapsed = System.nanoTime() - call.startNanos();
      Deadline ends = Deadline.after(nanos - elapsed, TimeUnit.NANOSECONDS, clock);
      call.deadline(callers == null ? ends : ends.minimum(callers));
    } else if (callers != null) {
      call.deadline(callers);
    }
    return call.remainingNanos() > 0 ? Verdict.PROCEED : Verdict.refuse(Call.deadlineExceeded());
  }
}
