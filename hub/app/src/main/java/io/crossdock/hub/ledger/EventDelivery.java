package io.crossdock.hub.ledger;

import io.crossdock.config.v1.EventConsumer;
import io.crossdock.failure.FailureException;
import io.crossdock.gateway.server.Gateway;
import io.crossdock.hub.invalidation.CacheInvalidation;
import io.crossdock.hub.invalidation.EventTags;
import io.crossdock.ledger.assembly.HubLedger;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.sink.EventSink;
import io.crossdock.ledger.telemetry.LedgerMetrics;
import io.crossdock.ledger.telemetry.TracedEffect;
import io.opentelemetry.api.OpenTelemetry;
import java.util.List;

/**
 * What a running hub does with events: delivers them, and drops from the cache what they change.
 */
public final class EventDelivery implements AutoCloseable {

  private final HubLedger ledger;
  private final CacheInvalidation invalidation;
  private final LedgerMetrics metrics;

  private EventDelivery(HubLedger ledger, CacheInvalidation invalidation, LedgerMetrics metrics) {
    this.ledger = ledger;
    this.invalidation = invalidation;
    this.metrics = metrics;
  }

  /**
   * Begins.
   *
   * @param gateway that is started
   * @param configured consumers that connectors serve
   * @param more consumers within the hub
   * @throws FailureException when the ledger cannot be read
   */
  public static EventDelivery start(
      HubLedger ledger,
      Gateway gateway,
      OpenTelemetry telemetry,
      List<EventConsumer> configured,
      List<Consumer> more) {
    CacheInvalidation invalidation =
        CacheInvalidation.start(
            ledger.log(),
            ledger.signal(),
            new EventTags(ledger.log().catalogue()),
            gateway.cache());
    try {
      for (EventConsumer consumer : configured) {
        ledger
            .consumers()
            .start(
                TracedEffect.on(
                    EventSink.consumer(consumer, ledger.log(), gateway.innerChannel()), telemetry));
      }
      more.forEach(consumer -> ledger.consumers().start(TracedEffect.on(consumer, telemetry)));
      return new EventDelivery(
          ledger,
          invalidation,
          LedgerMetrics.start(
              ledger.store(),
              ledger.watch(),
              ledger.consumerWatch(),
              ledger.consumers()::health,
              telemetry));
    } catch (RuntimeException e) {
      invalidation.close();
      throw e;
    }
  }

  /** Ends the deliveries and the streams of subscribers, before the gateway that they use. */
  @Override
  public void close() {
    metrics.close();
    invalidation.close();
    ledger.quiesce();
  }
}
