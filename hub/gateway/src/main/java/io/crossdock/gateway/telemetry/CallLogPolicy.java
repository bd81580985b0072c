package io.crossdock.gateway.telemetry;

import io.crossdock.failure.Failure;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One line per failed call: a warning for a backend's fault, a debug line for a caller's. Never a
 * body, never personal data.
 */
public final class CallLogPolicy implements Policy {

  private static final Logger log = LoggerFactory.getLogger("io.crossdock.gateway.calls");

  @Override
  public String name() {
    return "call-log";
  }

  @Override
  public Verdict before(Call call) {
    return Verdict.PROCEED;
  }

  @Override
  public void after(Call call, Outcome outcome) {
    if (!(outcome instanceof Outcome.Failed failed)) {
      return;
    }
    Level level = failed.fault() == Outcome.Fault.BACKEND ? Level.WARN : Level.DEBUG;
    if (log.isEnabledForLevel(level)) {
      log.atLevel(level)
          .addKeyValue("call_id", call.id())
          .addKeyValue("trace_id", call.span().getSpanContext().getTraceId())
          .addKeyValue("operation", call.operation().name())
          .addKeyValue("connector", call.servedBy())
          .addKeyValue("status", failed.status().getCode())
          .addKeyValue("reason", reason(failed))
          .addKeyValue("duration_ms", (System.nanoTime() - call.startNanos()) / 1_000_000)
          .log("call failed");
    }
  }

  // As the caller is told it; empty when a connector failed without one.
  private static String reason(Outcome.Failed failed) {
    return failed.failure().map(Failure::reasonName).orElse("");
  }
}
