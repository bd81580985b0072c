package io.crossdock.ledger.replay;

import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.common.v1.Actor;
import io.crossdock.ledger.replay.ReplayRecord.Progress;
import io.crossdock.ledger.replay.ReplayRecord.Status;
import io.crossdock.ledger.store.Statements;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.ops.v1.StartReplayRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The replays, in the ledger. */
final class Replays {

  private static final String START =
      """
      INSERT INTO replays (consumer, selection, dry_run, events_per_second, actor, reason, status,
        failure, up_to, position, matched, delivered, dead_lettered, started_at)
      VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', '', ?, ?, 0, 0, 0, ?)
      ON CONFLICT DO NOTHING RETURNING id
      """;
  private static final String NOTE =
      """
      UPDATE replays SET position = ?, matched = ?, delivered = ?, dead_lettered = ?
      WHERE id = ? AND status = ? AND position <= ?
      """;
  private static final String END =
      """
      UPDATE replays SET status = ?, failure = ?, ended_at = ? WHERE id = ? AND status = 'RUNNING'
      """;
  private static final String COLUMNS =
      """
      SELECT id, consumer, selection, dry_run, events_per_second, actor, reason, status, failure,
        up_to, position, matched, delivered, dead_lettered, started_at, ended_at
      FROM replays WHERE
      """;
  private static final String FIND = COLUMNS + "id = ?";
  private static final String RUNNING =
      COLUMNS + "consumer = ? AND status = 'RUNNING' AND NOT dry_run";
  private static final String LIST =
      COLUMNS + "id < ? AND (? = '' OR consumer = ?) ORDER BY id DESC LIMIT ?";

  private final Store store;
  private final Clock clock;

  Replays(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Writes a replay down.
   *
   * @return its id; empty when the consumer has one that runs
   */
  OptionalLong start(Connection connection, StartReplayRequest request, long after, long upTo)
      throws SQLException {
    PreparedStatement start = Statements.of(connection, START);
    start.setString(1, request.getConsumer());
    start.setBytes(2, request.getSelection().toByteArray());
    start.setBoolean(3, request.getDryRun());
    start.setLong(4, request.getEventsPerSecond());
    start.setBytes(5, request.getContext().getActor().toByteArray());
    start.setString(6, request.getReason());
    start.setLong(7, upTo);
    start.setLong(8, after);
    start.setLong(9, clock.millis());
    try (ResultSet row = start.executeQuery()) {
      return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
    }
  }

  /** The replay to a consumer that runs, unless it only counts. */
  Optional<ReplayRecord> running(Connection connection, String consumer) throws SQLException {
    PreparedStatement query = Statements.of(connection, RUNNING);
    query.setString(1, consumer);
    return one(query);
  }

  Optional<ReplayRecord> find(long id) {
    return store.read(connection -> find(connection, id));
  }

  Optional<ReplayRecord> find(Connection connection, long id) throws SQLException {
    PreparedStatement query = Statements.of(connection, FIND);
    query.setLong(1, id);
    return one(query);
  }

  /**
   * Lists replays, the newest first.
   *
   * @param consumer only this one's; empty means all
   * @param before only those with a lower id
   */
  List<ReplayRecord> list(String consumer, long before, int most) {
    return store.read(connection -> {
      PreparedStatement query = Statements.of(connection, LIST);
      query.setLong(1, before);
      query.setString(2, consumer);
      query.setString(3, consumer);
      query.setInt(4, most);
      List<ReplayRecord> replays = new ArrayList<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          replays.add(read(rows));
        }
      }
      return replays;
    });
  }

  /** Notes how far a replay is; false when it is not in that status or was noted further. */
  boolean note(Connection connection, long id, Status status, Progress progress)
      throws SQLException {
    PreparedStatement note = Statements.of(connection, NOTE);
    note.setLong(1, progress.position());
    note.setLong(2, progress.matched());
    note.setLong(3, progress.delivered());
    note.setLong(4, progress.deadLettered());
    note.setLong(5, id);
    note.setString(6, status.name());
    note.setLong(7, progress.position());
    return note.executeUpdate() == 1;
  }

  /** Ends a replay that runs; false when it does not. */
  boolean end(Connection connection, long id, Status status, String failure) throws SQLException {
    PreparedStatement end = Statements.of(connection, END);
    end.setString(1, status.name());
    end.setString(2, failure);
    end.setLong(3, clock.millis());
    end.setLong(4, id);
    return end.executeUpdate() == 1;
  }

  private static Optional<ReplayRecord> one(PreparedStatement query) throws SQLException {
    try (ResultSet row = query.executeQuery()) {
      return row.next() ? Optional.of(read(row)) : Optional.empty();
    }
  }

  private static ReplayRecord read(ResultSet row) throws SQLException {
    long ended = row.getLong(16);
    Optional<Instant> endedAt =
        row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(ended));
    try {
      return new ReplayRecord(
          row.getLong(1),
          row.getString(2),
          ReplaySelection.parseFrom(row.getBytes(3)),
          row.getBoolean(4),
          row.getLong(5),
          Actor.parseFrom(row.getBytes(6)),
          row.getString(7),
          Status.valueOf(row.getString(8)),
          row.getString(9),
          row.getLong(10),
          new Progress(row.getLong(11), row.getLong(12), row.getLong(13), row.getLong(14)),
          Instant.ofEpochMilli(row.getLong(15)),
          endedAt);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a replay of the ledger cannot be read", e);
    }
  }
}
