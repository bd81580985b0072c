package io.crossdock.ledger.replay;

import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.common.v1.Actor;
import io.crossdock.ledger.replay.ReplayRecord.Progress;
import io.crossdock.ledger.replay.ReplayRecord.Status;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.ops.v1.StartReplayRequest;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

  private static final String NEEDED = "SELECT id, position FROM replays WHERE status = 'RUNNING'";

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
    return Sql.one(
            connection,
            START,
            row -> OptionalLong.of(row.getLong(1)),
            request.getConsumer(),
            request.getSelection().toByteArray(),
            request.getDryRun(),
            request.getEventsPerSecond(),
            request.getContext().getActor().toByteArray(),
            request.getReason(),
            upTo,
            after,
            clock.millis())
        .orElse(OptionalLong.empty());
  }

  /** The replay to a consumer that runs, unless it only counts. */
  Optional<ReplayRecord> running(Connection connection, String consumer) throws SQLException {
    return Sql.one(connection, RUNNING, Replays::read, consumer);
  }

  Optional<ReplayRecord> find(long id) {
    return store.read(connection -> find(connection, id));
  }

  Optional<ReplayRecord> find(Connection connection, long id) throws SQLException {
    return Sql.one(connection, FIND, Replays::read, id);
  }

  /**
   * Lists replays, the newest first.
   *
   * @param consumer only this one's; empty means all
   * @param before only those with a lower id
   */
  List<ReplayRecord> list(String consumer, long before, int most) {
    return store.read(
        connection -> Sql.list(connection, LIST, Replays::read, before, consumer, consumer, most));
  }

  /** Records how far a replay is; false when it is not in that status or was recorded further. */
  boolean note(Connection connection, long id, Status status, Progress progress)
      throws SQLException {
    return Sql.update(
            connection,
            NOTE,
            progress.position(),
            progress.matched(),
            progress.delivered(),
            progress.deadLettered(),
            id,
            status.name(),
            progress.position())
        == 1;
  }

  /** Ends a replay that runs; false when it does not. */
  boolean end(Connection connection, long id, Status status, String failure) throws SQLException {
    return Sql.update(connection, END, status.name(), failure, clock.millis(), id) == 1;
  }

  /** The replays that are running need what they have not come to, see {@code RetentionHold}. */
  static Map<String, Long> holders(Connection connection, Lane lane) throws SQLException {
    Map<String, Long> holders = new HashMap<>();
    Sql.list(connection, NEEDED, row -> Map.entry("replay RP-" + row.getLong(1), row.getLong(2)))
        .forEach(each -> holders.put(each.getKey(), each.getValue()));
    return holders;
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
