package io.crossdock.ledger.event;

import io.crossdock.ledger.store.Findings;
import io.crossdock.ledger.store.LedgerReader;
import io.crossdock.ledger.store.RowCheck;
import io.crossdock.ledger.store.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the events against their checksums, and whether they and the sequences that were given to
 * them agree, some rows at a time. For one thread.
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
  private final LedgerReader reader;
  private final Findings findings;
  private final RowCheck rows;
  private long newest;

  /**
   * Prepares a check.
   *
   * @param version of the tables
   */
  public EventLogCheck(LedgerReader reader, Findings findings, long version) {
    this.reader = reader;
    this.findings = findings;
    this.rows =
        RowCheck.byNumber(
                "event",
                "SELECT " + StoredEvent.COLUMNS + " FROM events WHERE id > ? ORDER BY id LIMIT ?",
                "SELECT coalesce(max(id), 0) FROM events",
                StoredEvent::state)
            .ofVersion(version);
  }

  /** Checks. */
  public void run() {
    rows.run(reader, findings);
    findings.attempt("the keys of the events", this::keys);
    findings.attempt("the sequences of the events", this::sequences);
  }

  /** The checksums. */
  public RowCheck rows() {
    return rows;
  }

  /** The id of the newest event that was seen; 0 when there is none. */
  public long newest() {
    return newest;
  }

  private record Key(String aggregate, String key) {}

  private void keys() throws SQLException {
    @Nullable Key next = new Key("", "");
    while (next != null) {
      Key after = next;
      List<String> found = new ArrayList<>();
      List<Key> end =
          reader.read(connection -> {
            found.clear();
            return keys(connection, after, found);
          });
      found.forEach(findings::add);
      next = end.isEmpty() ? null : end.getLast();
    }
  }

  private static List<Key> keys(Connection connection, Key after, List<String> found)
      throws SQLException {
    return Sql.list(
        connection,
        NEXT_KEYS,
        row -> {
          Key key = new Key(row.getString(1), row.getString(2));
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
          return key;
        },
        after.aggregate(),
        after.key(),
        KEYS);
  }

  private void sequences() throws SQLException {
    record Page(long seen, long last, long wrong) {}
    long last = 0;
    for (long seen = EVENTS; seen == EVENTS; ) {
      long after = last;
      Page page =
          reader.read(connection ->
              Sql.one(
                      connection,
                      NEXT_EVENTS,
                      row -> new Page(row.getLong(1), row.getLong(2), row.getLong(3)),
                      after,
                      EVENTS)
                  .orElseThrow());
      seen = page.seen;
      last = page.last;
      newest = Math.max(newest, last);
      if (page.wrong > 0) {
        findings.add(
            "events up to number " + last + " with a sequence that was never given: " + page.wrong);
      }
    }
  }
}
