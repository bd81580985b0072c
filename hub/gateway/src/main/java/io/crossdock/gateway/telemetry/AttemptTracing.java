package io.crossdock.gateway.telemetry;

import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Outcome;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;

/**
 * One CLIENT span per attempt to have a connector serve a call, child of the call's span and parent
 * of the connector's. Safe for any thread.
 */
public final class AttemptTracing {

  private final Tracer tracer;
  private final TextMapPropagator propagator;

  public AttemptTracing(OpenTelemetry telemetry) {
    this.tracer = telemetry.getTracer("io.crossdock.gateway");
    this.propagator = telemetry.getPropagators().getTextMapPropagator();
  }

  /**
   * Begins an attempt.
   *
   * @param target which instance of which connector was chosen
   * @param headers of the attempt, which name the call's span until now
   * @return a span that records nothing when the call's does not either
   */
  public Span begin(Call call, Attributes target, Metadata headers) {
    if (!call.span().isRecording()) {
      return Span.getInvalid();
    }
    Context ofCall = Context.root().with(call.span());
    Span span =
        RpcAttributes.begun(tracer.spanBuilder(call.operation().name()), call)
            .setSpanKind(SpanKind.CLIENT)
            .setParent(ofCall)
            .setAllAttributes(target)
            .startSpan();
    propagator.inject(ofCall.with(span), headers, TraceHeaders.SETTER);
    return span;
  }

  /** Ends an attempt that came to an outcome. */
  public static void end(Span span, Outcome outcome) {
    if (span.isRecording()) {
      RpcAttributes.ended(span, outcome);
    }
    span.end();
  }

  /** Ends an attempt whose outcome nobody waits for. */
  public static void cancel(Span span) {
    end(span, new Outcome.Failed(Status.CANCELLED, new Metadata(), Outcome.Fault.CALLER));
  }
}
