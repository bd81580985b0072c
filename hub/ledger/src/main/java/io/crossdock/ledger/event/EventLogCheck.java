package io.crossdock.ledger.event;

import io.crossdock.ledger.store.Store;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether the events and the sequences that were given to them agree, some rows at a time.
 * For one thread.
 */
public final class EventLogCheck {

  private static final int KEYS = 500;
  private static final int EVENTS = 5_000;

  // One statement, one snapshot: what is forgotten meanwhile is forgotten for all of it.
  private static final String NEXT_KEYS =
      """
      SELECT k.aggregate, k.key, k.sequence, count(e.id), min(e.sequence), max(e.sequence),
        (SELECT coalesce(max(id), 0) FROM event_floors)
      FROM (SELECT aggregate, key, sequence FROM event_keys
        WHERE (aggregate, key) > (?, ?) ORDER BY aggregate, key LIMIT ?) k
      LEFT JOIN events e ON e.aggregate = k.aggregate AND e.key = k.key
        AND e.id > (SELECT coalesce(max(id), 0) FROM event_floors)
      GROUP BY k.aggregate, k.key, k.sequence ORDER BY k.aggregate, k.key
      """;
  private static final String NEXT_EVENTS =
      """
      SELECT count(e.id), coalesce(max(e.id), 0),
        count(CASE WHEN k.sequence IS NULL OR k.sequence < e.sequence THEN 1 END)
      FROM (SELECT id, aggregate, key, sequence FROM events WHERE id > ? ORDER BY id LIMIT ?) e
      LEFT JOIN event_keys k ON k.aggregate = e.aggregate AND k.key = e.key
      """;
  private final Store store;
  private final int mostProblems;
  private final List<String> problems = new ArrayList<>();
  private long events;
  private long newest;

  /**
   * @param mostProblems after which it looks no further
   */
  public EventLogCheck(Store store, int mostProblems) {
    this.store = store;
    this.mostProblems = mostProblems;
  }

  /** Checks; a sentence for each problem. */
  public List<String> run() {
    keys();
    sequences();
    return List.copyOf(problems);
  }

  /** How many events were seen. */
  public long events() {
    return events;
  }

  /** The id of the newest event that was seen; 0 when there is none. */
  public long newest() {
    return newest;
  }

  private record Key(String aggregate, String key) {}

  private void keys() {
    @Nullable Key next = new Key("", "");
    while (next != null && problems.size() < mostProblems) {
      Key after = next;
      List<String> found = new ArrayList<>();
      List<Key> end =
          store.read(connection -> {
            found.clear();
            return keys(connection, after, found);
          });
      problems.addAll(found);
      next = end.isEmpty() ? null : end.getLast();
    }
  }

  private static List<Key> keys(Connection connection, Key after, List<String> found)
      throws SQLException {
    List<Key> keys = new ArrayList<>();
    try (PreparedStatement next = connection.prepareStatement(NEXT_KEYS)) {
      next.setString(1, after.aggregate());
      next.setString(2, after.key());
      next.setInt(3, KEYS);
      try (ResultSet row = next.executeQuery()) {
        while (row.next()) {
          Key key = new Key(row.getString(1), row.getString(2));
          keys.add(key);
          long given = row.getLong(3);
          long count = row.getLong(4);
          long first = row.getLong(5);
          long last = row.getLong(6);
          boolean nothingForgotten = row.getLong(7) == 0;
          long expected = nothingForgotten ? given : count == 0 ? 0 : last - first + 1;
          String what = key.aggregate() + " " + key.key() + ": ";
          if (count > 0 && last != given) {
            found.add(what + "the last event has sequence " + last + " (expected: " + given + ")");
          } else if (count != expected) {
            found.add(what + count + " events are there (expected: " + expected + ")");
          }
        }
      }
    }
    return keys;
  }

  private void sequences() {
    long last = 0;
    for (long seen = EVENTS; seen == EVENTS; ) {
      long after = last;
      long[] page =
          store.read(connection -> {
            try (PreparedStatement next = connection.prepareStatement(NEXT_EVENTS)) {
              next.setLong(1, after);
              next.setInt(2, EVENTS);
              try (ResultSet row = next.executeQuery()) {
                return row.next()
                    ? new long[] {row.getLong(1), row.getLong(2), row.getLong(3)}
                    : new long[3];
              }
            }
          });
      seen = page[0];
      last = page[1];
      newest = Math.max(newest, last);
      events += seen;
      if (page[2] > 0) {
        problems.add(
            "events up to number " + last + " with a sequence that was never given: " + page[2]);
      }
    }
  }
}
