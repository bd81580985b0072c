package io.crossdock.ledger.event;

import io.crossdock.ledger.store.Statements;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * As few rounds to the server as there can be: one for an event alone, two for many.
 *
 * <p>Each begins with the lock under which ids become visible in their order. That is a statement
 * of its own because a statement sees what was committed before it began, and that has to be after
 * the lock was got. Nobody else changes {@code event_keys} under it.
 */
final class PostgresAppender implements Appender {

  // Bounds what is sent at once.
  private static final int MOST_EVENTS = 512;
  private static final long MOST_BYTES = 4 << 20;

  private static final String LOCK = "SELECT pg_advisory_xact_lock(7238946501);\n";
  private static final String ONE =
      LOCK
          + """
          WITH numbered AS (
            INSERT INTO event_keys AS k (aggregate, key, sequence)
            SELECT ?, ?, 1 WHERE NOT EXISTS (SELECT 1 FROM events WHERE event_id = ?)
            ON CONFLICT (aggregate, key) DO UPDATE SET sequence = k.sequence + 1
            RETURNING aggregate, key, sequence)
          INSERT INTO events
            (lane, event_id, type, aggregate, key, sequence, recorded_at, envelope, checksum)
          SELECT ?, ?, ?, aggregate, key, sequence, ?, ?, ? + ((sequence & 2147483647) << 32)
          FROM numbered
          RETURNING id, sequence
          """;
  private static final String LOOK =
      LOCK
          + """
          SELECT coalesce((SELECT id FROM events e WHERE e.event_id = g.event_id), 0),
            coalesce((SELECT sequence FROM event_keys k
                      WHERE k.aggregate = g.aggregate AND k.key = g.key), 0)
          FROM unnest(?, ?, ?) WITH ORDINALITY AS g (event_id, aggregate, key, n) ORDER BY n
          """;
  private static final String MANY =
      """
      INSERT INTO event_keys (aggregate, key, sequence) SELECT * FROM unnest(?, ?, ?)
      ON CONFLICT (aggregate, key) DO UPDATE SET sequence = excluded.sequence;
      INSERT INTO events
        (lane, event_id, type, aggregate, key, sequence, envelope, checksum, recorded_at)
      SELECT lane, event_id, type, aggregate, key, sequence, envelope, checksum, ?
      FROM unnest(?, ?, ?, ?, ?, ?, ?, ?) WITH ORDINALITY
        AS g (lane, event_id, type, aggregate, key, sequence, envelope, checksum, n)
      ORDER BY n RETURNING id
      """;

  private record Key(String aggregate, String value) {}

  /**
   * An event that is not there yet.
   *
   * @param place among those that were handed over
   */
  private record Fresh(int place, CheckedEvent event, long sequence) {}

  @Override
  public List<@Nullable Row> append(
      Connection connection, List<CheckedEvent> events, long recordedMicros) throws SQLException {
    List<@Nullable Row> rows = new ArrayList<>(events.size());
    for (int from = 0; from < events.size(); ) {
      int to = from;
      for (long bytes = 0;
          to < events.size() && to - from < MOST_EVENTS && bytes < MOST_BYTES;
          to++) {
        bytes += events.get(to).bytes().length;
      }
      if (to - from == 1) {
        rows.add(one(connection, events.get(from), recordedMicros));
      } else {
        rows.addAll(many(connection, events.subList(from, to), recordedMicros));
      }
      from = to;
    }
    return rows;
  }

  private static @Nullable Row one(Connection connection, CheckedEvent event, long recordedMicros)
      throws SQLException {
    byte[] id = event.idBytes();
    PreparedStatement append = Statements.of(connection, ONE);
    append.setString(1, event.type().aggregate());
    append.setString(2, event.key());
    append.setBytes(3, id);
    append.setLong(4, event.type().lane().getNumber());
    append.setBytes(5, id);
    append.setString(6, event.type().name());
    append.setLong(7, recordedMicros);
    append.setBytes(8, event.bytes());
    append.setLong(9, EventChecksum.content(event, recordedMicros));
    var _ = append.execute();
    var _ = append.getMoreResults();
    return Appender.row(append);
  }

  private static List<@Nullable Row> many(
      Connection connection, List<CheckedEvent> events, long recordedMicros) throws SQLException {
    Map<Key, Long> last = new LinkedHashMap<>();
    List<Fresh> fresh = fresh(connection, events, last);
    List<@Nullable Row> rows = new ArrayList<>(Collections.nCopies(events.size(), null));
    if (fresh.isEmpty()) {
      return rows;
    }
    PreparedStatement many = Statements.of(connection, MANY);
    Arrays arrays = new Arrays(connection, many);
    arrays.texts(1, last.keySet().stream().map(Key::aggregate));
    arrays.texts(2, last.keySet().stream().map(Key::value));
    arrays.numbers(3, last.values().stream().mapToLong(sequence -> sequence));
    many.setLong(4, recordedMicros);
    arrays.numbers(5, fresh.stream().mapToLong(each -> each.event.type().lane().getNumber()));
    arrays.bytes(6, fresh.stream().map(each -> each.event.idBytes()));
    arrays.texts(7, fresh.stream().map(each -> each.event.type().name()));
    arrays.texts(8, fresh.stream().map(each -> each.event.type().aggregate()));
    arrays.texts(9, fresh.stream().map(each -> each.event.key()));
    arrays.numbers(10, fresh.stream().mapToLong(Fresh::sequence));
    arrays.bytes(11, fresh.stream().map(each -> each.event.bytes()));
    arrays.numbers(
        12,
        fresh.stream()
            .mapToLong(each ->
                EventChecksum.of(
                    EventChecksum.content(each.event, recordedMicros), each.sequence)));
    var _ = many.execute();
    var _ = many.getMoreResults();
    try (ResultSet ids = many.getResultSet()) {
      for (Fresh each : fresh) {
        var _ = ids.next();
        rows.set(each.place, new Row(ids.getLong(1), each.sequence));
      }
    }
    return rows;
  }

  /**
   * Finds the events that are not there yet and numbers them.
   *
   * @param last gets the last sequence of each key
   */
  private static List<Fresh> fresh(
      Connection connection, List<CheckedEvent> events, Map<Key, Long> last) throws SQLException {
    PreparedStatement look = Statements.of(connection, LOOK);
    Arrays arrays = new Arrays(connection, look);
    arrays.bytes(1, events.stream().map(CheckedEvent::idBytes));
    arrays.texts(2, events.stream().map(event -> event.type().aggregate()));
    arrays.texts(3, events.stream().map(CheckedEvent::key));
    var _ = look.execute();
    var _ = look.getMoreResults();
    List<Fresh> fresh = new ArrayList<>(events.size());
    Set<ByteBuffer> seen = new HashSet<>();
    try (ResultSet there = look.getResultSet()) {
      for (int i = 0; there.next(); i++) {
        CheckedEvent event = events.get(i);
        if (there.getLong(1) == 0 && seen.add(ByteBuffer.wrap(event.idBytes()))) {
          long before = there.getLong(2);
          long sequence =
              last.merge(
                  new Key(event.type().aggregate(), event.key()),
                  before + 1,
                  (known, _) -> known + 1);
          fresh.add(new Fresh(i, event, sequence));
        }
      }
    }
    return fresh;
  }

  /** Sets arrays in a statement. */
  private record Arrays(Connection connection, PreparedStatement statement) {

    void numbers(int place, LongStream numbers) throws SQLException {
      statement.setArray(place, connection.createArrayOf("int8", numbers.boxed().toArray()));
    }

    void texts(int place, Stream<String> texts) throws SQLException {
      statement.setArray(place, connection.createArrayOf("text", texts.toArray(String[]::new)));
    }

    void bytes(int place, Stream<byte[]> values) throws SQLException {
      statement.setArray(place, connection.createArrayOf("bytea", values.toArray(byte[][]::new)));
    }
  }
}
