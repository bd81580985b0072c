package io.crossdock.client;

import io.crossdock.failure.Failure;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import org.jspecify.annotations.Nullable;

/**
 * One CLIENT span per call, child of the caller's current span, and the trace context that tells
 * the hub of it. Repeated attempts are events of the one span.
 */
final class Traced implements ClientInterceptor {

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system.name");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<String> STATUS =
      AttributeKey.stringKey("rpc.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("crossdock.reason");
  private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("crossdock.attempt");

  private static final TextMapSetter<Metadata> SETTER =
      (headers, name, value) -> {
        if (headers != null) {
          headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        }
      };

  private final Tracer tracer;
  private final TextMapPropagator propagator;

  Traced(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("io.crossdock.client");
    this.propagator = telemetry.getPropagators().getTextMapPropagator();
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    Context parent = Context.current();
    Span span =
        tracer
            .spanBuilder(method.getFullMethodName())
            .setSpanKind(SpanKind.CLIENT)
            .setParent(parent)
            .setAttribute(SYSTEM, "grpc")
            .setAttribute(METHOD, method.getFullMethodName())
            .startSpan();
    CallOptions counted =
        span.isRecording() ? options.withStreamTracerFactory(new Attempts(span)) : options;
    return new SimpleForwardingClientCall<>(next.newCall(method, counted)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        propagator.inject(parent.with(span), headers, SETTER);
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                end(span, status, trailers);
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  private static void end(Span span, Status status, Metadata trailers) {
    span.setAttribute(STATUS, status.getCode().name());
    if (!status.isOk() && span.isRecording()) {
      String reason =
          Failure.from(status.asRuntimeException(trailers))
              .map(Failure::reasonName)
              .orElse(status.getCode().name());
      span.setAttribute(REASON, reason);
      if (isFault(status.getCode())) {
        span.setAttribute(ERROR, reason).setStatus(StatusCode.ERROR, reason);
      }
    }
    span.end();
  }

  // What the caller asked wrongly or what does not exist is an answer, as in the hub's own spans.
  private static boolean isFault(Status.Code code) {
    return switch (code) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      case OK,
          CANCELLED,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNAUTHENTICATED ->
          false;
    };
  }

  /** Adds an event to the span for each attempt after the first. */
  private static final class Attempts extends ClientStreamTracer.Factory {

    private final Span span;

    Attempts(Span span) {
      this.span = span;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, @Nullable Metadata headers) {
      if (info.getPreviousAttempts() > 0) {
        span.addEvent("retry", Attributes.of(ATTEMPT, info.getPreviousAttempts() + 1L));
      }
      return new ClientStreamTracer() {};
    }
  }
}
