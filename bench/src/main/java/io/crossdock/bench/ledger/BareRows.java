package io.crossdock.bench.ledger;

import io.crossdock.ledger.store.Database;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The driver alone, writing the same rows into the same tables; the measure of the ledger. */
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
  private static final int BATCH = 64;
  private static final int KEYS = 1_000;

  private final Database database;
  private final Row row;
  private long number;

  /** What is the same in each. */
  @SuppressWarnings("ArrayRecordComponent")
  record Row(String type, byte[] envelope) {}

  BareRows(Database database, Row row) {
    this.database = database;
    this.row = row;
  }

  /** One transaction for each row; rows per second. */
  double oneByOne(int seconds) throws SQLException {
    return run(seconds, 1);
  }

  /** As many rows in a transaction as there are writers; rows per second. */
  double batched(int seconds) throws SQLException {
    return run(seconds, BATCH);
  }

  private double run(int seconds, int batch) throws SQLException {
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

  private void add(PreparedStatement event, PreparedStatement key) throws SQLException {
    number++;
    String name = "BARE-" + number % KEYS;
    UUID id = UUID.randomUUID();
    key.setString(1, "posting");
    key.setString(2, name);
    key.setLong(3, number);
    key.addBatch();
    // Not a lane, so that nobody reads it.
    event.setLong(1, 0);
    event.setBytes(
        2,
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array());
    event.setString(3, row.type());
    event.setString(4, "posting");
    event.setString(5, name);
    event.setLong(6, number);
    event.setLong(7, number);
    event.setBytes(8, row.envelope());
    event.addBatch();
  }
}
