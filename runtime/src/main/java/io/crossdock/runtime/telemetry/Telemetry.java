package io.crossdock.runtime.telemetry;

import io.crossdock.runtime.lifecycle.Release;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.instrumentation.runtimetelemetry.RuntimeTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.resources.ResourceBuilder;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The traces and metrics of this process, set up by the variables that the OpenTelemetry
 * specification names.
 *
 * <ul>
 *   <li>Without {@code OTEL_EXPORTER_OTLP_ENDPOINT} (or its {@code TRACES} variant) or {@code
 *       OTEL_TRACES_EXPORTER} nothing is sent, and spans are recorded only for a caller that
 *       samples, so that its decision travels on.
 *   <li>{@code OTEL_TRACES_SAMPLER} decides which traces are sent; without it all that the caller
 *       did not decide against.
 *   <li>A span that ends in an error is sent whatever was decided. Each process does so for its own
 *       spans: of a trace that nobody sampled one sees the spans along which the error went, with
 *       the right parents, and not those that went well.
 *   <li>Metrics are always kept for {@link #prometheusText}, and sent only if {@code
 *       OTEL_METRICS_EXPORTER} says so.
 * </ul>
 */
public final class Telemetry implements AutoCloseable {

  private static final Duration FLUSH_WITHIN = Duration.ofSeconds(5);
  private static final Duration BRIEF_FLUSH_WITHIN = Duration.ofMillis(500);
  private static final String TRACES_EXPORTER = "otel.traces.exporter";
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("service.name");
  private static final AttributeKey<String> VERSION = AttributeKey.stringKey("service.version");
  private static final AttributeKey<String> INSTANCE =
      AttributeKey.stringKey("service.instance.id");
  private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

  private final OpenTelemetrySdk sdk;
  private final PrometheusMetricReader metrics;
  private final RuntimeTelemetry jvm;
  private final Duration flushWithin;

  private Telemetry(
      OpenTelemetrySdk sdk,
      PrometheusMetricReader metrics,
      RuntimeTelemetry jvm,
      Duration flushWithin) {
    this.sdk = sdk;
    this.metrics = metrics;
    this.jvm = jvm;
    this.flushWithin = flushWithin;
  }

  /**
   * Sets up the telemetry of a process.
   *
   * @param serviceName {@code service.name} unless {@code OTEL_SERVICE_NAME} says otherwise
   */
  public static Telemetry start(String serviceName) {
    return start(serviceName, Map.of());
  }

  /**
   * Sets up the telemetry of a program that answers a person and ends: it does not keep them
   * waiting for a collector that is away, so its last spans may then be lost.
   *
   * @param serviceName {@code service.name} unless {@code OTEL_SERVICE_NAME} says otherwise
   */
  public static Telemetry startBriefly(String serviceName) {
    return start(serviceName, Map.of(), BRIEF_FLUSH_WITHIN);
  }

  /**
   * @param more variables that go before those of the environment
   */
  static Telemetry start(String serviceName, Map<String, String> more) {
    return start(serviceName, more, FLUSH_WITHIN);
  }

  private static Telemetry start(
      String serviceName, Map<String, String> more, Duration flushWithin) {
    PrometheusMetricReader metrics = PrometheusMetricReader.create();
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(() ->
                Map.of(
                    "otel.metrics.exporter", "none",
                    "otel.logs.exporter", "none",
                    "otel.exporter.otlp.protocol", "grpc"))
            .addPropertiesCustomizer(_ -> properties(more))
            .addPropertiesCustomizer(Telemetry::tracing)
            .addResourceCustomizer((given, _) -> resource(given, serviceName))
            .addSamplerCustomizer(
                (sampler, config) -> exports(config) ? new ErrorsAlwaysSampler(sampler) : sampler)
            .addSpanProcessorCustomizer((processor, _) -> new ErrorsAlwaysProcessor(processor))
            .addMeterProviderCustomizer((provider, _) -> provider.registerMetricReader(metrics))
            .build()
            .getOpenTelemetrySdk();
    return new Telemetry(sdk, metrics, RuntimeTelemetry.create(sdk), flushWithin);
  }

  /** What spans and instruments are made with. */
  public OpenTelemetry openTelemetry() {
    return sdk;
  }

  /** All metrics in Prometheus' text format, as they are now. */
  public String prometheusText() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      WRITER.write(out, metrics.collect(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /**
   * Sends what is still to be sent, for at most five seconds, or half a second in a brief program.
   */
  @Override
  public void close() {
    close(flushWithin);
  }

  void close(Duration within) {
    jvm.close();
    sdk.shutdown().join(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Map<String, String> properties(Map<String, String> variables) {
    Map<String, String> properties = new HashMap<>();
    variables.forEach(
        (name, value) -> properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
    return properties;
  }

  // OpenTelemetry's own default is to send to a collector on this machine, which few processes
  // have.
  private static Map<String, String> tracing(ConfigProperties config) {
    boolean wanted =
        Stream.of(
                TRACES_EXPORTER,
                "otel.exporter.otlp.endpoint",
                "otel.exporter.otlp.traces.endpoint")
            .anyMatch(name -> !config.getString(name, "").isBlank());
    String exporter = config.getString(TRACES_EXPORTER, wanted ? "otlp" : "none");
    String byDefault = exporter.equals("none") ? "parentbased_always_off" : "parentbased_always_on";
    return Map.of(
        TRACES_EXPORTER,
        exporter,
        "otel.traces.sampler",
        config.getString("otel.traces.sampler", byDefault));
  }

  private static boolean exports(ConfigProperties config) {
    return !config.getString(TRACES_EXPORTER, "none").equals("none");
  }

  private static Resource resource(Resource given, String serviceName) {
    ResourceBuilder resource = given.toBuilder();
    String name = given.getAttribute(NAME);
    if (name == null || name.startsWith("unknown_service")) {
      resource.put(NAME, serviceName);
    }
    if (given.getAttribute(VERSION) == null) {
      resource.put(VERSION, Release.version());
    }
    if (given.getAttribute(INSTANCE) == null) {
      resource.put(INSTANCE, UUID.randomUUID().toString());
    }
    return resource.build();
  }
}
