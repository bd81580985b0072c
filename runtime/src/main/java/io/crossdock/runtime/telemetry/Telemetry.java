package io.crossdock.runtime.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.instrumentation.runtimetelemetry.RuntimeTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The traces and metrics of this process.
 *
 * <p>Everything is set by the variables that the OpenTelemetry specification names. Two defaults
 * differ: without an endpoint or exporter nothing is sent anywhere, and spans are then recorded
 * only for the sake of a caller that samples. Metrics are always kept for {@link #prometheusText}.
 *
 * <p>A span that ends in an error is exported whatever the sampler said.
 */
public final class Telemetry implements AutoCloseable {

  private static final int FLUSH_SECONDS = 5;
  // Seconds. Finer than OpenTelemetry's default below 5 ms, where a gateway's calls are.
  private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

  private final OpenTelemetrySdk sdk;
  private final PrometheusMetricReader metrics;
  private final RuntimeTelemetry jvm;

  private Telemetry(OpenTelemetrySdk sdk, PrometheusMetricReader metrics, RuntimeTelemetry jvm) {
    this.sdk = sdk;
    this.metrics = metrics;
    this.jvm = jvm;
  }

  /**
   * Sets up the telemetry of a process.
   *
   * @param serviceName {@code service.name} unless {@code OTEL_SERVICE_NAME} says otherwise
   */
  public static Telemetry start(String serviceName) {
    return start(serviceName, System.getenv());
  }

  static Telemetry start(String serviceName, Map<String, String> environment) {
    boolean exports =
        isSet(environment, "OTEL_EXPORTER_OTLP_ENDPOINT")
            || isSet(environment, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
            || isSet(environment, "OTEL_TRACES_EXPORTER");
    PrometheusMetricReader metrics = PrometheusMetricReader.create();
    AtomicReference<@Nullable SpanExporter> exporter = new AtomicReference<>();
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(() -> defaults(serviceName, exports))
            .addPropertiesCustomizer(config -> given(environment))
            .addSpanExporterCustomizer((configured, _) -> {
              exporter.set(configured);
              return configured;
            })
            .addSamplerCustomizer(
                (configured, _) -> exports ? new ErrorsAlwaysSampler(configured) : configured)
            .addTracerProviderCustomizer((provider, _) -> {
              SpanExporter configured = exporter.get();
              return configured == null
                  ? provider
                  : provider.addSpanProcessor(
                      new UnsampledErrors(
                          BatchSpanProcessor.builder(configured)
                              .setExportUnsampledSpans(true)
                              .build()));
            })
            .addMeterProviderCustomizer((provider, _) -> provider.registerMetricReader(metrics))
            .build()
            .getOpenTelemetrySdk();
    return new Telemetry(sdk, metrics, RuntimeTelemetry.create(sdk));
  }

  /** What spans and instruments are made with. */
  public OpenTelemetry openTelemetry() {
    return sdk;
  }

  /** All metrics in Prometheus' text format. */
  public String prometheusText() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      WRITER.write(out, metrics.collect(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Sends what is still to be sent, for at most five seconds. */
  @Override
  public void close() {
    jvm.close();
    sdk.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
  }

  private static Map<String, String> defaults(String serviceName, boolean exports) {
    return Map.of(
        "otel.service.name",
        serviceName,
        "otel.resource.attributes",
        "service.instance.id=" + UUID.randomUUID(),
        "otel.traces.exporter",
        exports ? "otlp" : "none",
        "otel.traces.sampler",
        exports ? "parentbased_always_on" : "parentbased_always_off",
        "otel.metrics.exporter",
        "none",
        "otel.logs.exporter",
        "none",
        "otel.exporter.otlp.protocol",
        "grpc");
  }

  // The environment as it was handed in, so that a test can set its own.
  private static Map<String, String> given(Map<String, String> environment) {
    Map<String, String> properties = new HashMap<>();
    environment.forEach((name, value) -> {
      if (name.startsWith("OTEL_")) {
        properties.put(name.toLowerCase(java.util.Locale.ROOT).replace('_', '.'), value);
      }
    });
    return properties;
  }

  private static boolean isSet(Map<String, String> environment, String name) {
    return !environment.getOrDefault(name, "").isBlank();
  }
}
