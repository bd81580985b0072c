package io.crossdock.ledger.deadletter;

import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.deadletter.DeadLetter.Status;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.position.Key;
import io.crossdock.ledger.store.Checksum;
import io.crossdock.ledger.store.RowCheck;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Events that a consumer could not take, and what people do about them. Nothing is ever deleted:
 * what was delivered after all or given up stays with its history.
 *
 * <p>Later events of the same key wait behind it. The dispatcher delivers what people release; it
 * alone adds to the dead letters and takes from them, within its assignment.
 */
public final class DeadLetters {

  private static final String COLUMNS =
      "id, consumer, lane, event, aggregate, status, reason, message, attempts, failed_at,"
          + " envelope, type, key, checksum";
  private static final String OPEN = "status IN ('WAITING', 'RELEASED', 'BEHIND')";
  private static final String OPEN_COUNTS =
      "SELECT consumer, lane, count(*) FROM dead_letters WHERE "
          + OPEN
          + " GROUP BY consumer, lane";
  private static final String PARK =
      """
      INSERT INTO dead_letters (consumer, lane, event, type, aggregate, key, status, reason,
        message, attempts, failed_at, envelope, checksum)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (consumer, event) DO NOTHING
      """;
  private static final String FIRST_OF =
      "SELECT "
          + COLUMNS
          + " FROM dead_letters WHERE consumer = ? AND lane = ? AND aggregate = ? AND key = ? AND "
          + OPEN
          + " ORDER BY event LIMIT 1";
  private static final String BLOCKED_KEYS =
      "SELECT aggregate, key, status FROM dead_letters WHERE consumer = ? AND lane = ? AND "
          + OPEN
          + " ORDER BY aggregate, key, event";
  private static final String CHANGE =
      """
      UPDATE dead_letters SET status = ?, reason = ?, message = ?, attempts = attempts + ?
      WHERE id = ? AND status = ?
      """;
  private static final String EDIT =
      "UPDATE dead_letters SET envelope = ?, checksum = ? WHERE id = ? AND status = 'WAITING'";
  // Nobody delivers what waits behind another one any more: each waits for an operator.
  private static final String ORPHAN =
      """
      UPDATE dead_letters SET status = 'WAITING',
        reason = CASE WHEN reason = '' THEN 'INVALID_STATE' ELSE reason END,
        message = CASE WHEN message = '' THEN 'Its consumer was removed.' ELSE message END
      WHERE consumer = ? AND status IN ('BEHIND', 'RELEASED')
      """;
  private static final String GIVE =
      """
      UPDATE dead_letters SET consumer = ?
      WHERE consumer = ? AND NOT EXISTS (SELECT 1 FROM dead_letters other
        WHERE other.consumer = ? AND other.event = dead_letters.event)
      """;
  private static final String RELEASE_TO =
      """
      UPDATE dead_letters SET consumer = ?, status = 'RELEASED'
      WHERE id = ? AND status = 'WAITING' AND NOT EXISTS (SELECT 1 FROM dead_letters other
        WHERE other.consumer = ? AND other.event = dead_letters.event)
      """;
  private static final String REOPEN =
      """
      UPDATE dead_letters
      SET status = ?, reason = ?, message = ?, attempts = attempts + ?, failed_at = ?
      WHERE consumer = ? AND event = ? AND status IN ('DELIVERED', 'DISCARDED')
      RETURNING id
      """;
  private static final String IN_RANGE =
      "SELECT " + COLUMNS + " FROM dead_letters WHERE consumer = ? AND event BETWEEN ? AND ?";
  private static final String FIRST_BLOCKED =
      "SELECT lane, aggregate, key, min(event) FROM dead_letters WHERE consumer = ? AND "
          + OPEN
          + " GROUP BY lane, aggregate, key";
  private static final String ADD_HISTORY =
      """
      INSERT INTO dead_letter_history (dead_letter, at, action, actor, reason, envelope)
      VALUES (?, ?, ?, ?, ?, ?)
      """;
  private static final String FIND = "SELECT " + COLUMNS + " FROM dead_letters WHERE id = ?";
  private static final String MATCHES =
      " FROM dead_letters WHERE id > ? AND status IN (?, ?, ?, ?, ?) AND (? = '' OR consumer = ?)"
          + " AND (? = '' OR type = ?) AND (? = '' OR key = ?)";
  private static final String LIST = "SELECT " + COLUMNS + MATCHES + " ORDER BY id LIMIT ?";
  private static final String COUNT = "SELECT count(*)" + MATCHES;
  private static final String BEHIND =
      """
      SELECT count(*) FROM dead_letters
      WHERE consumer = ? AND lane = ? AND aggregate = ? AND key = ? AND event > ?
        AND status = 'BEHIND'
      """;
  private static final String HISTORY =
      """
      SELECT at, action, actor, reason, envelope FROM dead_letter_history
      WHERE dead_letter = ? ORDER BY id
      """;

  private final Store store;
  private final EventCatalogue catalogue;
  private final Clock clock;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** Stands on a ledger. */
  public DeadLetters(Store store, EventCatalogue catalogue, Clock clock) {
    this.store = store;
    this.catalogue = catalogue;
    this.clock = clock;
  }

  /**
   * Which dead letters are asked for.
   *
   * @param statuses where they stand, 1 or more
   * @param consumer only this one's; empty means all
   * @param type only these events; empty means all
   * @param key only this one's; empty means all
   */
  public record Query(Set<Status> statuses, String consumer, String type, String key) {
    public Query {
      statuses = Set.copyOf(statuses);
    }
  }

  /**
   * Lists dead letters, the oldest first.
   *
   * @param after id after which to begin
   */
  public List<DeadLetter> list(Query query, long after, int most) {
    List<@Nullable Object> arguments = arguments(query, after);
    arguments.add(most);
    return store.read(
        connection -> Sql.list(connection, LIST, DeadLetters::letter, arguments.toArray()));
  }

  /** How many match. */
  public long count(Query query) {
    return store.read(connection -> Sql.number(connection, COUNT, arguments(query, 0).toArray()));
  }

  /**
   * Dead letters that are neither delivered nor given up.
   *
   * @param count how many of them the consumer has in the lane
   */
  public record Open(String consumer, Lane lane, long count) {}

  /** The open dead letters of all consumers. */
  public static List<Open> open(Connection connection) throws SQLException {
    return Sql.list(
        connection,
        OPEN_COUNTS,
        row -> new Open(row.getString(1), lane(row.getInt(2)), row.getLong(3)));
  }

  /** Checks the dead letters against their checksums. */
  public static RowCheck check() {
    return RowCheck.byNumber(
        "dead letter",
        "SELECT " + COLUMNS + " FROM dead_letters WHERE id > ? ORDER BY id LIMIT ?",
        "SELECT coalesce(max(id), 0) FROM dead_letters",
        DeadLetters::state);
  }

  /** One dead letter. */
  public Optional<DeadLetter> find(long id) {
    return store.read(connection -> Optional.ofNullable(find(connection, id)));
  }

  /** How many events wait behind a dead letter. */
  public long waitingBehind(DeadLetter letter) {
    StoredEvent event = letter.event();
    return store.read(connection ->
        Sql.number(
            connection,
            BEHIND,
            letter.consumer(),
            event.lane().getNumber(),
            event.aggregate(),
            event.envelope().getKey(),
            event.id()));
  }

  /** What happened to a dead letter, in order. */
  public List<DeadLetter.History> history(long id) {
    return store.read(connection ->
        Sql.list(
            connection,
            HISTORY,
            row -> {
              byte[] before = row.getBytes(5);
              return new DeadLetter.History(
                  Instant.ofEpochMilli(row.getLong(1)),
                  row.getString(2),
                  row.getString(3),
                  row.getString(4),
                  before == null ? null : envelope(before));
            },
            id));
  }

  /**
   * Has a dead letter delivered again, before later events of its key. When that fails it waits
   * again.
   *
   * @throws FailureException with {@code NOT_FOUND}, or {@code INVALID_STATE} when it does not wait
   */
  public void release(long id, String actor, String reason) {
    act(connection -> change(connection, id, Status.RELEASED, actor, reason));
  }

  /** Gives a dead letter up, so that later events of its key go on; throws as {@link #release}. */
  public void discard(long id, String actor, String reason) {
    act(connection -> change(connection, id, Status.DISCARDED, actor, reason));
  }

  /**
   * Mends the event of a dead letter; it keeps its id, type, key and place. The event as it was
   * stays in the history, and the log is not touched.
   *
   * @throws FailureException as {@link #release}, and when the event breaks its contract
   */
  public void edit(long id, EventEnvelope edited, String actor, String reason) {
    check(edited);
    act(connection -> edit(connection, id, edited, actor, reason));
  }

  /**
   * Makes sure that an edited event obeys its contract.
   *
   * @throws FailureException that tells which field breaks which rule
   */
  public void check(EventEnvelope edited) {
    var _ = catalogue.check(edited);
  }

  /**
   * Discards within a transaction of the caller's, so that an audit record goes with it; {@link
   * #releaseRequested} is to be called when it is committed.
   *
   * @return why not; null when it was done
   */
  public @Nullable Failure discard(Connection connection, long id, String actor, String reason)
      throws SQLException {
    return change(connection, id, Status.DISCARDED, actor, reason);
  }

  /**
   * Releases within a transaction of the caller's, in the same way.
   *
   * @param to consumer that receives it instead of the one that was removed; empty for its own
   * @return why not; null when it was done
   */
  public @Nullable Failure release(
      Connection connection, long id, String to, String actor, String reason) throws SQLException {
    DeadLetter letter = find(connection, id);
    if (letter == null || letter.status() != Status.WAITING) {
      return refusal(letter);
    }
    String consumer = letter.consumer();
    boolean isReceived =
        !consumer.equals(ConsumerPositions.RELAY)
            && ConsumerPositions.isKnown(connection, consumer);
    if (isReceived) {
      return to.isEmpty() || to.equals(consumer)
          ? change(connection, id, Status.RELEASED, actor, reason)
          : Failure.of(
                  Reason.REASON_INVALID_STATE,
                  "The dead letter goes to its own consumer; only that of a removed one can go to"
                      + " another.")
              .with("consumer", consumer);
    }
    if (to.isEmpty()) {
      return Failure.of(
              Reason.REASON_INVALID_STATE,
              consumer.equals(ConsumerPositions.RELAY)
                  ? "No Kafka record can hold it: name the consumer that is to receive it, or discard"
                      + " it."
                  : "Its consumer was removed: name the one that is to receive it, or discard it.")
          .with("consumer", consumer);
    }
    if (!ConsumerPositions.isKnown(connection, to)) {
      return Failure.of(Reason.REASON_INVALID_STATE, "There is no such consumer to receive it.")
          .with("consumer", to);
    }
    if (Sql.update(connection, RELEASE_TO, to, id, to) == 0) {
      return Failure.of(
              Reason.REASON_INVALID_STATE, "That consumer has a dead letter of this event already.")
          .with("consumer", to);
    }
    addHistory(connection, id, Status.RELEASED.name(), actor, reason, null);
    return null;
  }

  /** Makes every open dead letter of a removed consumer wait for an operator by itself. */
  public void orphan(Connection connection, String consumer) throws SQLException {
    var _ = Sql.update(connection, ORPHAN, consumer);
  }

  /**
   * Gives a consumer's dead letters to the one of another name. What that one has a dead letter of
   * already stays as if the consumer was removed.
   */
  public void give(Connection connection, String consumer, String to) throws SQLException {
    var _ = Sql.update(connection, GIVE, to, consumer, to);
    orphan(connection, consumer);
  }

  private @Nullable Failure change(
      Connection connection, long id, Status to, String actor, String reason) throws SQLException {
    DeadLetter letter = find(connection, id);
    if (letter == null || letter.status() != Status.WAITING) {
      return refusal(letter);
    }
    if (!move(connection, letter, to, letter.reason(), letter.message(), 0)) {
      return refusal(letter);
    }
    addHistory(connection, id, to.name(), actor, reason, null);
    return null;
  }

  /**
   * Edits within a transaction of the caller's; the event was checked before.
   *
   * @return why not; null when it was done
   */
  public @Nullable Failure edit(
      Connection connection, long id, EventEnvelope edited, String actor, String reason)
      throws SQLException {
    DeadLetter letter = find(connection, id);
    if (letter == null || letter.status() != Status.WAITING) {
      return refusal(letter);
    }
    EventEnvelope before = letter.event().envelope();
    List<Failure.Violation> changed = changed(before, edited);
    if (!changed.isEmpty()) {
      return Failure.of(
              Reason.REASON_RULE_VIOLATED, "The edited event must keep its id, type and key.")
          .withViolations(changed);
    }
    byte[] kept =
        edited.toBuilder()
            .setSequence(before.getSequence())
            .setRecordedAt(before.getRecordedAt())
            .build()
            .toByteArray();
    long checksum = checksum(letter.event(), kept);
    if (Sql.update(connection, EDIT, kept, checksum, id) == 0) {
      return refusal(letter);
    }
    addHistory(connection, id, "EDITED", actor, reason, before.toByteArray());
    return null;
  }

  /** Tells the dispatchers that a person acted, after it was committed. */
  public void releaseRequested() {
    listeners.forEach(Runnable::run);
  }

  /** Who is told when a person acted; the call must be quick. */
  public void onReleaseRequested(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Parks an event that failed, or one that waits behind it; false when the assignment was taken
   * over.
   */
  public boolean park(Assignment assignment, StoredEvent event, @Nullable DeliveryFailure failure) {
    return store.write(connection -> {
      switch (ConsumerPositions.recordDone(connection, assignment, event)) {
        case FENCED -> {
          return false;
        }
        case DONE -> {
          return true;
        }
        case NEW -> {}
      }
      park(connection, assignment.consumer(), event, failure);
      return true;
    });
  }

  /**
   * Takes in an event that was delivered or given up before, or whose turn it was long ago; one
   * that stands open stays as it is.
   *
   * @param failure null when it only waits behind another one
   */
  public void reopen(
      Connection connection, String consumer, StoredEvent event, @Nullable DeliveryFailure failure)
      throws SQLException {
    Optional<Long> reopened =
        Sql.one(
            connection,
            REOPEN,
            row -> row.getLong(1),
            (failure == null ? Status.BEHIND : Status.WAITING).name(),
            failure == null ? "" : failure.reason(),
            failure == null ? "" : failure.message(),
            failure == null ? 0 : failure.attempts(),
            clock.millis(),
            consumer,
            event.id());
    if (reopened.isEmpty()) {
      park(connection, consumer, event, failure);
      return;
    }
    String why = failure == null ? Status.BEHIND.name() : failure.reason();
    addHistory(connection, reopened.get(), "REOPENED", "", why, null);
  }

  /** Notes that an event that was given up was taken in a replay; false when it is not so. */
  public boolean replayed(Connection connection, DeadLetter letter) throws SQLException {
    if (!move(connection, letter, Status.DELIVERED, letter.reason(), letter.message(), 1)) {
      return false;
    }
    addHistory(connection, letter.id(), "REPLAYED", "", "", null);
    return true;
  }

  /** The dead letters of a consumer among the events of a stretch of the log, by their events. */
  public static Map<Long, DeadLetter> inRange(
      Connection connection, String consumer, long first, long last) throws SQLException {
    Map<Long, DeadLetter> letters = new HashMap<>();
    Sql.list(connection, IN_RANGE, DeadLetters::letter, consumer, first, last)
        .forEach(letter -> letters.put(letter.event().id(), letter));
    return letters;
  }

  /** The keys of a lane with a dead letter, and the event of the first of each. */
  public static Map<Lane, Map<Key, Long>> firstBlocked(Connection connection, String consumer)
      throws SQLException {
    Map<Lane, Map<Key, Long>> blocked = new EnumMap<>(Lane.class);
    record First(Lane lane, Key key, long event) {}
    Sql.list(
            connection,
            FIRST_BLOCKED,
            row ->
                new First(
                    lane(row.getInt(1)),
                    new Key(row.getString(2), row.getString(3)),
                    row.getLong(4)),
            consumer)
        .forEach(first ->
            blocked.computeIfAbsent(first.lane, _ -> new HashMap<>()).put(first.key, first.event));
    return blocked;
  }

  /** The keys with a dead letter, and the status of the first of each. */
  public Map<Key, Status> blockedKeys(String consumer, Lane lane) {
    Map<Key, Status> blocked = new HashMap<>();
    store
        .read(connection ->
            Sql.list(
                connection,
                BLOCKED_KEYS,
                row ->
                    Map.entry(
                        new Key(row.getString(1), row.getString(2)),
                        Status.valueOf(row.getString(3))),
                consumer,
                lane.getNumber()))
        .forEach(key -> blocked.putIfAbsent(key.getKey(), key.getValue()));
    return blocked;
  }

  /** The first dead letter of a key; empty when it has none. */
  public Optional<DeadLetter> firstOf(String consumer, Lane lane, Key key) {
    return store.read(connection ->
        Sql.one(
            connection,
            FIRST_OF,
            DeadLetters::letter,
            consumer,
            lane.getNumber(),
            key.aggregate(),
            key.value()));
  }

  /** Notes a delivery after all, within the transaction that does it. */
  public ConsumerPositions.Disposition delivered(
      Connection connection, Assignment assignment, DeadLetter letter) throws SQLException {
    if (!ConsumerPositions.holds(connection, assignment)) {
      return ConsumerPositions.Disposition.FENCED;
    }
    if (!move(connection, letter, Status.DELIVERED, letter.reason(), letter.message(), 1)) {
      return ConsumerPositions.Disposition.DONE;
    }
    addHistory(connection, letter.id(), Status.DELIVERED.name(), "", "", null);
    return ConsumerPositions.Disposition.NEW;
  }

  /** Notes that a delivery failed again. */
  public void failed(DeadLetter letter, DeliveryFailure failure) {
    var _ =
        store.write(connection -> {
          if (move(
              connection,
              letter,
              Status.WAITING,
              failure.reason(),
              failure.message(),
              failure.attempts())) {
            addHistory(connection, letter.id(), "FAILED", "", failure.reason(), null);
          }
          return true;
        });
  }

  /** What a person does; null when it was done, otherwise why not. */
  interface Action {
    @Nullable Failure in(Connection connection) throws SQLException;
  }

  private void act(Action action) {
    Optional<Failure> failure =
        store.write(connection -> Optional.ofNullable(action.in(connection)));
    if (failure.isPresent()) {
      throw new FailureException(failure.get());
    }
    releaseRequested();
  }

  private static List<Failure.Violation> changed(EventEnvelope before, EventEnvelope edited) {
    List<Failure.Violation> changed = new ArrayList<>();
    keep(changed, "event_id", before.getEventId().equals(edited.getEventId()));
    keep(changed, "type", before.getType().equals(edited.getType()));
    keep(changed, "key", before.getKey().equals(edited.getKey()));
    return changed;
  }

  private static void keep(List<Failure.Violation> changed, String field, boolean kept) {
    if (!kept) {
      changed.add(new Failure.Violation(field, "dead_letter.kept", "expected: as it was"));
    }
  }

  private void park(
      Connection connection, String consumer, StoredEvent event, @Nullable DeliveryFailure failure)
      throws SQLException {
    byte[] envelope = event.envelope().toByteArray();
    var _ =
        Sql.update(
            connection,
            PARK,
            consumer,
            event.lane().getNumber(),
            event.id(),
            event.envelope().getType(),
            event.aggregate(),
            event.envelope().getKey(),
            (failure == null ? Status.BEHIND : Status.WAITING).name(),
            failure == null ? "" : failure.reason(),
            failure == null ? "" : failure.message(),
            failure == null ? 0 : failure.attempts(),
            clock.millis(),
            envelope,
            checksum(event, envelope));
  }

  /** Over what does not change in a row: neither its consumer, nor where it stands. */
  private static long checksum(StoredEvent event, byte[] envelope) {
    return Checksum.of(
        (long) event.lane().getNumber(),
        event.id(),
        event.envelope().getType(),
        event.aggregate(),
        event.envelope().getKey(),
        envelope);
  }

  private static boolean move(
      Connection connection,
      DeadLetter letter,
      Status to,
      String reason,
      String message,
      int attempts)
      throws SQLException {
    return Sql.update(
            connection,
            CHANGE,
            to.name(),
            reason,
            message,
            attempts,
            letter.id(),
            letter.status().name())
        == 1;
  }

  private void addHistory(
      Connection connection,
      long id,
      String action,
      String actor,
      String reason,
      byte @Nullable [] before)
      throws SQLException {
    var _ = Sql.update(connection, ADD_HISTORY, id, clock.millis(), action, actor, reason, before);
  }

  private static Failure refusal(@Nullable DeadLetter letter) {
    return letter == null
        ? Failure.of(Reason.REASON_NOT_FOUND, "There is no such dead letter.")
        : Failure.of(Reason.REASON_INVALID_STATE, "The dead letter is not waiting for an operator.")
            .with("status", letter.status().name());
  }

  private static @Nullable DeadLetter find(Connection connection, long id) throws SQLException {
    return Sql.one(connection, FIND, DeadLetters::letter, id).orElse(null);
  }

  private static List<@Nullable Object> arguments(Query query, long after) {
    List<@Nullable Object> arguments = new ArrayList<>();
    arguments.add(after);
    List<Status> statuses = List.copyOf(query.statuses());
    for (int i = 0; i < Status.values().length; i++) {
      // A status more than once changes nothing.
      arguments.add(statuses.get(Math.min(i, statuses.size() - 1)).name());
    }
    for (String filter : List.of(query.consumer(), query.type(), query.key())) {
      arguments.add(filter);
      arguments.add(filter);
    }
    return arguments;
  }

  private static DeadLetter letter(ResultSet row) throws SQLException {
    return new DeadLetter(
        row.getLong(1),
        row.getString(2),
        event(row),
        Status.valueOf(row.getString(6)),
        row.getString(7),
        row.getString(8),
        row.getInt(9),
        Instant.ofEpochMilli(row.getLong(10)));
  }

  // What cannot be read any more is made of the columns beside.
  private static StoredEvent event(ResultSet row) throws SQLException {
    boolean intact = state(row) != RowCheck.State.CHANGED;
    EventEnvelope envelope;
    try {
      envelope = EventEnvelope.parseFrom(row.getBytes(11));
    } catch (InvalidProtocolBufferException e) {
      intact = false;
      envelope =
          EventEnvelope.newBuilder().setType(row.getString(12)).setKey(row.getString(13)).build();
    }
    return new StoredEvent(row.getLong(4), lane(row.getInt(3)), row.getString(5), envelope, intact);
  }

  private static RowCheck.State state(ResultSet row) throws SQLException {
    return RowCheck.state(
        row,
        14,
        Checksum.of(
            row.getLong(3),
            row.getLong(4),
            row.getString(12),
            row.getString(5),
            row.getString(13),
            row.getBytes(11)));
  }

  private static Lane lane(int number) {
    Lane lane = Lane.forNumber(number);
    return lane == null ? Lane.LANE_UNSPECIFIED : lane;
  }

  private static EventEnvelope envelope(byte[] bytes) {
    try {
      return EventEnvelope.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a dead letter of the ledger cannot be read", e);
    }
  }
}
