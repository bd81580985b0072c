package io.crossdock.ledger.event;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.policy.v1.Lane;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on their way to one caller, as fast as it takes them.
 *
 * <p>Nothing is read while the caller is not ready, and never more than a page: a slow caller costs
 * a page of memory and no thread. The lanes take turns, so that none waits for another's backlog.
 *
 * @param <A> the answers' type
 */
final class EventStream<A> {

  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
  private static final int PAGE = 64;

  private final EventLog log;
  private final Executor threads;
  private final List<Lane> lanes;
  private final Selection selection;
  private final long end;
  private final Shape<A> shape;
  private final ServerCallStreamObserver<A> caller;
  // How often it was woken since it began to work; one thread works at a time.
  private final AtomicInteger woken = new AtomicInteger();
  private final Queue<StoredEvent> page = new ArrayDeque<>();
  private final Map<Lane, Long> read = new EnumMap<>(Lane.class);
  private final Map<Lane, Long> given = new EnumMap<>(Lane.class);
  private int turn;
  private volatile boolean lifeIsDue;
  private volatile boolean stopped;
  private volatile @Nullable Failure failure;

  /** What the answers look like. */
  interface Shape<A> {

    /** Tells an event. */
    A event(StoredEvent event, Position position, long backlog);

    /** Tells that nothing came; null when that is not told. */
    @Nullable A signOfLife(Position position);
  }

  /**
   * @param end id of the last event to give; with {@code Long.MAX_VALUE} it goes on for ever
   */
  EventStream(
      EventLog log,
      Executor threads,
      List<Lane> lanes,
      Selection selection,
      Position after,
      long end,
      Shape<A> shape,
      ServerCallStreamObserver<A> caller) {
    this.log = log;
    this.threads = threads;
    this.lanes = lanes;
    this.selection = selection;
    this.end = end;
    this.shape = shape;
    this.caller = caller;
    for (Lane lane : EventLog.LANES) {
      read.put(lane, after.id(lane));
      given.put(lane, after.id(lane));
    }
  }

  /** Goes on when there is something to do. */
  void wake() {
    if (woken.getAndIncrement() == 0) {
      threads.execute(this::work);
    }
  }

  /** Says that it lives if nothing else was said since the last time. */
  void tick() {
    lifeIsDue = true;
    wake();
  }

  /** Ends it with a failure. */
  void fail(Failure why) {
    failure = why;
    wake();
  }

  private void work() {
    int seen;
    do {
      seen = woken.get();
      try {
        if (!stopped) {
          give();
        }
      } catch (FailureException e) {
        end(e.failure());
      } catch (RuntimeException e) {
        if (!caller.isCancelled()) {
          LOG.atError().setCause(e).log("events could not be read for a subscriber");
          end(Failure.of(Reason.REASON_INTERNAL, "Events could not be read."));
        }
      }
    } while (woken.addAndGet(-seen) != 0);
  }

  private void give() {
    while (caller.isReady() && !caller.isCancelled()) {
      Failure why = failure;
      if (why != null) {
        throw new FailureException(why);
      }
      StoredEvent event = page.poll();
      if (event != null && !event.intact()) {
        throw new FailureException(damaged(event));
      }
      if (event != null) {
        var _ = given.put(event.lane(), event.id());
        lifeIsDue = false;
        caller.onNext(shape.event(event, Position.at(given), page.size()));
      } else if (!turnPage()) {
        if (end != Long.MAX_VALUE) {
          stopped = true;
          caller.onCompleted();
        } else if (lifeIsDue) {
          lifeIsDue = false;
          A life = shape.signOfLife(Position.at(given));
          if (life != null) {
            caller.onNext(life);
          }
        }
        return;
      }
    }
    Failure why = failure;
    if (why != null && !caller.isCancelled()) {
      throw new FailureException(why);
    }
  }

  /** Reads on where there is more; false when nothing is left in any lane. */
  private boolean turnPage() {
    // All events of the page before were given, so what was left out by the selection counts too.
    given.putAll(read);
    for (int i = 0; i < lanes.size(); i++) {
      Lane lane = lanes.get(turn++ % lanes.size());
      long after = read.getOrDefault(lane, 0L);
      if (after >= end) {
        continue;
      }
      EventPage next = log.read(lane, after, selection, PAGE);
      if (next.upTo() > after) {
        next.events().stream().filter(event -> event.id() <= end).forEach(page::add);
        var _ = read.put(lane, next.upTo());
        return true;
      }
    }
    return false;
  }

  // Leaving it out in silence would be worse; the position after it lets the reader go on.
  private Failure damaged(StoredEvent event) {
    var _ = given.put(event.lane(), event.id());
    LOG.atError()
        .addKeyValue(LogKeys.LANE, event.lane())
        .addKeyValue(LogKeys.POSITION, event.id())
        .log("an event was changed in the ledger after it was recorded and ends a subscription");
    return Failure.of(
            Reason.REASON_INTERNAL,
            "An event was changed in the ledger after it was recorded; continue after it.")
        .with("event_id", event.envelope().getEventId())
        .with("position_after", Position.at(given).text(log.epoch()));
  }

  private void end(Failure why) {
    stopped = true;
    page.clear();
    if (!caller.isCancelled()) {
      caller.onError(why.toException());
    }
  }
}
