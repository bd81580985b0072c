package io.crossdock.ledger.event;

import io.crossdock.ledger.store.Statements;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two small statements: there is no way to the server, and only one writer. */
final class SqliteAppender implements Appender {

  private static final String INSERT =
      """
      INSERT INTO events
        (lane, event_id, type, aggregate, key, sequence, recorded_at, envelope, checksum)
      SELECT ?1, ?2, ?3, ?4, ?5, s.next, ?6, ?7, ?8 + ((s.next & 0x7fffffff) << 32)
      FROM (SELECT coalesce(
        (SELECT sequence FROM event_keys WHERE aggregate = ?4 AND key = ?5), 0) + 1 AS next) s
      WHERE true
      ON CONFLICT (event_id) DO NOTHING
      RETURNING id, sequence
      """;
  private static final String COUNT =
      """
      INSERT INTO event_keys (aggregate, key, sequence) VALUES (?, ?, ?)
      ON CONFLICT (aggregate, key) DO UPDATE SET sequence = excluded.sequence
      """;

  @Override
  public List<@Nullable Row> append(
      Connection connection, List<CheckedEvent> events, long recordedMicros) throws SQLException {
    List<@Nullable Row> rows = new ArrayList<>(events.size());
    for (CheckedEvent event : events) {
      rows.add(append(connection, event, recordedMicros));
    }
    return rows;
  }

  private static @Nullable Row append(
      Connection connection, CheckedEvent event, long recordedMicros) throws SQLException {
    PreparedStatement insert = Statements.of(connection, INSERT);
    insert.setInt(1, event.type().lane().getNumber());
    insert.setBytes(2, event.idBytes());
    insert.setString(3, event.type().name());
    insert.setString(4, event.type().aggregate());
    insert.setString(5, event.key());
    insert.setLong(6, recordedMicros);
    insert.setBytes(7, event.bytes());
    insert.setLong(8, EventChecksum.content(event, recordedMicros));
    var _ = insert.execute();
    Row row = Appender.row(insert);
    if (row != null) {
      PreparedStatement count = Statements.of(connection, COUNT);
      count.setString(1, event.type().aggregate());
      count.setString(2, event.key());
      count.setLong(3, row.sequence());
      var _ = count.executeUpdate();
    }
    return row;
  }
}
