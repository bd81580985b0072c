package io.crossdock.ledger.event;

import io.crossdock.ledger.store.Engine;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes one event; what differs between the engines. */
sealed interface Appender permits SqliteAppender, PostgresAppender {

  /**
   * What was given to an event.
   *
   * @param id its id in the log
   * @param sequence its number among those of its key
   */
  record Row(long id, long sequence) {}

  /**
   * Writes events in their order.
   *
   * @return for each what it was given; null when its id is in the log already
   */
  List<@Nullable Row> append(Connection connection, List<CheckedEvent> events, long recordedMicros)
      throws SQLException;

  static Appender of(Engine engine) {
    return switch (engine) {
      case SQLITE -> new SqliteAppender();
      case POSTGRESQL -> new PostgresAppender();
    };
  }

  static @Nullable Row row(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.getResultSet()) {
      return rows.next() ? new Row(rows.getLong(1), rows.getLong(2)) : null;
    }
  }
}
