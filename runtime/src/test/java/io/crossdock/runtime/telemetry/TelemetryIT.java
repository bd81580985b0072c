package io.crossdock.runtime.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.crossdock.runtime.lifecycle.Release;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TelemetryIT {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";

  private Collector collector;

  @BeforeEach
  void openCollector() throws IOException {
    collector = new Collector();
  }

  @AfterEach
  void closeCollector() {
    collector.close();
  }

  @Test
  void sendsSpansAndWhoTheyAreFrom() {
    try (Telemetry telemetry = telemetry(Map.of())) {
      tracer(telemetry).spanBuilder("sale").startSpan().end();
    }

    assertThat(collector.spans())
        .singleElement()
        .extracting(each -> each.getName())
        .isEqualTo("sale");
    assertThat(collector.resource())
        .containsEntry("service.name", "crossdock-test")
        .containsEntry("service.version", Release.version())
        .containsKey("service.instance.id");
    assertThat(Release.version()).matches("\\d+\\.\\d+.*");
  }

  @Test
  void leavesTheNamingToTheOperator() {
    Map<String, String> given =
        Map.of(
            "OTEL_SERVICE_NAME", "till-hub",
            "OTEL_RESOURCE_ATTRIBUTES",
                "service.instance.id=eu-1,deployment.environment.name=test");

    try (Telemetry telemetry = telemetry(given)) {
      tracer(telemetry).spanBuilder("sale").startSpan().end();
    }

    assertThat(collector.resource())
        .containsEntry("service.name", "till-hub")
        .containsEntry("service.instance.id", "eu-1")
        .containsEntry("deployment.environment.name", "test")
        .containsEntry("service.version", Release.version());
  }

  @ParameterizedTest
  @ValueSource(strings = {"always_off", "traceidratio", "parentbased_traceidratio"})
  void sendsErrorsOfTracesThatNobodySampled(String sampler) {
    Map<String, String> given =
        Map.of("OTEL_TRACES_SAMPLER", sampler, "OTEL_TRACES_SAMPLER_ARG", "0");

    String parentId;
    try (Telemetry telemetry = telemetry(given)) {
      Span parent = tracer(telemetry).spanBuilder("parent").startSpan();
      parentId = parent.getSpanContext().getSpanId();
      Span child =
          tracer(telemetry).spanBuilder("child").setParent(Context.root().with(parent)).startSpan();
      child.addEvent("cache miss");
      child.setStatus(StatusCode.ERROR, "backend down");
      child.end();
      parent.end();
    }

    assertThat(collector.spans())
        .singleElement()
        .satisfies(span -> {
          assertThat(span.getName()).isEqualTo("child");
          assertThat(hex(span.getParentSpanId())).isEqualTo(parentId);
          assertThat(span.getStatus().getMessage()).isEqualTo("backend down");
          assertThat(span.getEvents(0).getName()).isEqualTo("cache miss");
        });
  }

  @Test
  void sendsASampledErrorOnce() {
    try (Telemetry telemetry = telemetry(Map.of())) {
      Span span = tracer(telemetry).spanBuilder("sale").startSpan();
      span.setStatus(StatusCode.ERROR);
      span.end();
    }

    assertThat(collector.spans()).hasSize(1);
  }

  @Test
  void followsTheCallersDecision() {
    try (Telemetry telemetry = telemetry(Map.of())) {
      startFrom(telemetry, "sampled", TraceFlags.getSampled()).end();
      startFrom(telemetry, "not sampled", TraceFlags.getDefault()).end();
      Span failed = startFrom(telemetry, "failed", TraceFlags.getDefault());
      failed.setStatus(StatusCode.ERROR);
      failed.end();
    }

    assertThat(collector.spans())
        .extracting(span -> span.getName())
        .containsExactlyInAnyOrder("sampled", "failed");
    assertThat(collector.spans())
        .allSatisfy(span -> {
          assertThat(hex(span.getTraceId())).isEqualTo(TRACE);
          assertThat(hex(span.getParentSpanId())).isEqualTo(PARENT);
        });
  }

  @Test
  void tellsTheNextProcessWhatWasDecided() {
    try (Telemetry telemetry = telemetry(Map.of("OTEL_TRACES_SAMPLER", "always_off"))) {
      Span span = tracer(telemetry).spanBuilder("sale").startSpan();

      // Flag 1 would say sampled; flag 2 says that the id is random.
      assertThat(traceparent(telemetry, span))
          .startsWith("00-" + span.getSpanContext().getTraceId())
          .matches(".*-0[02]");
    }
  }

  @Test
  void sendsAndRecordsNothingUnlessTold() {
    try (Telemetry telemetry = Telemetry.start("crossdock-test", Map.of())) {
      Span span = tracer(telemetry).spanBuilder("sale").startSpan();
      Span called = startFrom(telemetry, "called", TraceFlags.getSampled());

      assertThat(span.isRecording()).isFalse();
      assertThat(traceparent(telemetry, called)).startsWith("00-" + TRACE).endsWith("-01");
    }
  }

  @Test
  void recordsNothingWhenTheExporterIsNone() {
    try (Telemetry telemetry = telemetry(Map.of("OTEL_TRACES_EXPORTER", "none"))) {
      Span span = tracer(telemetry).spanBuilder("sale").startSpan();
      span.setStatus(StatusCode.ERROR).end();

      assertThat(span.isRecording()).isFalse();
    }

    assertThat(collector.spans()).isEmpty();
  }

  @Test
  void doesNotWaitForACollectorThatNeverAnswers() throws IOException {
    try (Collector silent = new Collector(false)) {
      Telemetry telemetry =
          Telemetry.start(
              "crossdock-test", Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", silent.endpoint()));
      tracer(telemetry).spanBuilder("sale").startSpan().end();
      long start = System.nanoTime();

      telemetry.close(Duration.ofMillis(300));

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(250), Duration.ofSeconds(3));
    }
  }

  @Test
  void keepsAllMetricsForPrometheus() {
    try (Telemetry telemetry = Telemetry.start("crossdock-test", Map.of())) {
      telemetry
          .openTelemetry()
          .getMeter("test")
          .counterBuilder("crossdock.calls")
          .setUnit("{call}")
          .build()
          .add(3);

      assertThat(telemetry.prometheusText())
          .containsPattern("crossdock_calls_total\\{.*} 3.0")
          .contains("jvm_memory_used_bytes{", "jvm_thread_count{")
          .containsPattern("target_info\\{.*service_name=\"crossdock-test\"");
    }
  }

  @Test
  void staysSilentWhenSwitchedOff() {
    try (Telemetry telemetry = telemetry(Map.of("OTEL_SDK_DISABLED", "true"))) {
      tracer(telemetry).spanBuilder("sale").startSpan().end();

      assertThat(telemetry.prometheusText()).isEmpty();
    }

    assertThat(collector.spans()).isEmpty();
  }

  private Telemetry telemetry(Map<String, String> more) {
    Map<String, String> variables = new HashMap<>(more);
    variables.put("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint());
    return Telemetry.start("crossdock-test", variables);
  }

  private static Tracer tracer(Telemetry telemetry) {
    return telemetry.openTelemetry().getTracer("test");
  }

  private static Span startFrom(Telemetry telemetry, String name, TraceFlags flags) {
    SpanContext caller =
        SpanContext.createFromRemoteParent(TRACE, PARENT, flags, TraceState.getDefault());
    return tracer(telemetry)
        .spanBuilder(name)
        .setParent(Context.root().with(Span.wrap(caller)))
        .startSpan();
  }

  private static String traceparent(Telemetry telemetry, Span span) {
    Map<String, String> carrier = new HashMap<>();
    telemetry
        .openTelemetry()
        .getPropagators()
        .getTextMapPropagator()
        .inject(Context.root().with(span), carrier, (map, key, value) -> map.put(key, value));
    return carrier.getOrDefault("traceparent", "");
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }
}
