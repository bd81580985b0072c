package io.crossdock.ledger.position;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

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
      "SELECT min(position) FROM consumers WHERE lane = ? AND partition = -1";
  private static final String PARTITIONS =
      "SELECT coalesce(max(partition), -1) + 1 FROM consumers WHERE lane = ?";
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
  // A consumer over Kafka holds nothing: the relay does, and then Kafka keeps the event.
  private static final String HOLDERS =
      """
      SELECT consumer, position FROM consumers
      WHERE lane = ? AND partition = -1 AND position < 9223372036854775807
      """;
  // A lane that has moved to Kafka has a row for each partition.
  private static final String LANES =
      """
      SELECT consumer, lane, max(CASE WHEN partition = -1 THEN position ELSE -1 END),
        max(CASE WHEN owner <> 'kafka' AND lease_until > ? THEN 1 ELSE 0 END)
      FROM consumers WHERE partition >= 0 OR owner <> 'kafka'
      GROUP BY consumer, lane ORDER BY consumer, lane
      """;
  private static final String SET_TYPES =
      """
      INSERT INTO consumer_types (consumer, types) VALUES (?, ?)
      ON CONFLICT (consumer) DO UPDATE SET types = excluded.types
      WHERE consumer_types.types <> excluded.types
      """;
  private static final String TYPES = "SELECT consumer, types FROM consumer_types";
  private static final String KNOWS = "SELECT 1 FROM consumers WHERE consumer = ? LIMIT 1";
  private static final String DELIVERS =
      """
      SELECT 1 FROM consumers
      WHERE consumer = ? AND owner <> 'kafka' AND lease_until > ? LIMIT 1
      """;
  private static final String READS_KAFKA =
      "SELECT 1 FROM consumers WHERE consumer = ? AND partition >= 0 LIMIT 1";
  private static final List<String> REMOVE =
      List.of(
          "DELETE FROM consumers WHERE consumer = ?",
          "DELETE FROM consumer_keys WHERE consumer = ?",
          "DELETE FROM consumer_starts WHERE consumer = ?",
          "DELETE FROM consumer_types WHERE consumer = ?");
  // Whoever begins where another one stopped; a delivery that is under way is fenced.
  private static final String GO_BACK =
      """
      UPDATE consumers SET fence = fence + 1, lease_until = 0,
        position = (SELECT least_of.position FROM consumers least_of
          WHERE least_of.consumer = ? AND least_of.lane = consumers.lane
            AND least_of.partition = consumers.partition)
      WHERE consumer = ? AND EXISTS (SELECT 1 FROM consumers earlier
        WHERE earlier.consumer = ? AND earlier.lane = consumers.lane
          AND earlier.partition = consumers.partition AND earlier.position < consumers.position)
      """;
  private static final String FORGET_KEYS = "DELETE FROM consumer_keys WHERE consumer = ?";
  private static final List<String> MOVE =
      List.of(
          """
          INSERT INTO consumers (consumer, lane, partition, position, owner, fence, lease_until)
          SELECT ?, lane, partition, position, owner, fence + 1,
            CASE WHEN owner = 'kafka' THEN lease_until ELSE 0 END
          FROM consumers WHERE consumer = ?
          ON CONFLICT (consumer, lane, partition) DO NOTHING
          """,
          """
          INSERT INTO consumer_keys (consumer, lane, partition, aggregate, key, event)
          SELECT ?, lane, partition, aggregate, key, event FROM consumer_keys WHERE consumer = ?
          ON CONFLICT (consumer, lane, partition, aggregate, key) DO NOTHING
          """,
          """
          INSERT INTO consumer_starts (consumer, lane, event)
          SELECT ?, lane, event FROM consumer_starts WHERE consumer = ?
          ON CONFLICT (consumer, lane) DO UPDATE SET event = excluded.event
          WHERE consumer_starts.event > excluded.event
          """,
          """
          INSERT INTO consumer_types (consumer, types)
          SELECT ?, types FROM consumer_types WHERE consumer = ?
          ON CONFLICT (consumer) DO NOTHING
          """);
  // A position at the very end belongs to nobody, see CLOSE_LOG.
  private static final String BEYOND =
      """
      SELECT DISTINCT consumer FROM consumers
      WHERE position > ? AND position < 9223372036854775807 ORDER BY consumer
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
   * A consumer's lane.
   *
   * @param position id up to which everything was done; empty over Kafka, where each partition has
   *     one
   * @param delivering whether some node delivers it now
   */
  public record OfLane(String consumer, Lane lane, OptionalLong position, boolean delivering) {}

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
    var _ = store.write(connection -> Sql.update(connection, FREE_ALL));
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

  /** Records where a consumer begins that was never seen before. */
  public void ensureExists(String consumer, Lane lane, long start) {
    var _ =
        store.write(connection -> {
          ensureExists(connection, consumer, lane, LOG, start);
          return true;
        });
  }

  /**
   * Records where Kafka's share of a lane begins, unless it is recorded.
   *
   * @param floor where it begins when nobody has read the lane yet
   */
  public void ensureRelayExists(Lane lane, long floor) {
    var _ =
        store.write(connection -> {
          long start =
              Sql.one(connection, FIRST_RELAYED, ConsumerPositions::position, lane.getNumber())
                  .filter(OptionalLong::isPresent)
                  .map(OptionalLong::getAsLong)
                  .orElse(floor);
          ensureExists(connection, RELAY, lane, LOG, start);
          return true;
        });
  }

  /** How many partitions of a lane's topic consumers have positions for; 0 when none has. */
  public int partitions(Lane lane) {
    return Math.toIntExact(
        store.<Long>read(connection -> Sql.number(connection, PARTITIONS, lane.getNumber())));
  }

  /** The lowest position of a lane's consumers, wherever they read. */
  public long slowest(Lane lane) {
    return store.read(connection -> Sql.number(connection, SLOWEST, lane.getNumber(), RELAY));
  }

  /**
   * Makes sure that the log may be delivered from.
   *
   * @throws FailureException with {@code INVALID_STATE} when delivery has moved to Kafka
   */
  public void checkNotOnKafka() {
    if (store.read(connection -> Sql.exists(connection, IS_ON_KAFKA))) {
      throw new FailureException(
          Reason.REASON_INVALID_STATE,
          "This ledger's events are delivered over Kafka, and there is no way back: configure"
              + " ledger.kafka (docs/ledger.md).");
    }
  }

  /** Records how far everything was done and renews the lease; false when it was taken over. */
  public boolean advance(Assignment assignment, long position) {
    return store.write(connection -> {
      if (Sql.update(
              connection,
              ADVANCE,
              position,
              clock.millis() + lease.toMillis(),
              assignment.consumer(),
              assignment.lane().getNumber(),
              assignment.partition(),
              assignment.epoch())
          == 0) {
        return false;
      }
      prune(connection, assignment.consumer(), assignment.lane(), assignment.partition(), position);
      return true;
    });
  }

  /**
   * Records keys that are further than their lane, so that their events are not delivered again.
   *
   * @param ahead the last event of each that is done
   * @return false when the lane was taken over
   */
  public boolean recordAhead(Assignment assignment, Map<Key, Long> ahead) {
    return store.write(connection -> {
      for (Map.Entry<Key, Long> each : ahead.entrySet()) {
        var _ = recordDone(connection, assignment, each.getKey(), each.getValue());
      }
      return holds(connection, assignment);
    });
  }

  /** Lets somebody else deliver at once. */
  public void giveUp(Assignment assignment) {
    var _ =
        store.write(connection ->
            Sql.update(
                connection,
                GIVE_UP,
                assignment.consumer(),
                assignment.lane().getNumber(),
                assignment.partition(),
                assignment.epoch()));
  }

  /** Records that an event is done, within the transaction that does it. */
  public static Disposition recordDone(
      Connection connection, Assignment assignment, StoredEvent event) throws SQLException {
    if (recordDone(connection, assignment, Key.of(event), event.id()) == 1) {
      return Disposition.NEW;
    }
    return holds(connection, assignment) ? Disposition.DONE : Disposition.FENCED;
  }

  private static int recordDone(Connection connection, Assignment assignment, Key key, long event)
      throws SQLException {
    return Sql.update(
        connection,
        RECORD_DONE,
        assignment.consumer(),
        assignment.lane().getNumber(),
        assignment.partition(),
        key.aggregate(),
        key.value(),
        event,
        assignment.consumer(),
        assignment.lane().getNumber(),
        assignment.partition(),
        assignment.epoch());
  }

  /** Whether an assignment is still the newest. */
  public static boolean holds(Connection connection, Assignment assignment) throws SQLException {
    return Sql.exists(
        connection,
        HOLDS,
        assignment.consumer(),
        assignment.lane().getNumber(),
        assignment.partition(),
        assignment.epoch());
  }

  /** How far a consumer is, by lane and partition. */
  public static Reached reached(Connection connection, String consumer) throws SQLException {
    Map<Lane, Map<Integer, Long>> positions = new EnumMap<>(Lane.class);
    record Row(int lane, int partition, long position) {}
    for (Row row :
        Sql.list(
            connection,
            REACHED,
            each -> new Row(each.getInt(1), each.getInt(2), each.getLong(3)),
            consumer)) {
      positions
          .computeIfAbsent(lane(row.lane), _ -> new HashMap<>())
          .put(row.partition, row.position);
    }
    return new Reached(positions);
  }

  /** After which event of each lane a consumer began, as far as that was recorded. */
  public static Map<Lane, Long> starts(Connection connection, String consumer) throws SQLException {
    Map<Lane, Long> lanes = new EnumMap<>(Lane.class);
    Sql.list(connection, STARTS, row -> Map.entry(lane(row.getInt(1)), row.getLong(2)), consumer)
        .forEach(start -> lanes.put(start.getKey(), start.getValue()));
    return lanes;
  }

  /** The lanes of all consumers that were ever seen, on whatever node. */
  public static List<OfLane> lanes(Connection connection, long nowMillis) throws SQLException {
    return Sql.list(
        connection,
        LANES,
        row ->
            new OfLane(
                row.getString(1),
                lane(row.getInt(2)),
                row.getLong(3) < 0 ? OptionalLong.empty() : OptionalLong.of(row.getLong(3)),
                row.getInt(4) == 1),
        nowMillis);
  }

  /** Records which events a consumer wants, so that other nodes know; empty means all. */
  public void setTypes(String consumer, Set<String> types) {
    var _ =
        store.write(connection ->
            Sql.update(connection, SET_TYPES, consumer, String.join("\n", new TreeSet<>(types))));
  }

  /** Which events the consumers want; empty means all, and so does a consumer that is missing. */
  public static Map<String, Set<String>> types(Connection connection) throws SQLException {
    Map<String, Set<String>> types = new HashMap<>();
    Sql.list(connection, TYPES, row -> Map.entry(row.getString(1), row.getString(2)))
        .forEach(each ->
            types.put(
                each.getKey(),
                each.getValue().isEmpty() ? Set.of() : Set.of(each.getValue().split("\n"))));
    return types;
  }

  /** Whether the ledger has positions of a consumer. */
  public static boolean isKnown(Connection connection, String consumer) throws SQLException {
    return Sql.exists(connection, KNOWS, consumer);
  }

  /** Whether some node delivers to a consumer. */
  public static boolean isDelivering(Connection connection, String consumer, long nowMillis)
      throws SQLException {
    return Sql.exists(connection, DELIVERS, consumer, nowMillis);
  }

  /** Whether a consumer has positions in the partitions of a topic. */
  public static boolean readsFromKafka(Connection connection, String consumer) throws SQLException {
    return Sql.exists(connection, READS_KAFKA, consumer);
  }

  /** Forgets a consumer. */
  public static void remove(Connection connection, String consumer) throws SQLException {
    for (String table : REMOVE) {
      var _ = Sql.update(connection, table, consumer);
    }
  }

  /**
   * Gives a consumer's positions to another name. One that has begun goes back to where this one
   * stopped, and nothing counts as done for it that this one has not done.
   */
  public static void rename(Connection connection, String consumer, String to) throws SQLException {
    if (isKnown(connection, to)) {
      var _ = Sql.update(connection, GO_BACK, consumer, to, consumer);
      var _ = Sql.update(connection, FORGET_KEYS, to);
    }
    for (String table : MOVE) {
      var _ = Sql.update(connection, table, to, consumer);
    }
    remove(connection, consumer);
  }

  /** The consumers whose position is past the end of the log. */
  public static List<String> beyond(Connection connection, long newest) throws SQLException {
    return Sql.list(connection, BEYOND, row -> row.getString(1), newest);
  }

  /** The consumers that have not been given a lane's events yet, see {@link RetentionHold}. */
  public static Map<String, Long> holders(Connection connection, Lane lane) throws SQLException {
    Map<String, Long> holders = new HashMap<>();
    Sql.list(
            connection,
            HOLDERS,
            row -> Map.entry("consumer " + row.getString(1), row.getLong(2)),
            lane.getNumber())
        .forEach(each -> holders.put(each.getKey(), each.getValue()));
    return holders;
  }

  private static void ensureExists(
      Connection connection, String consumer, Lane lane, int partition, long start)
      throws SQLException {
    int made = Sql.update(connection, ENSURE_EXISTS, consumer, lane.getNumber(), partition, start);
    if (made == 1 && partition == LOG) {
      var _ = Sql.update(connection, RECORD_START, consumer, lane.getNumber(), start);
    }
  }

  private Optional<Assignment> take(
      Connection connection, String consumer, Lane lane, int partition) throws SQLException {
    record Row(long epoch, long position) {}
    Optional<Row> taken =
        Sql.one(
            connection,
            TAKE,
            row -> new Row(row.getLong(1), row.getLong(2)),
            node,
            clock.millis() + lease.toMillis(),
            consumer,
            lane.getNumber(),
            partition,
            clock.millis(),
            node);
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    Map<Key, Long> done = done(connection, consumer, lane, partition);
    return taken.map(
        row -> new Assignment(consumer, lane, partition, row.epoch, row.position, done));
  }

  /** Makes a consumer's position in the log one in each partition; false while the log is read. */
  private boolean spread(Connection connection, String consumer, Lane lane, Partitioning partitions)
      throws SQLException {
    Optional<Long> position =
        Sql.one(
            connection,
            LEAVE_LOG,
            row -> row.getLong(1),
            consumer,
            lane.getNumber(),
            clock.millis());
    if (position.isEmpty()) {
      return Sql.exists(connection, HAS_LEFT_LOG, consumer, lane.getNumber());
    }
    for (int partition = 0; partition < partitions.partitions(); partition++) {
      ensureExists(connection, consumer, lane, partition, position.get());
    }
    for (Map.Entry<Key, Long> key : done(connection, consumer, lane, LOG).entrySet()) {
      var _ =
          Sql.update(
              connection,
              COPY,
              consumer,
              lane.getNumber(),
              partitions.of(key.getKey()),
              key.getKey().aggregate(),
              key.getKey().value(),
              key.getValue());
    }
    prune(connection, consumer, lane, LOG, Long.MAX_VALUE);
    var _ = Sql.update(connection, CLOSE_LOG, consumer, lane.getNumber());
    return true;
  }

  private static void prune(
      Connection connection, String consumer, Lane lane, int partition, long upTo)
      throws SQLException {
    var _ = Sql.update(connection, PRUNE, consumer, lane.getNumber(), partition, upTo);
  }

  private static Map<Key, Long> done(
      Connection connection, String consumer, Lane lane, int partition) throws SQLException {
    Map<Key, Long> done = new HashMap<>();
    Sql.list(
            connection,
            DONE,
            row -> Map.entry(new Key(row.getString(1), row.getString(2)), row.getLong(3)),
            consumer,
            lane.getNumber(),
            partition)
        .forEach(key -> done.put(key.getKey(), key.getValue()));
    return done;
  }

  private static OptionalLong position(ResultSet row) throws SQLException {
    long position = row.getLong(1);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(position);
  }

  private static Lane lane(int number) {
    Lane lane = Lane.forNumber(number);
    return lane == null ? Lane.LANE_UNSPECIFIED : lane;
  }
}
