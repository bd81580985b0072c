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
import io.crossdock.ledger.store.Statements;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
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
      "id, consumer, lane, event, aggregate, status, reason, message, attempts, failed_at, envelope";
  private static final String OPEN = "status IN ('WAITING', 'RELEASED', 'BEHIND')";
  private static final String PARK =
      """
      INSERT INTO dead_letters (consumer, lane, event, type, aggregate, key, status, reason,
        message, attempts, failed_at, envelope)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
      "UPDATE dead_letters SET envelope = ? WHERE id = ? AND status = 'WAITING'";
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
    return store.read(connection -> {
      PreparedStatement list = Statements.of(connection, LIST);
      ask(list, query, after);
      list.setInt(13, most);
      List<DeadLetter> letters = new ArrayList<>();
      try (ResultSet rows = list.executeQuery()) {
        while (rows.next()) {
          letters.add(letter(rows));
        }
      }
      return letters;
    });
  }

  /** How many match. */
  public long count(Query query) {
    return store.read(connection -> {
      PreparedStatement count = Statements.of(connection, COUNT);
      ask(count, query, 0);
      try (ResultSet row = count.executeQuery()) {
        return row.next() ? row.getLong(1) : 0L;
      }
    });
  }

  /** One dead letter. */
  public Optional<DeadLetter> find(long id) {
    return store.read(connection -> Optional.ofNullable(find(connection, id)));
  }

  /** How many events wait behind a dead letter. */
  public long waitingBehind(DeadLetter letter) {
    return store.read(connection -> {
      PreparedStatement behind = Statements.of(connection, BEHIND);
      identify(behind, letter.consumer(), letter.event().lane(), Key.of(letter.event()));
      behind.setLong(5, letter.event().id());
      try (ResultSet row = behind.executeQuery()) {
        return row.next() ? row.getLong(1) : 0L;
      }
    });
  }

  /** What happened to a dead letter, in order. */
  public List<DeadLetter.History> history(long id) {
    return store.read(connection -> {
      PreparedStatement query = Statements.of(connection, HISTORY);
      query.setLong(1, id);
      List<DeadLetter.History> history = new ArrayList<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          byte[] before = rows.getBytes(5);
          history.add(
              new DeadLetter.History(
                  Instant.ofEpochMilli(rows.getLong(1)),
                  rows.getString(2),
                  rows.getString(3),
                  rows.getString(4),
                  before == null ? null : envelope(before)));
        }
      }
      return history;
    });
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
   * Releases or discards within a transaction of the caller's, so that an audit record goes with
   * it; {@link #releaseRequested} is to be called when it is committed.
   *
   * @return why not; null when it was done
   */
  public @Nullable Failure change(
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
   * Mends within a transaction of the caller's; the event was checked before.
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
    PreparedStatement edit = Statements.of(connection, EDIT);
    edit.setBytes(
        1,
        edited.toBuilder()
            .setSequence(before.getSequence())
            .setRecordedAt(before.getRecordedAt())
            .build()
            .toByteArray());
    edit.setLong(2, id);
    if (edit.executeUpdate() == 0) {
      return refusal(letter);
    }
    addHistory(connection, id, "EDITED", actor, reason, before.toByteArray());
    return null;
  }

  /** Tells the dispatchers that a person acted, after {@link #change} was committed. */
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
    PreparedStatement reopen = Statements.of(connection, REOPEN);
    reopen.setString(1, (failure == null ? Status.BEHIND : Status.WAITING).name());
    reopen.setString(2, failure == null ? "" : failure.reason());
    reopen.setString(3, failure == null ? "" : failure.message());
    reopen.setLong(4, failure == null ? 0 : failure.attempts());
    reopen.setLong(5, clock.millis());
    reopen.setString(6, consumer);
    reopen.setLong(7, event.id());
    try (ResultSet row = reopen.executeQuery()) {
      if (!row.next()) {
        park(connection, consumer, event, failure);
        return;
      }
      String why = failure == null ? Status.BEHIND.name() : failure.reason();
      addHistory(connection, row.getLong(1), "REOPENED", "", why, null);
    }
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
    PreparedStatement inRange = Statements.of(connection, IN_RANGE);
    inRange.setString(1, consumer);
    inRange.setLong(2, first);
    inRange.setLong(3, last);
    Map<Long, DeadLetter> letters = new HashMap<>();
    try (ResultSet rows = inRange.executeQuery()) {
      while (rows.next()) {
        DeadLetter letter = letter(rows);
        letters.put(letter.event().id(), letter);
      }
    }
    return letters;
  }

  /** The keys of a lane with a dead letter, and the event of the first of each. */
  public static Map<Lane, Map<Key, Long>> firstBlocked(Connection connection, String consumer)
      throws SQLException {
    PreparedStatement query = Statements.of(connection, FIRST_BLOCKED);
    query.setString(1, consumer);
    Map<Lane, Map<Key, Long>> blocked = new EnumMap<>(Lane.class);
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        blocked
            .computeIfAbsent(lane(rows.getInt(1)), _ -> new HashMap<>())
            .put(new Key(rows.getString(2), rows.getString(3)), rows.getLong(4));
      }
    }
    return blocked;
  }

  /** The keys with a dead letter, and how the first of each stands. */
  public Map<Key, Status> blockedKeys(String consumer, Lane lane) {
    return store.read(connection -> {
      PreparedStatement query = Statements.of(connection, BLOCKED_KEYS);
      query.setString(1, consumer);
      query.setLong(2, lane.getNumber());
      Map<Key, Status> blocked = new HashMap<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          var _ =
              blocked.putIfAbsent(
                  new Key(rows.getString(1), rows.getString(2)), Status.valueOf(rows.getString(3)));
        }
      }
      return blocked;
    });
  }

  /** The first dead letter of a key; empty when it has none. */
  public Optional<DeadLetter> firstOf(String consumer, Lane lane, Key key) {
    return store.read(connection -> {
      PreparedStatement query = Statements.of(connection, FIRST_OF);
      identify(query, consumer, lane, key);
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? Optional.of(letter(row)) : Optional.empty();
      }
    });
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
    EventEnvelope envelope = event.envelope();
    PreparedStatement park = Statements.of(connection, PARK);
    park.setString(1, consumer);
    park.setLong(2, event.lane().getNumber());
    park.setLong(3, event.id());
    park.setString(4, envelope.getType());
    park.setString(5, event.aggregate());
    park.setString(6, envelope.getKey());
    park.setString(7, (failure == null ? Status.BEHIND : Status.WAITING).name());
    park.setString(8, failure == null ? "" : failure.reason());
    park.setString(9, failure == null ? "" : failure.message());
    park.setLong(10, failure == null ? 0 : failure.attempts());
    park.setLong(11, clock.millis());
    park.setBytes(12, envelope.toByteArray());
    var _ = park.executeUpdate();
  }

  private static boolean move(
      Connection connection,
      DeadLetter letter,
      Status to,
      String reason,
      String message,
      int attempts)
      throws SQLException {
    PreparedStatement change = Statements.of(connection, CHANGE);
    change.setString(1, to.name());
    change.setString(2, reason);
    change.setString(3, message);
    change.setLong(4, attempts);
    change.setLong(5, letter.id());
    change.setString(6, letter.status().name());
    return change.executeUpdate() == 1;
  }

  private void addHistory(
      Connection connection,
      long id,
      String action,
      String actor,
      String reason,
      byte @Nullable [] before)
      throws SQLException {
    PreparedStatement add = Statements.of(connection, ADD_HISTORY);
    add.setLong(1, id);
    add.setLong(2, clock.millis());
    add.setString(3, action);
    add.setString(4, actor);
    add.setString(5, reason);
    if (before == null) {
      add.setNull(6, Types.BINARY);
    } else {
      add.setBytes(6, before);
    }
    var _ = add.executeUpdate();
  }

  private static Failure refusal(@Nullable DeadLetter letter) {
    return letter == null
        ? Failure.of(Reason.REASON_NOT_FOUND, "There is no such dead letter.")
        : Failure.of(Reason.REASON_INVALID_STATE, "The dead letter does not wait for a person.")
            .with("status", letter.status().name());
  }

  private static @Nullable DeadLetter find(Connection connection, long id) throws SQLException {
    PreparedStatement find = Statements.of(connection, FIND);
    find.setLong(1, id);
    try (ResultSet row = find.executeQuery()) {
      return row.next() ? letter(row) : null;
    }
  }

  private static void ask(PreparedStatement statement, Query query, long after)
      throws SQLException {
    statement.setLong(1, after);
    List<Status> statuses = List.copyOf(query.statuses());
    for (int i = 0; i < Status.values().length; i++) {
      // A status more than once changes nothing.
      statement.setString(2 + i, statuses.get(Math.min(i, statuses.size() - 1)).name());
    }
    int at = 7;
    for (String filter : List.of(query.consumer(), query.type(), query.key())) {
      statement.setString(at++, filter);
      statement.setString(at++, filter);
    }
  }

  private static void identify(PreparedStatement query, String consumer, Lane lane, Key key)
      throws SQLException {
    query.setString(1, consumer);
    query.setLong(2, lane.getNumber());
    query.setString(3, key.aggregate());
    query.setString(4, key.value());
  }

  private static DeadLetter letter(ResultSet row) throws SQLException {
    return new DeadLetter(
        row.getLong(1),
        row.getString(2),
        new StoredEvent(
            row.getLong(4), lane(row.getInt(3)), row.getString(5), envelope(row.getBytes(11))),
        Status.valueOf(row.getString(6)),
        row.getString(7),
        row.getString(8),
        row.getInt(9),
        Instant.ofEpochMilli(row.getLong(10)));
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
