package io.crossdock.ledger.sink;

import io.crossdock.common.v1.CommandContext;
import io.crossdock.config.v1.EventConsumer;
import io.crossdock.event.v1.DeliverRequest;
import io.crossdock.event.v1.DeliverResponse;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventSinkServiceGrpc;
import io.crossdock.event.v1.EventSinkServiceGrpc.EventSinkServiceBlockingStub;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.consumer.RetryPolicy;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.StoredEvent;
import io.grpc.Channel;
import java.util.Set;

/** Tells a connector of events, by a call through the pipeline. */
public final class EventSink implements Effect.Outward {

  private static final int MAX_IN_FLIGHT = 16;

  private final String consumer;
  private final EventSinkServiceBlockingStub connector;

  private EventSink(String consumer, Channel hub) {
    this.consumer = consumer;
    this.connector = EventSinkServiceGrpc.newBlockingStub(hub);
  }

  /** The consumer that the configuration asks for. */
  public static Consumer consumer(EventConsumer config, EventLog log, Channel hub) {
    RetryPolicy usual = RetryPolicy.USUAL;
    return new Consumer(
        config.getName(),
        Set.copyOf(config.getTypesList()),
        Set.copyOf(EventLog.LANES),
        config.getStart() == EventConsumer.Start.START_EARLIEST ? log.beginning() : log.tail(),
        new EventSink(config.getName(), hub),
        config.hasAttempts()
            ? new RetryPolicy(config.getAttempts(), usual.first(), usual.longest())
            : usual,
        config.hasMaxInFlight() ? config.getMaxInFlight() : MAX_IN_FLIGHT);
  }

  @Override
  public void apply(StoredEvent event) {
    EventEnvelope envelope = event.envelope();
    DeliverResponse _ =
        connector.deliver(
            DeliverRequest.newBuilder()
                .setContext(
                    CommandContext.newBuilder()
                        .setRequestId(envelope.getEventId())
                        .setCorrelationId(envelope.getCorrelationId())
                        .setCausationId(envelope.getEventId())
                        .setChannel(envelope.getChannel()))
                .setConsumer(consumer)
                .setEvent(envelope)
                .build());
  }
}
