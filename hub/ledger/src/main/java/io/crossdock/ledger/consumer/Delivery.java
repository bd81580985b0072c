package io.crossdock.ledger.consumer;

import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.ledger.deadletter.DeadLetter;
import io.crossdock.ledger.deadletter.DeadLetter.Status;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.deadletter.DeliveryFailure;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.position.Key;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.Wakeup;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers a lane, or a partition of it, to a consumer for as long as its assignment lasts.
 *
 * <p>One thread reads, notes the place and holds on to the lane. The events of a key stand in a
 * line that is worked off by one virtual thread at a time; the lines do not wait for each other.
 * The place is the event before the first one that is not done.
 */
final class Delivery {

  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
  // What is noted more often costs flushes; what is noted later is delivered again after a crash.
  private static final long NOTE_NANOS = Duration.ofMillis(25).toNanos();
  private static final Duration LAST_EFFECTS = Duration.ofSeconds(20);
  // Half of the 256 finished events that may be delivered again after a crash because an earlier
  // one
  // hangs: others finish while these are recorded.
  private static final int RECORD_AHEAD = 128;
  // From so many events of one key on they are parked, when the key fails while others do not.
  private static final int MOST_IN_LINE = 64;
  private static final int FEW = 4;
  // One failed attempt is no outage yet.
  private static final int OUTAGE_ATTEMPTS = 3;

  private final Store store;
  private final ConsumerPositions positions;
  private final DeadLetters deadLetters;
  private final Consumer consumer;
  private final Source source;
  private final Assignment assignment;
  private final Lane lane;
  private final long holdNanos;
  private final Semaphore permits;
  private final Wakeup wakeup = new Wakeup();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Set<Key> blockedKeys = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads;

  private final DeliveryMemory memory;
  private final DeliveryWindow window;
  private final DeliveryBreaker breaker = new DeliveryBreaker();

  // Guarded by this.
  private final Map<Key, Queue<Task>> lines = new HashMap<>();

  private volatile boolean moreAvailable = true;
  private volatile boolean recheck = true;
  private volatile boolean fenced;
  private volatile boolean graceful = true;
  private volatile @Nullable RuntimeException broken;
  private volatile String outage = "";
  private final AtomicLong delivered = new AtomicLong();

  /** What a line consists of. */
  private sealed interface Task {

    /** An event that is due. */
    record Deliver(StoredEvent event) implements Task {}

    /** The dead letters of the key, of which some may be due. */
    record Visit() implements Task {}
  }

  Delivery(DeliveryContext context, Consumer consumer, Source source, Assignment assignment) {
    this.store = context.store();
    this.positions = context.positions();
    this.deadLetters = context.deadLetters();
    this.consumer = consumer;
    this.source = source;
    this.assignment = assignment;
    this.memory = context.memory();
    this.window = new DeliveryWindow(memory);
    this.lane = assignment.lane();
    this.holdNanos = context.lease().dividedBy(3).toNanos();
    this.permits = new Semaphore(consumer.maxInFlight(), true);
    this.threads =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("consumer-" + consumer.name() + "-", 0).factory());
  }

  /** What keeps events from being delivered, for people; empty when nothing does. */
  String trouble() {
    return breaker.isOpen()
        ? DeliveryBreaker.IN_A_ROW
            + " events in a row could not be delivered: check the consumer and its route"
        : outage;
  }

  /** There may be more to read. */
  void moreAvailable() {
    moreAvailable = true;
    wakeup.wake();
  }

  void recheckDeadLetters() {
    recheck = true;
    wakeup.wake();
  }

  /**
   * Asks it to end.
   *
   * @param note whether to note the place and give the lane up
   */
  void stop(boolean note) {
    graceful = note;
    stopped.countDown();
    wakeup.wake();
  }

  /** Delivers until it is asked to end, the lane is taken over, or something is broken. */
  void run() {
    long noted = assignment.position();
    long read = noted;
    long notedAt = System.nanoTime();
    long heldAt = notedAt;
    memory.join();
    try {
      while (isOn()) {
        visit();
        boolean more = false;
        if (moreAvailable && window.hasRoom()) {
          moreAvailable = false;
          EventPage page = source.read(read, window.room());
          page.events().forEach(this::accept);
          read = page.upTo();
          more = page.more();
          moreAvailable |= more;
        }
        long done = window.done(read);
        long now = System.nanoTime();
        boolean held = now - heldAt >= holdNanos;
        if (held || (done > noted && now - notedAt >= NOTE_NANOS)) {
          if (!positions.advance(assignment, done)) {
            fenced = true;
            return;
          }
          source.noted(done);
          noted = done;
          notedAt = now;
          heldAt = now;
          // Other nodes, too, may have acted, or replayed an event that nobody can take any more.
          recheck |= held;
        }
        if (!recordAhead(done, held)) {
          return;
        }
        if (!more || !window.hasRoom()) {
          var _ = wakeup.await(done > noted ? NOTE_NANOS : holdNanos - (now - heldAt));
        }
      }
      RuntimeException why = broken;
      if (why != null) {
        throw new IllegalStateException("delivery broke off", why);
      }
    } finally {
      stopped.countDown();
      end(read);
      memory.leave();
    }
  }

  /** Bounds what is delivered again after a crash; false when the lane was taken over. */
  private boolean recordAhead(long done, boolean held) {
    if (consumer.effect() instanceof Effect.InLedger) {
      // Each is recorded with its effect.
      return true;
    }
    if (window.finishedAhead() >= RECORD_AHEAD || (held && window.finishedAhead() > 0)) {
      fenced |= !positions.recordAhead(assignment, window.takeAhead(done));
    }
    return !fenced;
  }

  private boolean isOn() {
    return stopped.getCount() > 0 && broken == null && !fenced;
  }

  private void end(long read) {
    threads.shutdown();
    if (graceful && !Uninterruptibles.awaitTerminationUninterruptibly(threads, LAST_EFFECTS)) {
      return;
    }
    long done = window.done(read);
    if (graceful && !fenced && broken == null && positions.advance(assignment, done)) {
      source.noted(done);
      positions.giveUp(assignment);
    }
  }

  private void accept(StoredEvent event) {
    window.add(event);
    line(Key.of(event), new Task.Deliver(event));
  }

  private void finish(Key key, StoredEvent event) {
    window.finish(key, event);
    wakeup.wake();
  }

  private void line(Key key, Task task) {
    synchronized (this) {
      Queue<Task> line = lines.get(key);
      if (line != null) {
        if (!(task instanceof Task.Visit) || !line.contains(task)) {
          line.add(task);
        }
        return;
      }
      Queue<Task> begun = new ArrayDeque<>();
      begun.add(task);
      lines.put(key, begun);
      threads.execute(() -> work(key, begun));
    }
  }

  private void work(Key key, Queue<Task> line) {
    while (isOn()) {
      Task task;
      synchronized (this) {
        task = line.poll();
        if (task == null) {
          lines.remove(key);
          return;
        }
      }
      try {
        switch (task) {
          case Task.Deliver(StoredEvent event) -> {
            if (deliver(key, event)) {
              finish(key, event);
            }
          }
          case Task.Visit() -> visit(key);
        }
      } catch (RuntimeException e) {
        broken = e;
        wakeup.wake();
      }
    }
  }

  /** Delivers an event; false when that was broken off. */
  private boolean deliver(Key key, StoredEvent event) {
    if (event.id() <= assignment.done().getOrDefault(key, 0L)) {
      return true;
    }
    if (blockedKeys.contains(key)) {
      return park(event, null);
    }
    if (!event.intact()) {
      LOG.atError()
          .addKeyValue(LogKeys.CONSUMER, consumer.name())
          .addKeyValue(LogKeys.LANE, lane)
          .addKeyValue(LogKeys.POSITION, event.id())
          .log(
              "an event was changed in the ledger after it was recorded; it becomes a dead letter");
      blockedKeys.add(key);
      return park(event, DeliveryFailure.damaged());
    }
    long firstFailed = -1;
    long deliveredBefore = Long.MAX_VALUE;
    int failed = 0;
    for (int tries = 1; isOn(); tries++) {
      try {
        boolean mine =
            attempt(
                connection -> ConsumerPositions.recordDone(connection, assignment, event),
                event,
                false);
        if (mine) {
          taken();
        }
        return mine;
      } catch (Exception e) {
        tell(event, tries, e);
        firstFailed = firstFailed < 0 ? delivered.get() : firstFailed;
        if (!DeliveryFailure.isOutage(e)) {
          if (++failed >= consumer.retry().attempts()) {
            blockedKeys.add(key);
            return park(event, DeliveryFailure.of(e, tries));
          }
        } else if (holdsUpOthers(key, delivered.get() - firstFailed)) {
          // The others need the room: this key's events are tried from the ledger.
          LOG.atWarn()
              .addKeyValue(LogKeys.CONSUMER, consumer.name())
              .addKeyValue(LogKeys.LANE, lane)
              .addKeyValue(LogKeys.EVENT_ID, event.envelope().getEventId())
              .log("one key keeps failing, its events are parked and retried in order");
          blockedKeys.add(key);
          return park(event, null);
        } else {
          long now = delivered.get();
          if (now == deliveredBefore) {
            failing(e, tries);
          }
          deliveredBefore = now;
        }
        pause(tries);
      }
    }
    return false;
  }

  /**
   * Whether a key that fails takes the room of others: they were delivered since, more than were
   * under way at once, or the window is full and a good part of it is this key's.
   */
  private synchronized boolean holdsUpOthers(Key key, long deliveredSince) {
    Queue<Task> line = lines.get(key);
    int size = line == null ? 0 : line.size();
    return (size >= MOST_IN_LINE && deliveredSince > consumer.maxInFlight())
        || (size >= FEW && size * 4 >= window.count() && !window.hasRoom());
  }

  /** Takes a permit for a delivery; false when it ended meanwhile. */
  private boolean permit() {
    while (isOn()) {
      permits.acquireUninterruptibly();
      long wait = breaker.waitNanos(System.nanoTime());
      if (wait == 0) {
        return true;
      }
      // What an operator releases is not held up.
      permits.release();
      var _ = Uninterruptibles.awaitUninterruptibly(stopped, Duration.ofNanos(wait));
    }
    return false;
  }

  private void taken() {
    delivered.incrementAndGet();
    if (breaker.taken() || !outage.isEmpty()) {
      outage = "";
      LOG.atInfo()
          .addKeyValue(LogKeys.CONSUMER, consumer.name())
          .addKeyValue(LogKeys.LANE, lane)
          .log("events are delivered again");
    }
  }

  /** Says once that the other side is at fault, from the attempt on that makes it likely. */
  private void failing(Exception e, int tries) {
    if (outage.isEmpty() && (tries >= OUTAGE_ATTEMPTS || DeliveryFailure.isMisconfigured(e))) {
      DeliveryFailure failure = DeliveryFailure.of(e, tries);
      outage =
          DeliveryFailure.isMisconfigured(e)
              ? "the consumer refuses every event (" + failure.reason() + ")"
              : "the consumer cannot be reached (" + failure.reason() + ")";
      LOG.atError()
          .addKeyValue(LogKeys.CONSUMER, consumer.name())
          .addKeyValue(LogKeys.LANE, lane)
          .addKeyValue(LogKeys.REASON, failure.reason())
          .log("delivery has stopped and is retried: {}", outage);
    }
  }

  private boolean park(StoredEvent event, @Nullable DeliveryFailure failure) {
    boolean in = deadLetters.park(assignment, event, failure);
    fenced |= !in;
    if (in && failure != null && breaker.deadLettered(System.nanoTime())) {
      LOG.atError()
          .addKeyValue(LogKeys.CONSUMER, consumer.name())
          .addKeyValue(LogKeys.LANE, lane)
          .addKeyValue(LogKeys.REASON, failure.reason())
          .log("delivery has stopped: {}", trouble());
    }
    return in;
  }

  /** Sees to keys whose dead letters are due. */
  private void visit() {
    if (recheck) {
      recheck = false;
      Map<Key, Status> blocked = deadLetters.blockedKeys(consumer.name(), lane);
      blocked.keySet().stream().filter(source::owns).forEach(blockedKeys::add);
      for (Key key : blockedKeys) {
        if (blocked.get(key) != Status.WAITING) {
          line(key, new Task.Visit());
        }
      }
    }
  }

  private void visit(Key key) {
    for (int visited = 0; isOn(); visited++) {
      if (visited == MOST_IN_LINE) {
        // Events of the key that came meanwhile are parked before it goes on.
        line(key, new Task.Visit());
        return;
      }
      Optional<DeadLetter> first = deadLetters.firstOf(consumer.name(), lane, key);
      if (first.isEmpty()) {
        blockedKeys.remove(key);
        return;
      }
      DeadLetter letter = first.get();
      if (letter.status() == Status.WAITING || !redeliver(letter)) {
        return;
      }
    }
  }

  private boolean redeliver(DeadLetter letter) {
    // A person waits for the outcome of a release: it is tried once.
    boolean released = letter.status() == Status.RELEASED;
    if (!letter.event().intact()) {
      deadLetters.failed(letter, DeliveryFailure.damaged());
      return false;
    }
    int failed = 0;
    for (int tries = 1; isOn(); tries++) {
      try {
        return attempt(
            connection -> deadLetters.delivered(connection, assignment, letter),
            letter.event(),
            true);
      } catch (Exception e) {
        tell(letter.event(), tries, e);
        if (released || (!DeliveryFailure.isOutage(e) && ++failed >= consumer.retry().attempts())) {
          deadLetters.failed(letter, DeliveryFailure.of(e, tries));
          return false;
        }
        if (DeliveryFailure.isOutage(e)) {
          // It comes again with the next look, so that later events of the key can be parked.
          return false;
        }
        pause(tries);
      }
    }
    return false;
  }

  private interface Note {
    ConsumerPositions.Disposition in(Connection connection) throws SQLException;
  }

  /**
   * Does the effect.
   *
   * @param always whether to note it also when the effect is outward: then the place that was
   *     reached usually says enough
   * @return false when somebody else delivers now
   */
  private boolean attempt(Note note, StoredEvent event, boolean always) throws Exception {
    if (always) {
      permits.acquireUninterruptibly();
    } else if (!permit()) {
      return false;
    }
    try {
      ConsumerPositions.Disposition disposition =
          switch (consumer.effect()) {
            case Effect.InLedger effect ->
                store.write(connection -> {
                  ConsumerPositions.Disposition recorded = note.in(connection);
                  if (recorded == ConsumerPositions.Disposition.NEW) {
                    effect.apply(connection, event);
                  }
                  return recorded;
                });
            case Effect.Outward effect -> {
              effect.apply(event);
              yield always ? store.write(note::in) : ConsumerPositions.Disposition.NEW;
            }
          };
      fenced |= disposition == ConsumerPositions.Disposition.FENCED;
      return disposition != ConsumerPositions.Disposition.FENCED;
    } finally {
      permits.release();
    }
  }

  private void pause(int failed) {
    var _ = Uninterruptibles.awaitUninterruptibly(stopped, consumer.retry().after(failed));
  }

  private void tell(StoredEvent event, int failed, Exception error) {
    LOG.atWarn()
        .addKeyValue(LogKeys.CONSUMER, consumer.name())
        .addKeyValue(LogKeys.LANE, lane)
        .addKeyValue(LogKeys.EVENT_ID, event.envelope().getEventId())
        .addKeyValue(LogKeys.EVENT_TYPE, event.envelope().getType())
        .addKeyValue(LogKeys.ATTEMPT, failed)
        .addKeyValue(LogKeys.REASON, DeliveryFailure.of(error, failed).reason())
        .setCause(DeliveryFailure.isExpected(error) ? null : error)
        .log("delivery attempt failed");
  }
}
