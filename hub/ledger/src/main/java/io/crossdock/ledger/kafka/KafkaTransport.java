package io.crossdock.ledger.kafka;

import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.DeliveryContext;
import io.crossdock.ledger.consumer.LaneWorker;
import io.crossdock.ledger.consumer.Transport;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Position;
import io.crossdock.policy.v1.Lane;
import java.util.List;

/**
 * Delivers over Kafka: one node of all relays a lane to its topic, and the nodes that have a
 * consumer share the topic's partitions. Kafka need not be there yet.
 */
public final class KafkaTransport implements Transport {

  private final EventLog log;
  private final EventSignal signal;
  private final KafkaSettings settings;
  private final Broker broker;

  /** Connects when it is needed. */
  public KafkaTransport(EventLog log, EventSignal signal, KafkaSettings settings) {
    this.log = log;
    this.signal = signal;
    this.settings = settings;
    this.broker = new Broker(settings);
  }

  @Override
  public List<LaneWorker> relays(DeliveryContext context) {
    Position beginning = log.beginning();
    EventLog.LANES.forEach(lane -> context.positions().ensureRelayExists(lane, beginning.id(lane)));
    return EventLog.LANES.stream()
        .<LaneWorker>map(lane -> new OutboxRelay(log, signal, context, lane, broker, settings))
        .toList();
  }

  @Override
  public LaneWorker worker(DeliveryContext context, Consumer consumer, Lane lane) {
    context.positions().ensureExists(consumer.name(), lane, consumer.start().id(lane));
    return new KafkaDispatcher(context, consumer, lane, broker, settings);
  }

  @Override
  public void close() {
    broker.close();
  }
}
