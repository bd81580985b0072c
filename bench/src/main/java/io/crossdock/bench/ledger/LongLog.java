package io.crossdock.bench.ledger;

import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.Engine;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.HdrHistogram.Histogram;

/** A log with very many events beside one with few, in turns. */
final class LongLog {

  private static final int FEW = 10_000;
  // In a transaction; also the step of the progress that is told.
  private static final int CHUNK = 500_000;
  private static final int TAIL = 5_000;
  private static final int TAIL_TIMES = 10;

  private LongLog() {}

  static void measure(
      int many,
      int keys,
      Databases databases,
      EventCatalogue catalogue,
      Options options,
      ResultTable report)
      throws Exception {
    Database large = databases.empty("many");
    long begin = System.nanoTime();
    try (Ledger ledger = Ledger.open(large, catalogue)) {
      fill(ledger.store().engine(), large, many, keys);
      report.tell(
          "%d events of %d keys written in %.0f s", many, keys, (System.nanoTime() - begin) / 1e9);
      Appends.warmUp(ledger);
      for (int round = 1; round <= options.rounds(); round++) {
        try (Database small = databases.empty("few" + round);
            Ledger few = Ledger.open(small, catalogue)) {
          fill(few.store().engine(), small, FEW, Sample.KEYS);
          var _ = Appends.ledger(few, 1);
          compare(few, ledger, options, report);
        }
      }
    }
    report.tell(
        "with %d events in the log beside %d: appends with random event ids %.0f/s beside %.0f/s (%.2f times that)",
        many,
        FEW,
        report.median("many_appends_per_s"),
        report.median("few_appends_per_s"),
        report.median("many_appends_ratio"));
    report.tell(
        "  with time-ordered event ids (UUID version 7) %.0f/s beside %.0f/s (%.2f times that)",
        report.median("many_ordered_per_s"),
        report.median("few_ordered_per_s"),
        report.median("many_ordered_ratio"));
    report.tell(
        "  subscribed from the tail, arrival p50 %.2f ms beside %.2f ms (%.2f times that), p99"
            + " %.1f ms beside %.1f ms",
        report.median("many_arrival_p50_ms"),
        report.median("few_arrival_p50_ms"),
        report.median("many_arrival_ratio"),
        report.median("many_arrival_p99_ms"),
        report.median("few_arrival_p99_ms"));
    report.tell(
        "  the last %d events read %.0f/s beside %.0f/s (%.2f times that)",
        TAIL,
        report.median("many_tail_per_s"),
        report.median("few_tail_per_s"),
        report.median("many_tail_ratio"));
  }

  private static void compare(Ledger few, Ledger many, Options options, ResultTable report)
      throws Exception {
    double fewAppends = Appends.ledger(few, options.seconds()).perSecond();
    double manyAppends = Appends.ledger(many, options.seconds()).perSecond();
    report.note("few_appends_per_s", fewAppends);
    report.note("many_appends_per_s", manyAppends);
    report.note("many_appends_ratio", manyAppends / fewAppends);
    double fewOrdered = Appends.ledger(few, options.seconds(), Sample::timeOrdered).perSecond();
    double manyOrdered = Appends.ledger(many, options.seconds(), Sample::timeOrdered).perSecond();
    report.note("few_ordered_per_s", fewOrdered);
    report.note("many_ordered_per_s", manyOrdered);
    report.note("many_ordered_ratio", manyOrdered / fewOrdered);
    double fewTail = tail(few);
    double manyTail = tail(many);
    report.note("few_tail_per_s", fewTail);
    report.note("many_tail_per_s", manyTail);
    report.note("many_tail_ratio", manyTail / fewTail);
    Histogram fewArrivals = arrivals(few, options);
    Histogram manyArrivals = arrivals(many, options);
    double fewMedian = fewArrivals.getValueAtPercentile(50) / 1e3;
    double manyMedian = manyArrivals.getValueAtPercentile(50) / 1e3;
    report.note("few_arrival_p50_ms", fewMedian);
    report.note("many_arrival_p50_ms", manyMedian);
    report.note("many_arrival_ratio", manyMedian / fewMedian);
    report.note("few_arrival_p99_ms", fewArrivals.getValueAtPercentile(99) / 1e3);
    report.note("many_arrival_p99_ms", manyArrivals.getValueAtPercentile(99) / 1e3);
  }

  private static Histogram arrivals(Ledger ledger, Options options) throws InterruptedException {
    try (Delivered delivered = new Delivered(ledger)) {
      return delivered.arrivals(options.seconds(), options.rate());
    }
  }

  private static double tail(Ledger ledger) {
    long begin = System.nanoTime();
    long count = 0;
    for (int i = 0; i < TAIL_TIMES; i++) {
      long after = ledger.log().newest() - TAIL;
      for (boolean more = true; more; ) {
        EventPage page = ledger.log().read(Sample.LANE, after, Selection.ALL, TAIL);
        count += page.events().size();
        after = page.upTo();
        more = page.more();
      }
    }
    return count * 1e9 / (System.nanoTime() - begin);
  }

  /** Writes events within the database, with the columns and sizes that the ledger's have. */
  private static void fill(Engine engine, Database database, int count, int keys)
      throws SQLException {
    String numbers =
        engine == Engine.SQLITE
            ? "(WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                + " SELECT i FROM n) AS n"
            : "generate_series(?::bigint, ?::bigint) AS n(i)";
    String id = engine == Engine.SQLITE ? "randomblob(16)" : "uuid_send(gen_random_uuid())";
    String insert =
        "INSERT INTO events (lane, event_id, type, aggregate, key, sequence, recorded_at, envelope)"
            + (" SELECT " + Sample.LANE.getNumber() + ", " + id + ", '" + Sample.TYPE + "', '")
            + (Sample.AGGREGATE + "', 'PO-' || (1000 + i % " + keys + "), 1 + i / " + keys)
            + (", " + System.currentTimeMillis() * 1_000 + ", ? FROM ")
            + numbers;
    try (Connection connection = database.openForWriting();
        PreparedStatement rows = connection.prepareStatement(insert)) {
      rows.setBytes(1, Sample.event(0).toByteArray());
      for (int from = 0; from < count; from += CHUNK) {
        rows.setLong(2, from);
        rows.setLong(3, Math.min(from + CHUNK, count) - 1);
        var _ = rows.executeUpdate();
        connection.commit();
      }
      try (Statement statement = connection.createStatement()) {
        var _ =
            statement.executeUpdate(
                "INSERT INTO event_keys (aggregate, key, sequence)"
                    + " SELECT aggregate, key, max(sequence) FROM events GROUP BY aggregate, key");
        connection.commit();
        connection.setAutoCommit(true);
        // What a log has behind it that grew in the course of time.
        statement.execute(
            engine == Engine.SQLITE ? "PRAGMA wal_checkpoint(TRUNCATE)" : "VACUUM ANALYZE");
      }
    }
  }
}
