package io.crossdock.connector.service;

import io.crossdock.failure.Failure;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One SERVER span per call, child of the caller's (W3C trace context), and rate, errors and
 * duration per operation and outcome, as the histogram {@code crossdock.connector.call.duration} in
 * seconds.
 */
final class CallTelemetry {

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system.name");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<String> STATUS =
      AttributeKey.stringKey("rpc.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("crossdock.reason");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("crossdock.operation");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("crossdock.outcome");
  private static final List<Double> BUCKETS =
      List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0);

  private static final TextMapGetter<Metadata> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Metadata headers) {
          return List.copyOf(headers.keys());
        }

        @Override
        public @Nullable String get(@Nullable Metadata headers, String name) {
          return headers == null
              ? null
              : headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        }
      };

  private final Tracer tracer;
  private final TextMapPropagator propagator;
  private final DoubleHistogram duration;

  CallTelemetry(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("io.crossdock.connector");
    this.propagator = telemetry.getPropagators().getTextMapPropagator();
    this.duration =
        telemetry
            .getMeter("io.crossdock.connector")
            .histogramBuilder("crossdock.connector.call.duration")
            .setDescription("Time from a call's arrival at the connector to its end")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(BUCKETS)
            .build();
  }

  Trace begin(MethodDescriptor<?, ?> method, Metadata headers) {
    Context caller = propagator.extract(Context.root(), headers, GETTER);
    Span span =
        tracer
            .spanBuilder(method.getFullMethodName())
            .setSpanKind(SpanKind.SERVER)
            .setParent(caller)
            .setAttribute(SYSTEM, "grpc")
            .setAttribute(METHOD, method.getFullMethodName())
            .startSpan();
    return new Trace(method.getFullMethodName(), span, caller.with(span));
  }

  /** One call as it goes on. */
  final class Trace {

    private final String operation;
    private final Span span;
    private final Context context;
    private final long start = System.nanoTime();

    private Trace(String operation, Span span, Context context) {
      this.operation = operation;
      this.span = span;
      this.context = context;
    }

    Context context() {
      return context;
    }

    void end(@Nullable Failure failure) {
      Status.Code code = failure == null ? Status.Code.OK : failure.code();
      span.setAttribute(STATUS, code.name());
      if (failure != null) {
        span.setAttribute(REASON, failure.reasonName());
        if (FailureMapper.isOurs(code)) {
          span.setAttribute(ERROR, failure.reasonName());
          span.setStatus(StatusCode.ERROR, failure.reasonName());
        }
      }
      span.end();
      duration.record(
          (System.nanoTime() - start) / 1e9,
          Attributes.of(OPERATION, operation, OUTCOME, code.name()));
    }
  }
}
