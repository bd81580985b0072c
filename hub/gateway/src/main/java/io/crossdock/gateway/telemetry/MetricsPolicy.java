package io.crossdock.gateway.telemetry;

import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Verdict;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Rate, errors and duration per operation, connector and outcome, as the histogram {@code
 * crossdock.call.duration} in seconds.
 */
public final class MetricsPolicy implements Policy {

  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("crossdock.operation");
  private static final AttributeKey<String> CONNECTOR =
      AttributeKey.stringKey("crossdock.connector");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("crossdock.outcome");
  private static final List<Double> BUCKETS =
      List.of(
          0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
          10.0, 30.0);

  private final DoubleHistogram duration;
  private final ConcurrentHashMap<Series, Attributes> series = new ConcurrentHashMap<>();

  private record Series(int operation, String connector, Status.Code code) {}

  public MetricsPolicy(OpenTelemetry telemetry) {
    this.duration =
        telemetry
            .getMeter("io.crossdock.gateway")
            .histogramBuilder("crossdock.call.duration")
            .setDescription("Time from a call's arrival at the hub to its end")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(BUCKETS)
            .build();
  }

  @Override
  public String name() {
    return "metrics";
  }

  @Override
  public Verdict before(Call call) {
    return Verdict.PROCEED;
  }

  @Override
  public void after(Call call, Outcome outcome) {
    String connector = call.isCached() ? "cache" : call.servedBy();
    Series of = new Series(call.operation().index(), connector, outcome.status().getCode());
    Attributes attributes = series.get(of);
    if (attributes == null) {
      attributes =
          Attributes.of(
              OPERATION, call.operation().name(), CONNECTOR, connector, OUTCOME, of.code.name());
      series.put(of, attributes);
    }
    duration.record((System.nanoTime() - call.startNanos()) / 1e9, attributes);
  }
}
