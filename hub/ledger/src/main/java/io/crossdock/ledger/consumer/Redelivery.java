package io.crossdock.ledger.consumer;

import io.crossdock.ledger.consumer.DeadLetter.Status;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.store.Statements;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.Work;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers events of the past to a consumer again, in the order of the log. For one thread.
 *
 * <p>It never runs ahead of the regular delivery: an event that this has not passed is waited for.
 * An effect outside the ledger is done again, under the same event id. One within the ledger is
 * not: what the regular delivery has passed counts as taken, so that only events come to it which
 * were given up, or which lie before the consumer's start.
 *
 * <p>An event that was mended is delivered as mended. What cannot be taken becomes a dead letter,
 * and an event whose key has an earlier dead letter waits behind it as it would in the regular
 * delivery, which sees to both.
 */
public final class Redelivery {

  private static final Logger LOG = LoggerFactory.getLogger(Redelivery.class);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final String WAS_REPLAYED =
      "SELECT 1 FROM replayed_effects WHERE consumer = ? AND event = ?";
  private static final String REPLAYED =
      """
      INSERT INTO replayed_effects (consumer, event) VALUES (?, ?)
      ON CONFLICT (consumer, event) DO NOTHING
      """;

  private final Store store;
  private final Hospital hospital;
  private final Consumer consumer;
  private final Mandate mandate;
  private List<StoredEvent> page = List.of();
  private Knowledge known =
      new Knowledge(new Places.Reached(Map.of()), Map.of(), Map.of(), Map.of());

  /** What became of an event. */
  public enum Outcome {
    /** The consumer took it, now or before. */
    DELIVERED,
    /** It stands in the hospital. */
    DEAD_LETTERED,
    /** Nothing, because the mandate is over. */
    BROKEN_OFF
  }

  /** The right to deliver. */
  public interface Mandate {

    /** Does something in a transaction; empty when the mandate is over, and nothing was done. */
    <T> Optional<T> commit(Work<T> work);

    /** Whether it goes on, as far as this node knows. */
    boolean goesOn();

    /** Waits; false when the mandate is over. */
    boolean rest(Duration time);
  }

  /**
   * What the ledger says about a page of events.
   *
   * @param reached how far the regular delivery is
   * @param starts after which event of each lane it began
   * @param letters dead letters of the page, by their events
   * @param sick first dead letter of each key that stands open
   */
  private record Knowledge(
      Places.Reached reached,
      Map<Lane, Long> starts,
      Map<Long, DeadLetter> letters,
      Map<Lane, Map<Key, Long>> sick) {

    boolean isPassed(StoredEvent event) {
      return reached.has(event);
    }

    boolean isBeforeStart(StoredEvent event) {
      return event.id() <= starts.getOrDefault(event.lane(), 0L);
    }

    boolean isBehind(StoredEvent event) {
      Map<Key, Long> lane = sick.get(event.lane());
      return lane != null && lane.getOrDefault(Key.of(event), Long.MAX_VALUE) < event.id();
    }

    void fellSick(StoredEvent event) {
      var _ =
          sick.computeIfAbsent(event.lane(), _ -> new HashMap<>())
              .merge(Key.of(event), event.id(), Math::min);
    }
  }

  Redelivery(Store store, Hospital hospital, Consumer consumer, Mandate mandate) {
    this.store = store;
    this.hospital = hospital;
    this.consumer = consumer;
    this.mandate = mandate;
  }

  /** Says which events come next; they are looked up together. */
  public void turn(List<StoredEvent> events) {
    page = List.copyOf(events);
    look();
  }

  /** Waits until the regular delivery has passed an event of the page; false when it is over. */
  public boolean await(StoredEvent event) {
    while (!known.isPassed(event)) {
      if (!mandate.rest(LOOK)) {
        return false;
      }
      look();
    }
    return mandate.goesOn();
  }

  /** Delivers an event of the page that was awaited. */
  public Outcome deliver(StoredEvent event) {
    DeadLetter letter = known.letters().get(event.id());
    if (letter != null && letter.isOpen()) {
      return Outcome.DEAD_LETTERED;
    }
    return switch (consumer.effect()) {
      case Effect.InLedger effect -> deliver(effect, event, letter);
      case Effect.Outward effect -> deliver(effect, event, letter);
    };
  }

  private Outcome deliver(Effect.Outward effect, StoredEvent event, @Nullable DeadLetter letter) {
    if (known.isBehind(event)) {
      return commit(connection -> waitBehind(connection, event));
    }
    return attempt(
        event,
        () -> {
          if (letter == null) {
            effect.apply(event);
            return Outcome.DELIVERED;
          }
          effect.apply(letter.event());
          return commit(connection -> {
            var _ = hospital.replayed(connection, letter);
            return Outcome.DELIVERED;
          });
        });
  }

  private Outcome deliver(Effect.InLedger effect, StoredEvent event, @Nullable DeadLetter letter) {
    boolean taken =
        letter == null ? !known.isBeforeStart(event) : letter.status() == Status.DELIVERED;
    if (taken) {
      return Outcome.DELIVERED;
    }
    if (known.isBehind(event)) {
      return commit(connection ->
          wasReplayed(connection, event) ? Outcome.DELIVERED : waitBehind(connection, event));
    }
    return attempt(
        event,
        () ->
            commit(connection -> {
              boolean due =
                  letter == null
                      ? replayed(connection, event)
                      : hospital.replayed(connection, letter);
              if (due) {
                effect.apply(connection, letter == null ? event : letter.event());
              }
              return Outcome.DELIVERED;
            }));
  }

  private Outcome attempt(StoredEvent event, Callable<Outcome> attempt) {
    int failed = 0;
    for (int tries = 1; mandate.goesOn(); tries++) {
      try {
        return attempt.call();
      } catch (Exception e) {
        LOG.warn(
            "consumer {} failed for the {}. time in a replay at event {} of type {}",
            consumer.name(),
            tries,
            event.envelope().getEventId(),
            event.envelope().getType(),
            e);
        if (!Sickness.isOutage(e) && ++failed >= consumer.retry().attempts()) {
          return admit(event, Sickness.of(e, tries));
        }
        if (!mandate.rest(consumer.retry().after(tries))) {
          break;
        }
      }
    }
    return Outcome.BROKEN_OFF;
  }

  private Outcome admit(StoredEvent event, Sickness sickness) {
    Outcome outcome =
        commit(connection -> {
          hospital.readmit(connection, consumer.name(), event, sickness);
          return Outcome.DEAD_LETTERED;
        });
    if (outcome == Outcome.DEAD_LETTERED) {
      known.fellSick(event);
      hospital.acted();
    }
    return outcome;
  }

  private Outcome waitBehind(Connection connection, StoredEvent event) throws SQLException {
    hospital.readmit(connection, consumer.name(), event, null);
    return Outcome.DEAD_LETTERED;
  }

  private Outcome commit(Work<Outcome> work) {
    return mandate.commit(work).orElse(Outcome.BROKEN_OFF);
  }

  private void look() {
    if (page.isEmpty()) {
      return;
    }
    long first = page.getFirst().id();
    long last = page.getLast().id();
    String name = consumer.name();
    known =
        store.read(connection ->
            new Knowledge(
                Places.reached(connection, name),
                Places.starts(connection, name),
                Hospital.among(connection, name, first, last),
                Hospital.sick(connection, name)));
  }

  private boolean replayed(Connection connection, StoredEvent event) throws SQLException {
    PreparedStatement replayed = Statements.of(connection, REPLAYED);
    replayed.setString(1, consumer.name());
    replayed.setLong(2, event.id());
    return replayed.executeUpdate() == 1;
  }

  private boolean wasReplayed(Connection connection, StoredEvent event) throws SQLException {
    PreparedStatement was = Statements.of(connection, WAS_REPLAYED);
    was.setString(1, consumer.name());
    was.setLong(2, event.id());
    try (ResultSet row = was.executeQuery()) {
      return row.next();
    }
  }
}
