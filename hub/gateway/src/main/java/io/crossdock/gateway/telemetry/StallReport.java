package io.crossdock.gateway.telemetry;

import io.crossdock.gateway.pipeline.LogLimit;
import io.crossdock.gateway.pipeline.LoopWatchdog.Stall;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of event loops that stood still: a line of the log, at most one each second, and the
 * counter {@code crossdock.loop.stalls} by operation.
 */
public final class StallReport implements Consumer<Stall> {

  private static final Logger log = LoggerFactory.getLogger("io.crossdock.gateway.loops");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("crossdock.operation");

  private final LongCounter stalls;
  private final LogLimit lines = new LogLimit();

  public StallReport(OpenTelemetry telemetry) {
    this.stalls =
        telemetry
            .getMeter("io.crossdock.gateway")
            .counterBuilder("crossdock.loop.stalls")
            .setDescription("How often an event loop stood still for 100 ms or longer")
            .build();
  }

  @Override
  public void accept(Stall stall) {
    stalls.add(1, Attributes.of(OPERATION, stall.operation()));
    long others = lines.ask(System.nanoTime());
    if (others >= 0) {
      log.atWarn()
          .addKeyValue("loop", stall.loop())
          .addKeyValue("operation", stall.operation())
          .addKeyValue("at", stall.at())
          .addKeyValue("still_ms", TimeUnit.NANOSECONDS.toMillis(stall.nanos()))
          .addKeyValue("others", others)
          .log("event loop stands still");
    }
  }
}
