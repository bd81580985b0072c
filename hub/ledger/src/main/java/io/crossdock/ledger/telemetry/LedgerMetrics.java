package io.crossdock.ledger.telemetry;

import io.crossdock.ledger.backup.LedgerWatch;
import io.crossdock.ledger.consumer.Backlog;
import io.crossdock.ledger.consumer.ConsumerWatch;
import io.crossdock.ledger.consumer.LaneHealth;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.ledger.store.Store;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What operators watch of the ledger: {@code crossdock.ledger.commits}, {@code .writes} and {@code
 * .refused} since the start, {@code .writable} (1 or 0), {@code crossdock.audit.head} and {@code
 * .intact}, for each consumer and lane {@code crossdock.consumer.lag}, {@code .dead_letters} and
 * {@code .unattended}, and {@code crossdock.events.unwanted} for each type.
 */
public final class LedgerMetrics implements AutoCloseable {

  private static final AttributeKey<String> CONSUMER = AttributeKey.stringKey("crossdock.consumer");
  private static final AttributeKey<String> LANE = AttributeKey.stringKey("crossdock.lane");
  private static final AttributeKey<String> LOOP = AttributeKey.stringKey("crossdock.loop");
  private static final AttributeKey<String> TYPE = AttributeKey.stringKey("crossdock.event_type");
  private static final AttributeKey<String> HASH = AttributeKey.stringKey("crossdock.audit.hash");

  private final List<AutoCloseable> instruments = new ArrayList<>();

  private LedgerMetrics(
      Store store,
      LedgerWatch ledger,
      ConsumerWatch consumers,
      Supplier<List<LaneHealth>> lanes,
      OpenTelemetry telemetry) {
    Meter meter = telemetry.getMeter("io.crossdock.ledger");
    instruments.add(
        meter
            .counterBuilder("crossdock.ledger.commits")
            .setDescription("Transactions, each flushed once")
            .buildWithCallback(of -> of.record(store.statistics().commits())));
    instruments.add(
        meter
            .counterBuilder("crossdock.ledger.writes")
            .setDescription("Writes that shared those transactions")
            .buildWithCallback(of -> of.record(store.statistics().writes())));
    instruments.add(
        meter
            .counterBuilder("crossdock.ledger.refused")
            .setDescription("Writes that were refused because the database was out")
            .buildWithCallback(of -> of.record(store.statistics().refused())));
    instruments.add(
        meter
            .gaugeBuilder("crossdock.ledger.writable")
            .setDescription("Whether the database takes writes, the largest included")
            .ofLongs()
            .buildWithCallback(of -> of.record(store.isWritable() ? 1 : 0)));
    instruments.add(
        meter
            .gaugeBuilder("crossdock.consumer.lag")
            .setDescription("Events that a consumer wants and was not given, of the next 100,000")
            .ofLongs()
            .buildWithCallback(of ->
                consumers.backlogs().forEach(each -> of.record(each.waiting(), labels(each)))));
    instruments.add(
        meter
            .gaugeBuilder("crossdock.consumer.dead_letters")
            .setDescription("Events that a consumer could not take, and those behind them")
            .ofLongs()
            .buildWithCallback(of ->
                consumers.backlogs().forEach(each -> of.record(each.parked(), labels(each)))));
    instruments.add(
        meter
            .gaugeBuilder("crossdock.consumer.unattended")
            .setDescription("1 for each lane that no hub delivers to, while its events are kept")
            .ofLongs()
            .buildWithCallback(of ->
                consumers
                    .unattended()
                    .forEach(lane ->
                        of.record(
                            1,
                            Attributes.of(CONSUMER, lane.consumer(), LANE, lane.lane().name())))));
    instruments.add(
        meter
            .counterBuilder("crossdock.consumer.missing")
            .setDescription("Events that were found missing in Kafka by a gap in a key's sequence")
            .buildWithCallback(of ->
                lanes
                    .get()
                    .forEach(lane ->
                        of.record(
                            lane.missing(),
                            Attributes.of(CONSUMER, lane.who(), LANE, lane.lane().name())))));
    instruments.add(
        meter
            .counterBuilder("crossdock.events.unwanted")
            .setDescription("Events appended by this hub that no consumer wants")
            .buildWithCallback(of ->
                consumers
                    .unwanted()
                    .forEach((type, count) -> of.record(count, Attributes.of(TYPE, type)))));
    instruments.add(
        meter
            .gaugeBuilder("crossdock.audit.head")
            .setDescription("Number of the last audit record, with its hash")
            .ofLongs()
            .buildWithCallback(of ->
                of.record(ledger.head().sequence(), Attributes.of(HASH, ledger.head().hash()))));
    instruments.add(
        meter
            .gaugeBuilder("crossdock.audit.intact")
            .setDescription("0 while the ledger has gone back behind the hub's back")
            .ofLongs()
            .buildWithCallback(of -> of.record(ledger.trouble().isEmpty() ? 1 : 0)));
    instruments.add(
        meter
            .counterBuilder("crossdock.loop.failures")
            .setDescription("Steps of a background loop that failed and were repeated")
            .buildWithCallback(of ->
                BackgroundLoop.all()
                    .forEach(
                        each -> of.record(each.failures(), Attributes.of(LOOP, each.name())))));
  }

  /**
   * Registers the instruments.
   *
   * @param lanes how delivery goes in them on this node
   */
  public static LedgerMetrics start(
      Store store,
      LedgerWatch ledger,
      ConsumerWatch consumers,
      Supplier<List<LaneHealth>> lanes,
      OpenTelemetry telemetry) {
    return new LedgerMetrics(store, ledger, consumers, lanes, telemetry);
  }

  @Override
  public void close() {
    for (AutoCloseable instrument : instruments) {
      try {
        instrument.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static Attributes labels(Backlog backlog) {
    return Attributes.of(CONSUMER, backlog.consumer(), LANE, backlog.lane().name());
  }
}
