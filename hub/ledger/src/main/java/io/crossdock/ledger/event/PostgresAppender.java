package io.crossdock.ledger.event;

import io.crossdock.ledger.store.Statements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Two statements in one round to the server. The first takes the lock under which ids become
 * visible in their order; it is one of its own because a statement sees what was committed before
 * it began, and that has to be after the lock was got.
 */
final class PostgresAppender implements Appender {

  private static final String APPEND =
      """
      SELECT pg_advisory_xact_lock(7238946501);
      WITH numbered AS (
        INSERT INTO event_keys AS k (aggregate, key, sequence)
        SELECT ?, ?, 1 WHERE NOT EXISTS (SELECT 1 FROM events WHERE event_id = ?)
        ON CONFLICT (aggregate, key) DO UPDATE SET sequence = k.sequence + 1
        RETURNING aggregate, key, sequence)
      INSERT INTO events
        (lane, event_id, type, aggregate, key, sequence, recorded_at, envelope)
      SELECT ?, ?, ?, aggregate, key, sequence, ?, ? FROM numbered
      RETURNING id, sequence
      """;

  @Override
  public @Nullable Row append(Connection connection, CheckedEvent event, long recordedMicros)
      throws SQLException {
    byte[] id = event.idBytes();
    PreparedStatement append = Statements.of(connection, APPEND);
    append.setString(1, event.type().aggregate());
    append.setString(2, event.key());
    append.setBytes(3, id);
    append.setLong(4, event.type().lane().getNumber());
    append.setBytes(5, id);
    append.setString(6, event.type().name());
    append.setLong(7, recordedMicros);
    append.setBytes(8, event.bytes());
    var _ = append.execute();
    var _ = append.getMoreResults();
    return Appender.row(append);
  }
}
