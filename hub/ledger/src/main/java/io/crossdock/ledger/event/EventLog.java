package io.crossdock.ledger.event;

import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.store.BatchedTransaction;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Statements;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TransactionListener;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The append-only log of events. Safe for any thread.
 *
 * <p>An event is appended within the transaction that does what it tells of, so that there is never
 * one without the other. The log gives each event the next sequence of its key, without gaps.
 */
public final class EventLog {

  /** The lanes, the most urgent first. */
  public static final List<Lane> LANES =
      List.of(Lane.LANE_FINANCIAL, Lane.LANE_BUSINESS, Lane.LANE_STOCK);

  // How far the clocks of the hub's nodes may be apart.
  private static final Duration SKEW = Duration.ofSeconds(10);
  // A page ends with the event that goes beyond it, so that its memory is bounded.
  private static final int PAGE_BYTES = 1 << 20;
  private static final int FETCH = 128;

  private static final String FIND = "SELECT id, sequence FROM events WHERE event_id = ?";
  private static final String STORED =
      "SELECT id, sequence, envelope FROM events WHERE event_id = ?";
  private static final String LAST_SEQUENCE =
      "SELECT sequence FROM event_keys WHERE aggregate = ? AND key = ?";
  private static final String PAGE =
      "SELECT "
          + StoredEvent.COLUMNS
          + " FROM events WHERE lane = ? AND id > ? ORDER BY id LIMIT ?";
  private static final String OF_KEY =
      "SELECT "
          + StoredEvent.COLUMNS
          + " FROM events WHERE aggregate = ? AND key = ? AND id > ? ORDER BY sequence LIMIT ?";
  private static final String OF_ID =
      "SELECT " + StoredEvent.COLUMNS + " FROM events WHERE event_id = ?";
  private static final String TAIL = "SELECT coalesce(max(id), 0) FROM events";
  private static final String FLOOR = "SELECT id FROM event_floors WHERE lane = ?";
  private static final String RAISE_FLOOR =
      """
      INSERT INTO event_floors (lane, id) VALUES (?, ?)
      ON CONFLICT (lane) DO UPDATE SET id = excluded.id WHERE event_floors.id < excluded.id
      """;
  private static final String OLDEST = "SELECT coalesce(min(id), 0) FROM events";
  private static final String COUNT_AFTER =
      """
      SELECT type, count(*) FROM (
        SELECT type FROM events WHERE lane = ? AND id > ? ORDER BY id LIMIT ?) AS later
      GROUP BY type
      """;
  private static final String FORGET = "DELETE FROM events WHERE lane = ? AND id <= ?";
  private static final String RECORDED_AFTER =
      "SELECT recorded_at FROM events WHERE id > ? ORDER BY id LIMIT 1";

  private final Store store;
  private final EventCatalogue catalogue;
  private final Clock clock;
  private final Appender appender;
  private volatile long epoch;
  private final AtomicInteger appendedLanes = new AtomicInteger();
  // As many as the catalogue has types.
  private final Map<String, LongAdder> appendedTypes = new ConcurrentHashMap<>();
  private final List<IntConsumer> listeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<CheckedEvent>> observers = new CopyOnWriteArrayList<>();
  // Appended in the writer's current transaction. Only for its thread.
  private final List<CheckedEvent> uncommitted = new ArrayList<>();
  private final BatchedTransaction<List<CheckedEvent>, Outcome> appending = this::appendEach;

  /** What came of an append: within a transaction a refusal is a value, see {@code Transaction}. */
  sealed interface Outcome {
    record Done(List<Appended> appended) implements Outcome {}

    record Refused(Failure failure) implements Outcome {}
  }

  /** Stands on a ledger. */
  public EventLog(Store store, EventCatalogue catalogue, Clock clock) {
    this.store = store;
    this.catalogue = catalogue;
    this.clock = clock;
    this.appender = Appender.of(store.engine());
    store.onTransaction(
        new TransactionListener() {
          @Override
          public void begun() {
            uncommitted.clear();
          }

          @Override
          public void committed() {
            announce();
          }
        });
  }

  /** The epoch of the ledger that this process works on, see {@link LedgerEpoch}. */
  long epoch() {
    long known = epoch;
    if (known == 0) {
      known = store.read(LedgerEpoch::current);
      epoch = known;
    }
    return known;
  }

  /** The events that may be appended. */
  public EventCatalogue catalogue() {
    return catalogue;
  }

  /**
   * Appends events in a transaction of their own, all or none.
   *
   * @return what became of each, in their order
   * @throws FailureException when one breaks the rules of its contract or insists on a sequence
   *     that is not the next one; nothing is written then
   */
  public List<Appended> append(List<EventEnvelope> events) {
    List<CheckedEvent> checked = events.stream().map(catalogue::check).toList();
    try {
      return appendChecked(checked);
    } catch (IllegalStateException e) {
      if (!isAlreadyThere(e)) {
        throw e;
      }
      // Another node wrote the same event at the same moment: now it is there to be found.
      return appendChecked(checked);
    }
  }

  /**
   * Appends events within a transaction of the caller's. Events that must be refused are found by
   * {@link #refusal} before anything is written.
   *
   * @throws FailureException when an event insists on a sequence that is not the next one, or its
   *     id was used for a different event; the transaction has to be rolled back
   */
  public List<Appended> append(Connection connection, List<CheckedEvent> events)
      throws SQLException {
    List<Appender.@Nullable Row> rows =
        appender.append(connection, events, Selection.micros(clock.instant()));
    List<Appended> appended = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      CheckedEvent event = events.get(i);
      Appender.Row row = rows.get(i);
      boolean duplicate = row == null;
      if (row == null) {
        row =
            Sql.one(connection, STORED, stored -> known(event, stored), event.idBytes())
                .orElseThrow(() -> new IllegalStateException("event neither written nor found"));
      } else if (event.wantedSequence() != 0 && event.wantedSequence() != row.sequence()) {
        throw new FailureException(wrongSequence(event, row.sequence()));
      }
      if (!duplicate) {
        var _ = appendedLanes.getAndUpdate(lanes -> lanes | bit(event.type().lane()));
        uncommitted.add(event);
      }
      appended.add(new Appended(event.eventId(), row.sequence(), Position.at(row.id()), duplicate));
    }
    return appended;
  }

  /** Why events cannot be appended as the log stands; null when they can. */
  public @Nullable Failure refusal(Connection connection, List<CheckedEvent> events)
      throws SQLException {
    if (!insists(events)) {
      return null;
    }
    Map<String, Long> last = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (CheckedEvent event : events) {
      if (!seen.add(event.eventId()) || find(connection, event.eventId()) != null) {
        continue;
      }
      String key = event.type().aggregate() + '\0' + event.key();
      Long before = last.get(key);
      long next =
          (before == null
                  ? Sql.number(connection, LAST_SEQUENCE, event.type().aggregate(), event.key())
                  : before)
              + 1;
      if (event.wantedSequence() != 0 && event.wantedSequence() != next) {
        return wrongSequence(event, next);
      }
      last.put(key, next);
    }
    return null;
  }

  /**
   * Reads on in a lane.
   *
   * @param after id after which to begin
   * @param most events to look at
   */
  public EventPage read(Lane lane, long after, Selection selection, int most) {
    return read(lane, after, selection, most, PAGE_BYTES);
  }

  /**
   * The same, with fewer bytes.
   *
   * @param mostBytes of envelopes, at most a mebibyte; the page ends with the event that goes
   *     beyond
   */
  public EventPage read(Lane lane, long after, Selection selection, int most, long mostBytes) {
    long limit = Math.min(mostBytes, PAGE_BYTES);
    return store.read(connection -> {
      List<StoredEvent> events = new ArrayList<>();
      long upTo = after;
      int seen = 0;
      int bytes = 0;
      PreparedStatement page = Statements.of(connection, PAGE);
      page.setFetchSize(FETCH);
      page.setLong(1, lane.getNumber());
      page.setLong(2, after);
      page.setInt(3, most);
      try (ResultSet rows = page.executeQuery()) {
        while (bytes < limit && rows.next()) {
          seen++;
          upTo = rows.getLong(1);
          if (selection.matches(rows.getString(4), rows.getString(6), rows.getLong(8))) {
            StoredEvent event = StoredEvent.read(rows);
            bytes += event.size();
            events.add(event);
          }
        }
      }
      return new EventPage(events, upTo, seen == most || bytes >= limit);
    });
  }

  /**
   * Reads on among the events of one key.
   *
   * @param after id after which to begin
   */
  public EventPage read(String aggregate, String key, long after, int most) {
    return store.read(connection -> {
      List<StoredEvent> events = new ArrayList<>();
      long upTo = after;
      int bytes = 0;
      PreparedStatement page = Statements.of(connection, OF_KEY);
      page.setFetchSize(FETCH);
      page.setString(1, aggregate);
      page.setString(2, key);
      page.setLong(3, after);
      page.setInt(4, most);
      try (ResultSet rows = page.executeQuery()) {
        while (bytes < PAGE_BYTES && rows.next()) {
          StoredEvent event = StoredEvent.read(rows);
          upTo = event.id();
          bytes += event.envelope().getSerializedSize();
          events.add(event);
        }
      }
      return new EventPage(events, upTo, events.size() == most || bytes >= PAGE_BYTES);
    });
  }

  /** The events of these ids that are kept, in the order of the log. */
  public List<StoredEvent> find(Collection<String> eventIds) {
    return store.read(connection -> {
      List<StoredEvent> events = new ArrayList<>();
      for (String eventId : eventIds) {
        Sql.one(connection, OF_ID, StoredEvent::read, CheckedEvent.idBytes(eventId))
            .ifPresent(events::add);
      }
      events.sort(Comparator.comparingLong(StoredEvent::id));
      return events;
    });
  }

  /** After the newest event. */
  public Position tail() {
    return Position.at(newest());
  }

  /** Before the oldest event that is kept. */
  public Position beginning() {
    return store.read(connection -> {
      Map<Lane, Long> floors = new HashMap<>();
      for (Lane lane : LANES) {
        floors.put(lane, floor(connection, lane));
      }
      return Position.at(floors);
    });
  }

  /**
   * Before the first event recorded at or after a moment, or somewhat earlier: what was recorded
   * before it is left out by {@link Selection#from}.
   */
  public Position before(Instant moment) {
    long wanted = Selection.micros(moment.minus(SKEW));
    return store.read(connection -> {
      long low = 0;
      long high = Sql.number(connection, TAIL);
      // Recording times grow with the ids, up to the skew of the clocks.
      while (low < high) {
        long middle = low + (high - low) / 2;
        if (Sql.number(connection, RECORDED_AFTER, middle) < wanted) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      Map<Lane, Long> ids = new HashMap<>();
      for (Lane lane : LANES) {
        ids.put(lane, Math.max(low, floor(connection, lane)));
      }
      return Position.at(ids);
    });
  }

  /**
   * Makes sure that one can read on from a position.
   *
   * @throws FailureException with {@code POSITION_OUT_OF_RANGE} when it is past the end or before
   *     what is kept
   */
  public void check(Position position, List<Lane> lanes) {
    Optional<Failure> failure = store.read(connection -> outOfRange(connection, position, lanes));
    if (failure.isPresent()) {
      throw new FailureException(failure.get());
    }
  }

  /**
   * Deletes a lane's events up to an id, in steps so that other writes do not wait long. The newest
   * event of the log stays, and what a holder still needs.
   *
   * @return how many were deleted
   */
  public long forget(Lane lane, long upTo, Collection<RetentionHold> holds) {
    long last = Math.min(upTo, forgettable(lane, holds));
    long forgotten = 0;
    long from = store.read(connection -> floor(connection, lane));
    while (from < last) {
      EventPage page = read(lane, from, Selection.ALL, 500);
      long until = page.events().isEmpty() ? last : Math.min(page.upTo(), last);
      forgotten +=
          store.write(connection -> {
            var _ = Sql.update(connection, RAISE_FLOOR, lane.getNumber(), until);
            return Sql.update(connection, FORGET, lane.getNumber(), until);
          });
      from = until;
    }
    return forgotten;
  }

  /** Up to which id nobody needs a lane's events. */
  long forgettable(Lane lane, Collection<RetentionHold> holds) {
    long last = newest() - 1;
    for (long needed : holders(lane, holds).values()) {
      last = Math.min(last, needed);
    }
    return last;
  }

  /** Who needs a lane's events, and behind which. */
  Map<String, Long> holders(Lane lane, Collection<RetentionHold> holds) {
    return store.read(connection -> {
      Map<String, Long> holders = new TreeMap<>();
      for (RetentionHold hold : holds) {
        holders.putAll(hold.holders(connection, lane));
      }
      return holders;
    });
  }

  /** The id of the oldest event that is kept; 0 when there is none. */
  public long oldest() {
    return store.read(connection -> Sql.number(connection, OLDEST));
  }

  /** How many events of each type are among the next {@code most} of a lane behind an id. */
  public static Map<String, Long> countAfter(Connection connection, Lane lane, long id, int most)
      throws SQLException {
    Map<String, Long> counts = new TreeMap<>();
    Sql.list(
            connection,
            COUNT_AFTER,
            row -> Map.entry(row.getString(1), row.getLong(2)),
            lane.getNumber(),
            id,
            most)
        .forEach(each -> counts.put(each.getKey(), each.getValue()));
    return counts;
  }

  /** How many events of each type this process has appended. */
  public Map<String, Long> appendedByType() {
    Map<String, Long> counts = new TreeMap<>();
    appendedTypes.forEach((type, count) -> counts.put(type, count.sum()));
    return counts;
  }

  /** The id of the newest event; 0 when there is none. */
  public long newest() {
    return store.read(connection -> Sql.number(connection, TAIL));
  }

  /** Tells after a commit which lanes have more: bit n stands for lane n of {@link #LANES}. */
  void onAppended(IntConsumer listener) {
    listeners.add(listener);
  }

  /**
   * Hands over each event that this process appends, after its commit and before its publisher is
   * answered, on the writer's thread: the observer must be quick and must not fail. An event whose
   * commit was not confirmed is only found by reading the log.
   *
   * @return ends it
   */
  public Runnable observe(Consumer<CheckedEvent> observer) {
    observers.add(observer);
    return () -> {
      var _ = observers.remove(observer);
    };
  }

  private void announce() {
    for (CheckedEvent event : uncommitted) {
      appendedTypes.computeIfAbsent(event.type().name(), _ -> new LongAdder()).increment();
      observers.forEach(observer -> observer.accept(event));
    }
    uncommitted.clear();
    int lanes = appendedLanes.get() == 0 ? 0 : appendedLanes.getAndSet(0);
    if (lanes != 0) {
      listeners.forEach(listener -> listener.accept(lanes));
    }
  }

  private static Optional<Failure> outOfRange(
      Connection connection, Position position, List<Lane> lanes) throws SQLException {
    long newest = Sql.number(connection, TAIL);
    for (Lane lane : lanes) {
      if (position.id(lane) > newest) {
        return Optional.of(
            Failure.of(
                Reason.REASON_POSITION_OUT_OF_RANGE, "The position is past the end of the log."));
      }
      if (position.id(lane) < floor(connection, lane)) {
        return Optional.of(
            Failure.of(Reason.REASON_POSITION_OUT_OF_RANGE, "The events there are no longer kept.")
                .with("lane", lane.name()));
      }
    }
    return Optional.empty();
  }

  private List<Appended> appendChecked(List<CheckedEvent> events) {
    return switch (store.write(appending, events)) {
      case Outcome.Done(List<Appended> appended) -> appended;
      case Outcome.Refused(Failure failure) -> throw new FailureException(failure);
    };
  }

  /** Appends for several callers at once; those who insist on a sequence are heard one by one. */
  List<Outcome> appendEach(Connection connection, List<List<CheckedEvent>> callers)
      throws SQLException {
    Iterator<Appended> appended =
        append(
                connection,
                callers.stream().filter(events -> !insists(events)).flatMap(List::stream).toList())
            .iterator();
    List<Outcome> results = new ArrayList<>(callers.size());
    for (List<CheckedEvent> events : callers) {
      if (insists(events)) {
        Failure failure = refusal(connection, events);
        results.add(
            failure == null
                ? new Outcome.Done(append(connection, events))
                : new Outcome.Refused(failure));
      } else {
        results.add(new Outcome.Done(events.stream().map(_ -> appended.next()).toList()));
      }
    }
    return results;
  }

  private static Appender.Row known(CheckedEvent event, ResultSet stored) throws SQLException {
    if (!event.isSameAs(stored.getBytes(3))) {
      throw new FailureException(
          Failure.of(
                  Reason.REASON_RULE_VIOLATED,
                  "The event id was already used for a different event.")
              .with("event_id", event.eventId())
              .withViolations(
                  List.of(
                      new Failure.Violation(
                          "event_id", "event.id_reused", "expected: an id of its own"))));
    }
    return new Appender.Row(stored.getLong(1), stored.getLong(2));
  }

  private static boolean insists(List<CheckedEvent> events) {
    return events.stream().anyMatch(event -> event.wantedSequence() != 0);
  }

  static int bit(Lane lane) {
    return 1 << LANES.indexOf(lane);
  }

  Engine engine() {
    return store.engine();
  }

  private static boolean isAlreadyThere(IllegalStateException e) {
    return e.getCause() instanceof SQLException sql && "23505".equals(sql.getSQLState());
  }

  private static Appender.@Nullable Row find(Connection connection, String eventId)
      throws SQLException {
    return Sql.one(
            connection,
            FIND,
            row -> new Appender.Row(row.getLong(1), row.getLong(2)),
            CheckedEvent.idBytes(eventId))
        .orElse(null);
  }

  private static long floor(Connection connection, Lane lane) throws SQLException {
    return Sql.number(connection, FLOOR, lane.getNumber());
  }

  private static Failure wrongSequence(CheckedEvent event, long next) {
    return Failure.of(
            Reason.REASON_RULE_VIOLATED, "The event's sequence is not the next one of its key.")
        .with("event_id", event.eventId())
        .withViolations(
            List.of(
                new Failure.Violation(
                    "sequence",
                    "event.sequence",
                    event.wantedSequence() + " (expected: " + next + ", or 0)")));
  }
}
