package io.crossdock.terminal;

import io.crossdock.failure.Failure;
import io.crossdock.runtime.telemetry.Telemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The root of a command's trace.
 *
 * <p>With {@code OTEL_*} variables the root span is exported. Without, there is no span of this
 * process, and none of the telemetry is even loaded; the hub still receives a trace ID that it
 * records, because the person who asked may want to look it up.
 */
final class CommandTrace implements AutoCloseable {

  private static final String[] EXPORTING = {
    "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER"
  };

  private final OpenTelemetry openTelemetry;
  private final Span root;
  private final @Nullable Telemetry exporting;

  private CommandTrace(OpenTelemetry openTelemetry, Span root, @Nullable Telemetry exporting) {
    this.openTelemetry = openTelemetry;
    this.root = root;
    this.exporting = exporting;
  }

  static CommandTrace begin(String program, String name) {
    for (String variable : EXPORTING) {
      String value = System.getenv(variable);
      if (value != null && !value.isBlank()) {
        Telemetry telemetry = Telemetry.startBriefly(program);
        OpenTelemetry sdk = telemetry.openTelemetry();
        return new CommandTrace(
            sdk, sdk.getTracer("io.crossdock.terminal").spanBuilder(name).startSpan(), telemetry);
      }
    }
    return new CommandTrace(
        OpenTelemetry.propagating(
            ContextPropagators.create(W3CTraceContextPropagator.getInstance())),
        Span.wrap(named()),
        null);
  }

  OpenTelemetry openTelemetry() {
    return openTelemetry;
  }

  String id() {
    return root.getSpanContext().getTraceId();
  }

  <T> T inside(Supplier<T> work) {
    try (Scope _ = root.makeCurrent()) {
      return work.get();
    }
  }

  void failed(Failure failure) {
    root.setAttribute("crossdock.reason", failure.reasonName());
    if (ExitCode.of(failure).code() > ExitCode.INVALID.code()) {
      root.setStatus(StatusCode.ERROR, failure.reasonName());
    }
  }

  @Override
  public void close() {
    root.end();
    if (exporting != null) {
      exporting.close();
    }
  }

  private static SpanContext named() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return SpanContext.create(
        TraceId.fromLongs(random.nextLong() | 1, random.nextLong()),
        SpanId.fromLong(random.nextLong() | 1),
        TraceFlags.getSampled(),
        TraceState.getDefault());
  }
}
