package io.crossdock.gateway.telemetry;

import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Verdict;
import io.grpc.Metadata;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One span per call, child of the caller's and parent of the connector's (W3C trace context); the
 * other policies add their verdicts as events.
 */
public final class TracePolicy implements Policy {

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<Long> STATUS = AttributeKey.longKey("rpc.grpc.status_code");
  private static final AttributeKey<String> CONNECTOR =
      AttributeKey.stringKey("crossdock.connector");

  // As the W3C standard and gRPC write them: metadata keys are lower case.
  private static final TextMapGetter<Metadata> GETTER =
      new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // abstract all the same
        public Iterable<String> keys(Metadata headers) {
          return List.copyOf(headers.keys());
        }

        @Override
        public @Nullable String get(@Nullable Metadata headers, String name) {
          return headers == null ? null : headers.get(key(name));
        }
      };
  private static final TextMapSetter<Metadata> SETTER =
      (headers, name, value) -> {
        if (headers != null) {
          headers.put(key(name), value);
        }
      };

  private final Tracer tracer;
  private final TextMapPropagator propagator;

  public TracePolicy(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("io.crossdock.gateway");
    this.propagator = telemetry.getPropagators().getTextMapPropagator();
  }

  @Override
  public String name() {
    return "trace";
  }

  @Override
  public Verdict before(Call call) {
    Context caller = propagator.extract(Context.root(), call.headers(), GETTER);
    Span span =
        tracer
            .spanBuilder(call.operation().name())
            .setSpanKind(SpanKind.SERVER)
            .setParent(caller)
            .setAttribute(SYSTEM, "grpc")
            .setAttribute(SERVICE, call.operation().serviceName())
            .setAttribute(METHOD, call.operation().methodName())
            .startSpan();
    call.span(span);
    propagator.inject(caller.with(span), call.upstreamHeaders(), SETTER);
    return Verdict.PROCEED;
  }

  @Override
  public void after(Call call, Outcome outcome) {
    Span span = call.span();
    if (span.isRecording()) {
      span.setAttribute(STATUS, outcome.status().getCode().value());
      if (!call.servedBy().isEmpty()) {
        span.setAttribute(CONNECTOR, call.servedBy());
      }
      if (outcome instanceof Outcome.Failed failed && failed.fault() == Outcome.Fault.BACKEND) {
        span.setStatus(StatusCode.ERROR, failed.status().getCode().name());
      }
    }
    span.end();
  }

  private static Metadata.Key<String> key(String name) {
    return switch (name) {
      case "traceparent" -> TRACEPARENT;
      case "tracestate" -> TRACESTATE;
      case "baggage" -> BAGGAGE;
      default -> Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    };
  }

  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TRACESTATE =
      Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> BAGGAGE =
      Metadata.Key.of("baggage", Metadata.ASCII_STRING_MARSHALLER);
}
