package io.crossdock.ledger.telemetry;

import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.event.StoredEvent;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A span for each delivery, child of the call that published the event, so that the whole story is
 * one trace. Names as the semantic conventions for messaging give them; where one message is
 * processed alone they allow its creation as the parent.
 */
public final class TracedEffect {

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("messaging.operation.type");
  private static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  private static final AttributeKey<String> GROUP =
      AttributeKey.stringKey("messaging.consumer.group.name");
  private static final AttributeKey<String> MESSAGE =
      AttributeKey.stringKey("messaging.message.id");
  private static final AttributeKey<String> TYPE = AttributeKey.stringKey("cloudevents.event_type");
  private static final AttributeKey<String> CORRELATION =
      AttributeKey.stringKey("crossdock.correlation_id");

  private static final String TRACEPARENT = "traceparent";
  private static final TextMapGetter<EventEnvelope> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(EventEnvelope event) {
          return List.of(TRACEPARENT);
        }

        @Override
        public @Nullable String get(@Nullable EventEnvelope event, String name) {
          return event != null && name.equals(TRACEPARENT) ? event.getTraceparent() : null;
        }
      };

  private final OpenTelemetry telemetry;
  private final Tracer tracer;
  private final String consumer;

  private TracedEffect(OpenTelemetry telemetry, String consumer) {
    this.telemetry = telemetry;
    this.tracer = telemetry.getTracer("io.crossdock.ledger");
    this.consumer = consumer;
  }

  /** The same consumer, seen in the traces. An effect within the ledger calls nobody: no span. */
  public static Consumer on(Consumer consumer, OpenTelemetry telemetry) {
    return switch (consumer.effect()) {
      case Effect.InLedger _ -> consumer;
      case Effect.Outward effect -> {
        TracedEffect traced = new TracedEffect(telemetry, consumer.name());
        Effect.Outward around = event -> traced.apply(event, effect);
        yield new Consumer(
            consumer.name(),
            consumer.types(),
            consumer.lanes(),
            consumer.start(),
            around,
            consumer.retry(),
            consumer.maxInFlight());
      }
    };
  }

  private void apply(StoredEvent event, Effect.Outward effect) throws Exception {
    EventEnvelope envelope = event.envelope();
    Context published =
        telemetry.getPropagators().getTextMapPropagator().extract(Context.root(), envelope, GETTER);
    Span span =
        tracer
            .spanBuilder("process " + envelope.getType())
            .setParent(published)
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute(SYSTEM, "crossdock")
            .setAttribute(OPERATION, "process")
            .setAttribute(DESTINATION, event.lane().name())
            .setAttribute(GROUP, consumer)
            .setAttribute(MESSAGE, envelope.getEventId())
            .setAttribute(TYPE, envelope.getType())
            .setAttribute(CORRELATION, envelope.getCorrelationId())
            .startSpan();
    try (Scope _ = span.makeCurrent()) {
      effect.apply(event);
    } catch (Exception e) {
      span.setStatus(StatusCode.ERROR, e.getClass().getSimpleName());
      throw e;
    } finally {
      span.end();
    }
  }
}
