package io.crossdock.ledger.backup;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.audit.Verification;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A check of the ledger while it is in use: the database's structures (SQLite), the audit chain,
 * and whether the events, the sequences that were given, and the consumers' places agree.
 *
 * <p>It reads some rows at a time, so that nobody waits for it. Events that were forgotten are
 * nothing that it could miss: of each lane they are older than its floor.
 */
final class LedgerCheck {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerCheck.class);
  private static final int MOST_PROBLEMS = 100;
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
  // A place at the very end belongs to nobody, see ConsumerPositions.
  private static final String BEYOND =
      """
      SELECT DISTINCT consumer FROM consumers
      WHERE position > (SELECT coalesce(max(id), 0) FROM events)
        AND position < 9223372036854775807 ORDER BY consumer
      """;
  private static final String VERSION =
      "SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank DESC LIMIT 1";

  private final Store store;
  private final List<String> problems = new ArrayList<>();
  private String version = "";
  private long events;
  private long auditRecords;

  /**
   * What was found.
   *
   * @param problems what is not in order, a sentence each
   * @param version of the tables
   * @param events that are kept
   * @param auditRecords that were checked
   */
  record Finding(List<String> problems, String version, long events, long auditRecords) {
    Finding {
      problems = List.copyOf(problems);
    }
  }

  private LedgerCheck(Store store) {
    this.store = store;
  }

  /**
   * Checks.
   *
   * @param directory of the embedded ledger; null when it is on PostgreSQL
   */
  static Finding run(Store store, Audit audit, @Nullable Path directory) {
    LedgerCheck check = new LedgerCheck(store);
    if (directory != null) {
      check.file(new SqliteDatabase(directory).file());
    } else {
      check.chain(audit);
    }
    check.keys();
    check.events();
    check.places();
    return new Finding(
        check.problems.subList(0, Math.min(MOST_PROBLEMS, check.problems.size())),
        check.version,
        check.events,
        check.auditRecords);
  }

  private void file(Path file) {
    try {
      Report report = Backup.check(file);
      problems.addAll(report.damage());
      if (!report.brokenChain().isEmpty()) {
        problems.add(report.brokenChain());
      }
      version = report.version();
      auditRecords = report.auditRecords();
    } catch (BackupException e) {
      LOG.error("the ledger cannot be checked", e);
      throw new FailureException(
          Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The ledger cannot be read.")
              .with("system", "ledger"));
    }
  }

  private void chain(Audit audit) {
    Verification found = audit.verify(0, 0);
    auditRecords = found.checked();
    if (found instanceof Verification.Broken broken) {
      problems.add("audit record " + broken.sequence() + ": " + broken.fault());
    }
    version =
        store.read(connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(VERSION)) {
            return row.next() ? row.getString(1) : "";
          }
        });
  }

  private record Key(String aggregate, String key) {}

  private void keys() {
    @Nullable Key next = new Key("", "");
    while (next != null && problems.size() < MOST_PROBLEMS) {
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

  private void events() {
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
      events += seen;
      if (page[2] > 0) {
        problems.add(
            "events up to number " + last + " with a sequence that was never given: " + page[2]);
      }
    }
  }

  private void places() {
    problems.addAll(
        store.read(connection -> {
          List<String> found = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery(BEYOND)) {
            while (rows.next()) {
              found.add("consumer " + rows.getString(1) + ": its place is past the end of the log");
            }
          }
          return found;
        }));
  }
}
