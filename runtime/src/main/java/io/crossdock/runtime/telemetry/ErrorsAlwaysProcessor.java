package io.crossdock.runtime.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.SpanData;
import org.jspecify.annotations.Nullable;

/**
 * Hands the spans that failed and were not sampled to a processor as if they had been; the sampled
 * ones go their usual way and the others end here.
 */
final class ErrorsAlwaysProcessor implements SpanProcessor {

  private final SpanProcessor next;

  ErrorsAlwaysProcessor(SpanProcessor next) {
    this.next = next;
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    next.onStart(parent, span);
  }

  @Override
  public boolean isStartRequired() {
    return next.isStartRequired();
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (span.getSpanContext().isSampled()) {
      next.onEnd(span);
      return;
    }
    SpanData data = span.toSpanData();
    if (data.getStatus().getStatusCode() == StatusCode.ERROR) {
      next.onEnd(new Sampled(span, new SampledData(data)));
    }
  }

  @Override
  public boolean isEndRequired() {
    return next.isEndRequired();
  }

  @Override
  public CompletableResultCode shutdown() {
    return next.shutdown();
  }

  @Override
  public CompletableResultCode forceFlush() {
    return next.forceFlush();
  }

  // Processors and exporters look at the flag of the span's own context.
  private static final class SampledData extends DelegatingSpanData {

    private final SpanContext context;

    SampledData(SpanData data) {
      super(data);
      SpanContext given = data.getSpanContext();
      context =
          SpanContext.create(
              given.getTraceId(),
              given.getSpanId(),
              TraceFlags.fromByte(
                  (byte) (given.getTraceFlags().asByte() | TraceFlags.getSampled().asByte())),
              given.getTraceState());
    }

    @Override
    public SpanContext getSpanContext() {
      return context;
    }
  }

  private record Sampled(ReadableSpan span, SampledData data) implements ReadableSpan {

    @Override
    public SpanContext getSpanContext() {
      return data.getSpanContext();
    }

    @Override
    public SpanContext getParentSpanContext() {
      return span.getParentSpanContext();
    }

    @Override
    public String getName() {
      return span.getName();
    }

    @Override
    public SpanData toSpanData() {
      return data;
    }

    @Deprecated
    @Override
    public io.opentelemetry.sdk.common.InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
      return span.getInstrumentationLibraryInfo();
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
      return span.getInstrumentationScopeInfo();
    }

    @Override
    public boolean hasEnded() {
      return span.hasEnded();
    }

    @Override
    public long getLatencyNanos() {
      return span.getLatencyNanos();
    }

    @Override
    public SpanKind getKind() {
      return span.getKind();
    }

    @Override
    public <T> @Nullable T getAttribute(AttributeKey<T> key) {
      return span.getAttribute(key);
    }

    @Override
    public Attributes getAttributes() {
      return span.getAttributes();
    }
  }
}
