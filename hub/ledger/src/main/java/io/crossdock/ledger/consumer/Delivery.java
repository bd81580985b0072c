package io.crossdock.ledger.consumer;

import io.crossdock.ledger.consumer.DeadLetter.Status;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.store.Store;
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
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers a lane, or a partition of it, to a consumer for as long as its tenure lasts.
 *
 * <p>One thread reads, notes the place and holds on to the lane. The events of a key stand in a
 * line that is worked off by one virtual thread at a time; the lines do not wait for each other.
 * The place is the event before the first one that is not done.
 */
final class Delivery {

  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
  // Most events in memory that are not done.
  private static final int WINDOW = 1024;
  // What is noted more often costs flushes; what is noted later is delivered again after a crash.
  private static final long NOTE_NANOS = Duration.ofMillis(25).toNanos();
  private static final Duration LAST_EFFECTS = Duration.ofSeconds(20);

  private final Store store;
  private final Places places;
  private final Hospital hospital;
  private final Consumer consumer;
  private final Source source;
  private final Tenure tenure;
  private final Lane lane;
  private final long holdNanos;
  private final Semaphore permits;
  private final Semaphore wake = new Semaphore(0);
  private final CountDownLatch over = new CountDownLatch(1);
  private final Set<Key> sick = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads;

  // Guarded by this.
  private final Map<Key, Queue<Task>> lines = new HashMap<>();
  private final TreeSet<Long> unfinished = new TreeSet<>();

  private volatile boolean grown = true;
  private volatile boolean acted = true;
  private volatile boolean lost;
  private volatile boolean tidy = true;
  private volatile @Nullable Throwable broken;

  /** What a line consists of. */
  private sealed interface Task {

    /** An event that is due. */
    record Deliver(StoredEvent event) implements Task {}

    /** The dead letters of the key, of which some may be due. */
    record Visit() implements Task {}
  }

  Delivery(
      Store store,
      Places places,
      Hospital hospital,
      Consumer consumer,
      Source source,
      Tenure tenure,
      Duration lease) {
    this.store = store;
    this.places = places;
    this.hospital = hospital;
    this.consumer = consumer;
    this.source = source;
    this.tenure = tenure;
    this.lane = tenure.lane();
    this.holdNanos = lease.dividedBy(3).toNanos();
    this.permits = new Semaphore(consumer.parallel(), true);
    this.threads =
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("consumer-" + consumer.name() + "-", 0).factory());
  }

  /** There may be more to read. */
  void grown() {
    grown = true;
    wake.release();
  }

  void lookAtHospital() {
    acted = true;
    wake.release();
  }

  /**
   * Asks it to end.
   *
   * @param note whether to note the place and give the lane up
   */
  void stop(boolean note) {
    tidy = note;
    over.countDown();
    wake.release();
  }

  /** Delivers until it is asked to end, the lane is lost, or something is broken. */
  void run() {
    long noted = tenure.position();
    long read = noted;
    long notedAt = System.nanoTime();
    long heldAt = notedAt;
    try {
      while (isOn()) {
        visit();
        boolean more = false;
        if (grown && room()) {
          grown = false;
          EventPage page = source.read(read);
          page.events().forEach(this::accept);
          read = page.upTo();
          more = page.more();
          grown |= more;
        }
        long done = done(read);
        long now = System.nanoTime();
        boolean held = now - heldAt >= holdNanos;
        if (held || (done > noted && now - notedAt >= NOTE_NANOS)) {
          if (!places.advance(tenure, done)) {
            lost = true;
            return;
          }
          source.noted(done);
          noted = done;
          notedAt = now;
          heldAt = now;
          // Other nodes, too, may have acted or replayed an event that nobody can take any more.
          acted |= held;
        }
        if (!more || !room()) {
          rest(done > noted ? NOTE_NANOS : holdNanos - (now - heldAt));
        }
      }
      Throwable why = broken;
      if (why != null) {
        throw new IllegalStateException("delivery broke off", why);
      }
    } finally {
      over.countDown();
      end(read);
    }
  }

  private boolean isOn() {
    return over.getCount() > 0 && broken == null && !lost;
  }

  private void rest(long nanos) {
    try {
      var _ = wake.tryAcquire(Math.max(0, nanos), TimeUnit.NANOSECONDS);
      var _ = wake.drainPermits();
    } catch (InterruptedException e) {
      // Nobody interrupts this thread.
    }
  }

  private void end(long read) {
    threads.shutdown();
    try {
      if (tidy && !threads.awaitTermination(LAST_EFFECTS.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      return;
    }
    long done = done(read);
    if (tidy && !lost && broken == null && places.advance(tenure, done)) {
      source.noted(done);
      places.giveUp(tenure);
    }
  }

  private synchronized boolean room() {
    return unfinished.size() < WINDOW;
  }

  private synchronized long done(long read) {
    return unfinished.isEmpty() ? read : unfinished.first() - 1;
  }

  private void accept(StoredEvent event) {
    synchronized (this) {
      unfinished.add(event.id());
    }
    line(Key.of(event), new Task.Deliver(event));
  }

  private void finish(StoredEvent event) {
    synchronized (this) {
      unfinished.remove(event.id());
    }
    wake.release();
  }

  private void line(Key key, Task task) {
    synchronized (this) {
      Queue<Task> line = lines.get(key);
      if (line != null) {
        line.add(task);
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
              finish(event);
            }
          }
          case Task.Visit() -> visit(key);
        }
      } catch (RuntimeException | Error e) {
        broken = e;
        wake.release();
      }
    }
  }

  /** Delivers an event; false when that was broken off. */
  private boolean deliver(Key key, StoredEvent event) {
    if (event.id() <= tenure.done().getOrDefault(key, 0L)) {
      return true;
    }
    if (sick.contains(key)) {
      return admit(event, null);
    }
    int failed = 0;
    for (int tries = 1; isOn(); tries++) {
      try {
        return attempt(connection -> Places.mark(connection, tenure, event), event, false);
      } catch (Exception e) {
        tell(event, tries, e);
        if (!Sickness.isOutage(e) && ++failed >= consumer.retry().attempts()) {
          sick.add(key);
          return admit(event, Sickness.of(e, tries));
        }
        pause(tries);
      }
    }
    return false;
  }

  private boolean admit(StoredEvent event, @Nullable Sickness sickness) {
    boolean in = hospital.admit(tenure, event, sickness);
    lost |= !in;
    return in;
  }

  /** Sees to keys whose dead letters are due. */
  private void visit() {
    if (acted) {
      acted = false;
      Map<Key, Status> heads = hospital.heads(consumer.name(), lane);
      heads.keySet().stream().filter(source::owns).forEach(sick::add);
      for (Key key : sick) {
        if (heads.get(key) != Status.WAITING) {
          line(key, new Task.Visit());
        }
      }
    }
  }

  private void visit(Key key) {
    while (isOn()) {
      Optional<DeadLetter> head = hospital.head(consumer.name(), lane, key);
      if (head.isEmpty()) {
        sick.remove(key);
        return;
      }
      DeadLetter letter = head.get();
      if (letter.status() == Status.WAITING || !redeliver(letter)) {
        return;
      }
    }
  }

  private boolean redeliver(DeadLetter letter) {
    // A person waits for the outcome of a release: it is tried once.
    boolean released = letter.status() == Status.RELEASED;
    int failed = 0;
    for (int tries = 1; isOn(); tries++) {
      try {
        return attempt(
            connection -> hospital.delivered(connection, tenure, letter), letter.event(), true);
      } catch (Exception e) {
        tell(letter.event(), tries, e);
        if (released || (!Sickness.isOutage(e) && ++failed >= consumer.retry().attempts())) {
          hospital.failed(letter, Sickness.of(e, tries));
          return false;
        }
        pause(tries);
      }
    }
    return false;
  }

  private interface Note {
    Places.Mark in(Connection connection) throws SQLException;
  }

  /**
   * Does the effect.
   *
   * @param always whether to note it also when the effect is outward: then the place that was
   *     reached usually says enough
   * @return false when somebody else delivers now
   */
  private boolean attempt(Note note, StoredEvent event, boolean always) throws Exception {
    permits.acquire();
    try {
      Places.Mark mark =
          switch (consumer.effect()) {
            case Effect.InLedger effect ->
                store.write(connection -> {
                  Places.Mark made = note.in(connection);
                  if (made == Places.Mark.NEW) {
                    effect.apply(connection, event);
                  }
                  return made;
                });
            case Effect.Outward effect -> {
              effect.apply(event);
              yield always ? store.write(note::in) : Places.Mark.NEW;
            }
          };
      lost |= mark == Places.Mark.FENCED;
      return mark != Places.Mark.FENCED;
    } finally {
      permits.release();
    }
  }

  private void pause(int failed) {
    try {
      var _ = over.await(consumer.retry().after(failed).toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread.
    }
  }

  private void tell(StoredEvent event, int failed, Exception error) {
    LOG.warn(
        "consumer {} failed for the {}. time at event {} of type {}",
        consumer.name(),
        failed,
        event.envelope().getEventId(),
        event.envelope().getType(),
        error);
  }
}
