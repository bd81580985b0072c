package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.policy.v1.Lane;
import java.util.List;

/** Delivers from the log itself: one node of all that have a consumer reads a lane for it. */
public record LogTransport(EventLog log, EventSignal signal) implements Transport {

  @Override
  public List<LaneWorker> relays(DeliveryContext context) {
    return List.of();
  }

  @Override
  public LaneWorker worker(DeliveryContext context, Consumer consumer, Lane lane) {
    context.positions().checkNotOnKafka();
    return new Dispatcher(context, consumer, lane, new LogSource(log, signal, consumer, lane));
  }

  @Override
  public void close() {
    // It holds nothing open.
  }
}
