package io.crossdock.ledger.replay;

import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.deadletter.DeadLetter;
import io.crossdock.ledger.deadletter.DeadLetter.Status;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.deadletter.DeliveryFailure;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.position.Key;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.Transaction;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
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
final class Redelivery {

  private static final Logger LOG = LoggerFactory.getLogger(Redelivery.class);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final Store store;
  private final DeadLetters deadLetters;
  private final Consumer consumer;
  private final ReplayLease lease;
  private List<StoredEvent> page = List.of();
  private PageState known =
      new PageState(new ConsumerPositions.Reached(Map.of()), Map.of(), Map.of(), Map.of());

  /** What became of an event. */
  enum Outcome {
    /** The consumer took it, now or before. */
    DELIVERED,
    /** It stands in the dead letters. */
    DEAD_LETTERED,
    /** Nothing, because the lease is over. */
    ABORTED
  }

  /** The right to deliver. */
  interface ReplayLease {

    /** Does something in a transaction; empty when the lease is over, and nothing was done. */
    <T> Optional<T> commit(Transaction<T> work);

    /** Whether it goes on, as far as this node knows. */
    boolean isActive();

    /** Waits; false when the lease is over. */
    boolean rest(Duration time);
  }

  /**
   * What the ledger says about a page of events.
   *
   * @param reached how far the regular delivery is
   * @param starts after which event of each lane it began
   * @param letters dead letters of the page, by their events
   * @param blocked first dead letter of each key that stands open
   */
  private record PageState(
      ConsumerPositions.Reached reached,
      Map<Lane, Long> starts,
      Map<Long, DeadLetter> letters,
      Map<Lane, Map<Key, Long>> blocked) {

    boolean isPassed(StoredEvent event) {
      return reached.has(event);
    }

    boolean isBeforeStart(StoredEvent event) {
      return event.id() <= starts.getOrDefault(event.lane(), 0L);
    }

    boolean isBehind(StoredEvent event) {
      Map<Key, Long> lane = blocked.get(event.lane());
      return lane != null && lane.getOrDefault(Key.of(event), Long.MAX_VALUE) < event.id();
    }

    void block(StoredEvent event) {
      var _ =
          blocked
              .computeIfAbsent(event.lane(), _ -> new HashMap<>())
              .merge(Key.of(event), event.id(), Math::min);
    }
  }

  Redelivery(Store store, DeadLetters deadLetters, Consumer consumer, ReplayLease lease) {
    this.store = store;
    this.deadLetters = deadLetters;
    this.consumer = consumer;
    this.lease = lease;
  }

  /** Says which events come next; they are looked up together. */
  void turn(List<StoredEvent> events) {
    page = List.copyOf(events);
    look();
  }

  /** Waits until the regular delivery has passed an event of the page; false when it is over. */
  boolean await(StoredEvent event) {
    while (!known.isPassed(event)) {
      if (!lease.rest(LOOK)) {
        return false;
      }
      look();
    }
    return lease.isActive();
  }

  /** Delivers an event of the page that was awaited. */
  Outcome deliver(StoredEvent event) {
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
        letter,
        () -> {
          if (letter == null) {
            effect.apply(event);
            return Outcome.DELIVERED;
          }
          effect.apply(letter.event());
          return commit(connection -> {
            var _ = deadLetters.replayed(connection, letter);
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
          ReplayedEffects.has(connection, consumer.name(), event)
              ? Outcome.DELIVERED
              : waitBehind(connection, event));
    }
    return attempt(
        event,
        letter,
        () ->
            commit(connection -> {
              boolean due =
                  letter == null
                      ? ReplayedEffects.record(connection, consumer.name(), event)
                      : deadLetters.replayed(connection, letter);
              if (due) {
                effect.apply(connection, letter == null ? event : letter.event());
              }
              return Outcome.DELIVERED;
            }));
  }

  private Outcome attempt(
      StoredEvent event, @Nullable DeadLetter letter, Callable<Outcome> attempt) {
    if (!(letter == null ? event : letter.event()).intact()) {
      return park(event, DeliveryFailure.damaged());
    }
    int failed = 0;
    for (int tries = 1; lease.isActive(); tries++) {
      try {
        return attempt.call();
      } catch (Exception e) {
        LOG.atWarn()
            .addKeyValue(LogKeys.CONSUMER, consumer.name())
            .addKeyValue(LogKeys.EVENT_ID, event.envelope().getEventId())
            .addKeyValue(LogKeys.EVENT_TYPE, event.envelope().getType())
            .addKeyValue(LogKeys.ATTEMPT, tries)
            .addKeyValue(LogKeys.REASON, DeliveryFailure.of(e, tries).reason())
            .setCause(DeliveryFailure.isExpected(e) ? null : e)
            .log("replayed delivery attempt failed");
        if (!DeliveryFailure.isOutage(e) && ++failed >= consumer.retry().attempts()) {
          return park(event, DeliveryFailure.of(e, tries));
        }
        if (!lease.rest(consumer.retry().after(tries))) {
          break;
        }
      }
    }
    return Outcome.ABORTED;
  }

  private Outcome park(StoredEvent event, DeliveryFailure failure) {
    Outcome outcome =
        commit(connection -> {
          deadLetters.reopen(connection, consumer.name(), event, failure);
          return Outcome.DEAD_LETTERED;
        });
    if (outcome == Outcome.DEAD_LETTERED) {
      known.block(event);
      deadLetters.releaseRequested();
    }
    return outcome;
  }

  private Outcome waitBehind(Connection connection, StoredEvent event) throws SQLException {
    deadLetters.reopen(connection, consumer.name(), event, null);
    return Outcome.DEAD_LETTERED;
  }

  private Outcome commit(Transaction<Outcome> work) {
    return lease.commit(work).orElse(Outcome.ABORTED);
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
            new PageState(
                ConsumerPositions.reached(connection, name),
                ConsumerPositions.starts(connection, name),
                DeadLetters.inRange(connection, name, first, last),
                DeadLetters.firstBlocked(connection, name)));
  }
}
