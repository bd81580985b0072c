package io.crossdock.gateway.telemetry;

import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Verdict;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;

/**
 * One SERVER span per call, child of the caller's and parent of each attempt's (W3C trace context);
 * the other policies add their verdicts as events.
 */
public final class TracePolicy implements Policy {

  private static final AttributeKey<String> CONNECTOR =
      AttributeKey.stringKey("crossdock.connector");

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
    Context caller = propagator.extract(Context.root(), call.headers(), TraceHeaders.GETTER);
    Span span =
        RpcAttributes.begun(tracer.spanBuilder(call.operation().name()), call)
            .setSpanKind(SpanKind.SERVER)
            .setParent(caller)
            .startSpan();
    call.span(span);
    propagator.inject(caller.with(span), call.upstreamHeaders(), TraceHeaders.SETTER);
    return Verdict.PROCEED;
  }

  @Override
  public void after(Call call, Outcome outcome) {
    Span span = call.span();
    if (span.isRecording()) {
      RpcAttributes.ended(span, outcome);
      if (!call.servedBy().isEmpty()) {
        span.setAttribute(CONNECTOR, call.servedBy());
      }
    }
    span.end();
  }
}
