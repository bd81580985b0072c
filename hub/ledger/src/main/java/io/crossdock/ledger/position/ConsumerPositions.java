package io.crossdock.ledger.position;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.store.Statements;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far the consumers are, and which node delivers to them.
 *
 * <p>A consumer has one place in a lane of the log. When delivery moves to Kafka that place becomes
 * one for each partition of the lane's topic, as soon as no node reads the log any more. What is
 * left of it belongs to nobody from then on.
 */
public final class ConsumerPositions {

  /** Stands for a partition where the log itself is read. */
  public static final int LOG = -1;

  /** The consumer that carries the log to Kafka; its positions say how far that is. */
  public static final String RELAY = "kafka-relay";

  private static final String ENSURE_EXISTS =
      """
      INSERT INTO consumers (consumer, lane, partition, position, owner, fence, lease_until)
      VALUES (?, ?, ?, ?, '', 0, 0) ON CONFLICT (consumer, lane, partition) DO NOTHING
      """;
  // Where Kafka has to go on so that no consumer misses anything.
  private static final String FIRST_RELAYED =
      """
      SELECT coalesce((SELECT min(position) FROM consumers WHERE lane = ? AND partition = -1),
        (SELECT id FROM event_floors WHERE lane = ?), 0)
      """;
  private static final String SLOWEST =
      """
      SELECT coalesce(min(position), 9223372036854775807) FROM consumers
      WHERE lane = ? AND consumer <> ?
      """;
  private static final String LEAVE_LOG =
      """
      UPDATE consumers SET fence = fence + 1, owner = 'kafka'
      WHERE consumer = ? AND lane = ? AND partition = -1 AND owner <> 'kafka'
        AND lease_until <= ?
      RETURNING position
      """;
  // Never free again, and nothing that retention would wait for.
  private static final String CLOSE_LOG =
      """
      UPDATE consumers SET position = 9223372036854775807, lease_until = 9223372036854775807
      WHERE consumer = ? AND lane = ? AND partition = -1
      """;
  private static final String HAS_LEFT_LOG =
      """
      SELECT 1 FROM consumers
      WHERE consumer = ? AND lane = ? AND partition = -1 AND owner = 'kafka'
      """;
  private static final String IS_ON_KAFKA =
      "SELECT 1 FROM consumers WHERE consumer = '" + RELAY + "' OR partition >= 0 LIMIT 1";
  private static final String RECORD_START =
      """
      INSERT INTO consumer_starts (consumer, lane, event) VALUES (?, ?, ?)
      ON CONFLICT (consumer, lane) DO NOTHING
      """;
  private static final String STARTS = "SELECT lane, event FROM consumer_starts WHERE consumer = ?";
  private static final String REACHED =
      "SELECT lane, partition, position FROM consumers WHERE consumer = ?";
  private static final String TAKE =
      """
      UPDATE consumers SET owner = ?, fence = fence + 1, lease_until = ?
      WHERE consumer = ? AND lane = ? AND partition = ? AND (lease_until <= ? OR owner = ?)
      RETURNING fence, position
      """;
  private static final String DONE =
      """
      SELECT aggregate, key, event FROM consumer_keys
      WHERE consumer = ? AND lane = ? AND partition = ?
      """;
  private static final String ADVANCE =
      """
      UPDATE consumers SET position = ?, lease_until = ?
      WHERE consumer = ? AND lane = ? AND partition = ? AND fence = ?
      """;
  private static final String PRUNE =
      """
      DELETE FROM consumer_keys
      WHERE consumer = ? AND lane = ? AND partition = ? AND event <= ?
      """;
  private static final String GIVE_UP =
      """
      UPDATE consumers SET lease_until = 0
      WHERE consumer = ? AND lane = ? AND partition = ? AND fence = ?
      """;
  // What was left for Kafka is nobody's, see CLOSE_LOG.
  private static final String FREE_ALL =
      "UPDATE consumers SET lease_until = 0 WHERE lease_until > 0 AND owner <> 'kafka'";
  private static final String COPY =
      """
      INSERT INTO consumer_keys (consumer, lane, partition, aggregate, key, event)
      VALUES (?, ?, ?, ?, ?, ?)
      """;
  private static final String RECORD_DONE =
      """
      INSERT INTO consumer_keys (consumer, lane, partition, aggregate, key, event)
      SELECT ?, ?, ?, ?, ?, ?
      WHERE EXISTS (SELECT 1 FROM consumers
        WHERE consumer = ? AND lane = ? AND partition = ? AND fence = ?)
      ON CONFLICT (consumer, lane, partition, aggregate, key)
      DO UPDATE SET event = excluded.event WHERE consumer_keys.event < excluded.event
      """;
  private static final String HOLDS =
      "SELECT 1 FROM consumers WHERE consumer = ? AND lane = ? AND partition = ? AND fence = ?";

  private final Store store;
  private final Clock clock;
  private final String node;
  private final Duration lease;

  /** What became of the wish to do an effect. */
  public enum Disposition {
    /** It is to be done now, in this transaction. */
    NEW,
    /** It was done before. */
    DONE,
    /** Somebody else delivers now. */
    FENCED
  }

  /**
   * How far a consumer is.
   *
   * @param positions up to which event everything was done, by lane and partition
   */
  public record Reached(Map<Lane, Map<Integer, Long>> positions) {

    /** Whether everything up to an event was done where its key belongs. */
    public boolean has(StoredEvent event) {
      Map<Integer, Long> lane = positions.getOrDefault(event.lane(), Map.of());
      int partitions = lane.size() - (lane.containsKey(LOG) ? 1 : 0);
      int partition = partitions == 0 ? LOG : new Partitioning(partitions).of(Key.of(event));
      return event.id() <= lane.getOrDefault(partition, -1L);
    }
  }

  /**
   * @param node unique for each start of a process
   * @param lease after which the lane of a node that says nothing is taken over
   */
  public ConsumerPositions(Store store, Clock clock, String node, Duration lease) {
    this.store = store;
    this.clock = clock;
    this.node = node;
    this.lease = lease;
  }

  /** Frees what others hold. */
  public static void freeAll(Store store) {
    var _ = store.write(connection -> Statements.of(connection, FREE_ALL).executeUpdate());
  }

  /** Takes a lane that no other node delivers; empty when one does. */
  public Optional<Assignment> take(String consumer, Lane lane, long start) {
    return store.write(connection -> {
      ensureExists(connection, consumer, lane, LOG, start);
      return take(connection, consumer, lane, LOG);
    });
  }

  /** Takes a partition that no other node delivers, from the log neither; empty when one does. */
  public Optional<Assignment> take(
      String consumer, Lane lane, int partition, Partitioning partitions) {
    return store.write(connection -> {
      if (!spread(connection, consumer, lane, partitions)) {
        return Optional.empty();
      }
      // A partition that the topic got later: nothing of it was done.
      ensureExists(connection, consumer, lane, partition, 0);
      return take(connection, consumer, lane, partition);
    });
  }

  /** Notes where a consumer begins that was never seen before. */
  public void ensureExists(String consumer, Lane lane, long start) {
    var _ =
        store.write(connection -> {
          ensureExists(connection, consumer, lane, LOG, start);
          return true;
        });
  }

  /** Notes where Kafka's share of a lane begins, unless it is noted. */
  public void ensureRelayExists(Lane lane) {
    var _ =
        store.write(connection -> {
          PreparedStatement first = Statements.of(connection, FIRST_RELAYED);
          first.setLong(1, lane.getNumber());
          first.setLong(2, lane.getNumber());
          long start;
          try (ResultSet row = first.executeQuery()) {
            start = row.next() ? row.getLong(1) : 0;
          }
          ensureExists(connection, RELAY, lane, LOG, start);
          return true;
        });
  }

  /** The place of the consumer that is least far in a lane, wherever it reads. */
  public long slowest(Lane lane) {
    return store.read(connection -> {
      PreparedStatement slowest = Statements.of(connection, SLOWEST);
      slowest.setLong(1, lane.getNumber());
      slowest.setString(2, RELAY);
      try (ResultSet row = slowest.executeQuery()) {
        return row.next() ? row.getLong(1) : Long.MAX_VALUE;
      }
    });
  }

  /**
   * Makes sure that the log may be delivered from.
   *
   * @throws FailureException with {@code INVALID_STATE} when delivery has moved to Kafka
   */
  public void checkNotOnKafka() {
    boolean onKafka =
        store.read(connection -> {
          try (ResultSet row = Statements.of(connection, IS_ON_KAFKA).executeQuery()) {
            return row.next();
          }
        });
    if (onKafka) {
      throw new FailureException(
          Reason.REASON_INVALID_STATE,
          "This ledger's events are delivered over Kafka, and there is no way back: configure"
              + " ledger.kafka (docs/ledger.md).");
    }
  }

  /** Notes how far everything was done and holds on to the lane; false when it was lost. */
  public boolean advance(Assignment assignment, long position) {
    return store.write(connection -> {
      PreparedStatement advance = Statements.of(connection, ADVANCE);
      advance.setLong(1, position);
      advance.setLong(2, clock.millis() + lease.toMillis());
      identify(advance, 3, assignment);
      if (advance.executeUpdate() == 0) {
        return false;
      }
      PreparedStatement prune = Statements.of(connection, PRUNE);
      identify(prune, 1, assignment.consumer(), assignment.lane(), assignment.partition());
      prune.setLong(4, position);
      var _ = prune.executeUpdate();
      return true;
    });
  }

  /** Lets somebody else deliver at once. */
  public void giveUp(Assignment assignment) {
    var _ =
        store.write(connection -> {
          PreparedStatement giveUp = Statements.of(connection, GIVE_UP);
          identify(giveUp, 1, assignment);
          return giveUp.executeUpdate();
        });
  }

  /** Notes that an event is done, within the transaction that does it. */
  public static Disposition recordDone(
      Connection connection, Assignment assignment, StoredEvent event) throws SQLException {
    PreparedStatement record = Statements.of(connection, RECORD_DONE);
    identify(record, 1, assignment.consumer(), assignment.lane(), assignment.partition());
    record.setString(4, event.aggregate());
    record.setString(5, event.envelope().getKey());
    record.setLong(6, event.id());
    identify(record, 7, assignment);
    if (record.executeUpdate() == 1) {
      return Disposition.NEW;
    }
    return holds(connection, assignment) ? Disposition.DONE : Disposition.FENCED;
  }

  /** Whether an assignment is still the newest. */
  public static boolean holds(Connection connection, Assignment assignment) throws SQLException {
    PreparedStatement holds = Statements.of(connection, HOLDS);
    identify(holds, 1, assignment);
    try (ResultSet row = holds.executeQuery()) {
      return row.next();
    }
  }

  /** How far a consumer is, by lane and partition. */
  public static Reached reached(Connection connection, String consumer) throws SQLException {
    PreparedStatement query = Statements.of(connection, REACHED);
    query.setString(1, consumer);
    Map<Lane, Map<Integer, Long>> positions = new EnumMap<>(Lane.class);
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        Lane lane = Lane.forNumber(rows.getInt(1));
        if (lane != null) {
          positions
              .computeIfAbsent(lane, _ -> new HashMap<>())
              .put(rows.getInt(2), rows.getLong(3));
        }
      }
    }
    return new Reached(positions);
  }

  /** After which event of each lane a consumer began, as far as that was noted. */
  public static Map<Lane, Long> starts(Connection connection, String consumer) throws SQLException {
    PreparedStatement query = Statements.of(connection, STARTS);
    query.setString(1, consumer);
    Map<Lane, Long> lanes = new EnumMap<>(Lane.class);
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        Lane lane = Lane.forNumber(rows.getInt(1));
        if (lane != null) {
          lanes.put(lane, rows.getLong(2));
        }
      }
    }
    return lanes;
  }

  private static void recordStart(Connection connection, String consumer, Lane lane, long start)
      throws SQLException {
    PreparedStatement insert = Statements.of(connection, RECORD_START);
    insert.setString(1, consumer);
    insert.setLong(2, lane.getNumber());
    insert.setLong(3, start);
    var _ = insert.executeUpdate();
  }

  private static void ensureExists(
      Connection connection, String consumer, Lane lane, int partition, long start)
      throws SQLException {
    PreparedStatement insert = Statements.of(connection, ENSURE_EXISTS);
    identify(insert, 1, consumer, lane, partition);
    insert.setLong(4, start);
    if (insert.executeUpdate() == 1 && partition == LOG) {
      recordStart(connection, consumer, lane, start);
    }
  }

  private Optional<Assignment> take(
      Connection connection, String consumer, Lane lane, int partition) throws SQLException {
    PreparedStatement take = Statements.of(connection, TAKE);
    take.setString(1, node);
    take.setLong(2, clock.millis() + lease.toMillis());
    identify(take, 3, consumer, lane, partition);
    take.setLong(6, clock.millis());
    take.setString(7, node);
    try (ResultSet row = take.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      Map<Key, Long> done = done(connection, consumer, lane, partition);
      return Optional.of(
          new Assignment(consumer, lane, partition, row.getLong(1), row.getLong(2), done));
    }
  }

  /** Makes a consumer's place in the log one in each partition; false while the log is read. */
  private boolean spread(Connection connection, String consumer, Lane lane, Partitioning partitions)
      throws SQLException {
    OptionalLong position = leaveLog(connection, consumer, lane);
    if (position.isEmpty()) {
      return hasLeftLog(connection, consumer, lane);
    }
    for (int partition = 0; partition < partitions.partitions(); partition++) {
      ensureExists(connection, consumer, lane, partition, position.getAsLong());
    }
    PreparedStatement copy = Statements.of(connection, COPY);
    for (Map.Entry<Key, Long> key : done(connection, consumer, lane, LOG).entrySet()) {
      identify(copy, 1, consumer, lane, partitions.of(key.getKey()));
      copy.setString(4, key.getKey().aggregate());
      copy.setString(5, key.getKey().value());
      copy.setLong(6, key.getValue());
      var _ = copy.executeUpdate();
    }
    PreparedStatement prune = Statements.of(connection, PRUNE);
    identify(prune, 1, consumer, lane, LOG);
    prune.setLong(4, Long.MAX_VALUE);
    var _ = prune.executeUpdate();
    PreparedStatement close = Statements.of(connection, CLOSE_LOG);
    close.setString(1, consumer);
    close.setLong(2, lane.getNumber());
    var _ = close.executeUpdate();
    return true;
  }

  private OptionalLong leaveLog(Connection connection, String consumer, Lane lane)
      throws SQLException {
    PreparedStatement leave = Statements.of(connection, LEAVE_LOG);
    leave.setString(1, consumer);
    leave.setLong(2, lane.getNumber());
    leave.setLong(3, clock.millis());
    try (ResultSet row = leave.executeQuery()) {
      return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
    }
  }

  private static boolean hasLeftLog(Connection connection, String consumer, Lane lane)
      throws SQLException {
    PreparedStatement left = Statements.of(connection, HAS_LEFT_LOG);
    left.setString(1, consumer);
    left.setLong(2, lane.getNumber());
    try (ResultSet row = left.executeQuery()) {
      return row.next();
    }
  }

  private static Map<Key, Long> done(
      Connection connection, String consumer, Lane lane, int partition) throws SQLException {
    Map<Key, Long> done = new HashMap<>();
    PreparedStatement query = Statements.of(connection, DONE);
    identify(query, 1, consumer, lane, partition);
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        done.put(new Key(rows.getString(1), rows.getString(2)), rows.getLong(3));
      }
    }
    return done;
  }

  private static void identify(PreparedStatement statement, int from, Assignment assignment)
      throws SQLException {
    identify(statement, from, assignment.consumer(), assignment.lane(), assignment.partition());
    statement.setLong(from + 3, assignment.epoch());
  }

  private static void identify(
      PreparedStatement statement, int from, String consumer, Lane lane, int partition)
      throws SQLException {
    statement.setString(from, consumer);
    statement.setLong(from + 1, lane.getNumber());
    statement.setLong(from + 2, partition);
  }
}
