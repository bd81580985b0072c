package io.crossdock.bench.ledger;

import io.crossdock.ledger.store.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The driver alone, writing the same rows into the same tables; the measure of the ledger. It
 * builds no event, checks none, looks for no duplicate, promises no order and wakes nobody.
 */
final class BareRows {

  private static final String EVENT =
      """
      INSERT INTO events
        (lane, event_id, type, aggregate, key, sequence, recorded_at, envelope)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """;
  private static final String KEY =
      """
      INSERT INTO event_keys (aggregate, key, sequence) VALUES (?, ?, ?)
      ON CONFLICT (aggregate, key) DO UPDATE SET sequence = excluded.sequence
      """;
  // Both rows at once, which PostgreSQL can.
  private static final String BOTH =
      """
      WITH numbered AS (
        INSERT INTO event_keys AS k (aggregate, key, sequence) VALUES (?, ?, 1)
        ON CONFLICT (aggregate, key) DO UPDATE SET sequence = k.sequence + 1
        RETURNING aggregate, key, sequence)
      INSERT INTO events (lane, event_id, type, aggregate, key, sequence, recorded_at, envelope)
      SELECT ?, ?, ?, aggregate, key, sequence, ?, ? FROM numbered
      """;
  // Not a lane, so that nobody reads it.
  private static final long NO_LANE = 0;

  private final Database database;
  private final byte[] envelope = Sample.event(0).toByteArray();
  private long number;

  BareRows(Database database) {
    this.database = database;
  }

  /** A connection, batches of so many events, a commit for each batch; events per second. */
  double batches(int seconds, int batch) throws SQLException {
    try (Connection connection = database.openForWriting();
        PreparedStatement event = connection.prepareStatement(EVENT);
        PreparedStatement key = connection.prepareStatement(KEY)) {
      long begin = System.nanoTime();
      long end = begin + TimeUnit.SECONDS.toNanos(seconds);
      long first = number;
      while (System.nanoTime() < end) {
        for (int i = 0; i < batch; i++) {
          add(event, key);
        }
        var _ = key.executeBatch();
        var _ = event.executeBatch();
        connection.commit();
      }
      return (number - first) * 1e9 / (System.nanoTime() - begin);
    }
  }

  /** A connection, a statement for each event, a commit after so many; events per second. */
  double statements(int seconds, int batch) throws SQLException {
    try (Connection connection = database.openForWriting();
        PreparedStatement both = connection.prepareStatement(BOTH)) {
      long begin = System.nanoTime();
      long end = begin + TimeUnit.SECONDS.toNanos(seconds);
      long count = 0;
      for (; System.nanoTime() < end; count += batch) {
        for (int i = 0; i < batch; i++) {
          execute(both, "STATEMENT-" + (count + i) % Sample.KEYS);
        }
        connection.commit();
      }
      return count * 1e9 / (System.nanoTime() - begin);
    }
  }

  /**
   * Threads with a connection each, a statement and a commit for each event; events per second of
   * all.
   */
  double connections(int seconds, int threads) throws Exception {
    AtomicLong count = new AtomicLong();
    AtomicLong begin = new AtomicLong();
    CyclicBarrier ready = new CyclicBarrier(threads, () -> begin.set(System.nanoTime()));
    List<Future<?>> ends = new ArrayList<>();
    try (ExecutorService all = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        int thread = t;
        ends.add(
            all.submit(() -> {
              try (Connection connection = database.openForWriting();
                  PreparedStatement both = connection.prepareStatement(BOTH)) {
                connection.setAutoCommit(true);
                var _ = ready.await(30, TimeUnit.SECONDS);
                long end = begin.get() + TimeUnit.SECONDS.toNanos(seconds);
                for (int i = 0; System.nanoTime() < end; i++) {
                  execute(both, "CONNECTION-" + (i * threads + thread) % Sample.KEYS);
                  count.incrementAndGet();
                }
              }
              return true;
            }));
      }
    }
    double perSecond = count.get() * 1e9 / (System.nanoTime() - begin.get());
    for (Future<?> each : ends) {
      var _ = each.get();
    }
    return perSecond;
  }

  private void add(PreparedStatement event, PreparedStatement key) throws SQLException {
    number++;
    String name = "BATCH-" + number % Sample.KEYS;
    key.setString(1, Sample.AGGREGATE);
    key.setString(2, name);
    key.setLong(3, number);
    key.addBatch();
    event.setLong(1, NO_LANE);
    event.setBytes(2, Sample.bytes(UUID.randomUUID()));
    event.setString(3, Sample.TYPE);
    event.setString(4, Sample.AGGREGATE);
    event.setString(5, name);
    event.setLong(6, number);
    event.setLong(7, number);
    event.setBytes(8, envelope);
    event.addBatch();
  }

  private void execute(PreparedStatement both, String key) throws SQLException {
    both.setString(1, Sample.AGGREGATE);
    both.setString(2, key);
    both.setLong(3, NO_LANE);
    both.setBytes(4, Sample.bytes(UUID.randomUUID()));
    both.setString(5, Sample.TYPE);
    both.setLong(6, System.nanoTime());
    both.setBytes(7, envelope);
    var _ = both.executeUpdate();
  }
}
