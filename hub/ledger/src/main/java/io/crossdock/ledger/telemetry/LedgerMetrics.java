package io.crossdock.ledger.telemetry;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.consumer.Backlog;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.ledger.store.Store;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What operators watch of the ledger: {@code crossdock.ledger.commits}, {@code .writes} and {@code
 * .refused} since the start, {@code .writable} (1 or 0), and for each consumer and lane {@code
 * crossdock.consumer.lag} and {@code crossdock.consumer.dead_letters}, looked up every few seconds.
 */
public final class LedgerMetrics implements AutoCloseable {

  private static final AttributeKey<String> CONSUMER = AttributeKey.stringKey("crossdock.consumer");
  private static final AttributeKey<String> LANE = AttributeKey.stringKey("crossdock.lane");
  private static final AttributeKey<String> LOOP = AttributeKey.stringKey("crossdock.loop");
  private static final Duration PACE = Duration.ofSeconds(5);

  private final Store store;
  private final List<AutoCloseable> instruments = new ArrayList<>();
  private final BackgroundLoop loop = BackgroundLoop.of("ledger-metrics", this::step);
  private volatile List<Backlog> backlogs = List.of();

  private LedgerMetrics(Store store, OpenTelemetry telemetry) {
    this.store = store;
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
            .setDescription("Whether the last write found the database in order")
            .ofLongs()
            .buildWithCallback(of -> of.record(store.isWritable() ? 1 : 0)));
    instruments.add(
        meter
            .gaugeBuilder("crossdock.consumer.lag")
            .setDescription("Events that a consumer has still to be told of, at most 100,000")
            .ofLongs()
            .buildWithCallback(
                of -> backlogs.forEach(each -> of.record(each.waiting(), labels(each)))));
    instruments.add(
        meter
            .gaugeBuilder("crossdock.consumer.dead_letters")
            .setDescription("Events that a consumer could not take, and those behind them")
            .ofLongs()
            .buildWithCallback(
                of -> backlogs.forEach(each -> of.record(each.parked(), labels(each)))));
    instruments.add(
        meter
            .counterBuilder("crossdock.loop.failures")
            .setDescription("Steps of a background loop that failed and were repeated")
            .buildWithCallback(of ->
                BackgroundLoop.all()
                    .forEach(
                        each -> of.record(each.failures(), Attributes.of(LOOP, each.name())))));
  }

  /** Begins to look. */
  public static LedgerMetrics start(Store store, OpenTelemetry telemetry) {
    LedgerMetrics metrics = new LedgerMetrics(store, telemetry);
    metrics.loop.start();
    return metrics;
  }

  @Override
  public void close() {
    loop.close();
    for (AutoCloseable instrument : instruments) {
      try {
        instrument.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private Duration step() {
    try {
      backlogs = Backlog.of(store);
    } catch (FailureException e) {
      // The ledger is out, which another figure tells; these stay as they were last seen.
    }
    return PACE;
  }

  private static Attributes labels(Backlog backlog) {
    return Attributes.of(CONSUMER, backlog.consumer(), LANE, backlog.lane().name());
  }
}
