package io.crossdock.drill.load;

import io.crossdock.drill.process.HubProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Many writers at once, each a virtual thread with a journal of its own. */
public final class WriterPool implements AutoCloseable {

  // A drill gone wrong may fail with every call; a few say enough.
  private static final int MOST_FAULTS = 20;

  private final List<HubProcess> hubs;
  private final AtomicLong acknowledged = new AtomicLong();
  private final Map<String, Long> retried = new ConcurrentSkipListMap<>();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final List<Journal> journals = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean over;

  /**
   * Prepares the writers.
   *
   * @param run number of the drill, in all ids
   * @param seed of what is written
   * @param writers how many
   * @param rate calls per second, all writers together, when the hubs keep up
   */
  public WriterPool(List<HubProcess> hubs, long run, long seed, int writers, double rate) {
    this.hubs = List.copyOf(hubs);
    for (int i = 0; i < writers; i++) {
      Journal journal = new Journal();
      journals.add(journal);
      Writer writer = new Writer(this, journal, run, i, seed + i, writers / rate);
      threads.add(Thread.ofVirtual().name("writer-" + i).unstarted(writer));
    }
  }

  /** Begins. */
  public void start() {
    threads.forEach(Thread::start);
  }

  /** How many writes were acknowledged so far: events and offline authorisations. */
  public long acknowledged() {
    return acknowledged.get();
  }

  /** How many attempts failed so far and were made again, by what they were told. */
  public Map<String, Long> retried() {
    return Map.copyOf(retried);
  }

  /** Answers that no hub may give: another one for the same request, or an unexpected refusal. */
  public List<String> faults() {
    return List.copyOf(faults);
  }

  /**
   * Lets the writers begin nothing new, and waits until what they have begun is answered.
   *
   * @return false when some of it was not answered in time
   */
  public boolean stop(Duration patience) throws InterruptedException {
    stopping.countDown();
    long end = System.nanoTime() + patience.toNanos();
    boolean answered = true;
    for (Thread thread : threads) {
      answered &= thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
    close();
    return answered;
  }

  /** What was sent and promised, by the writers' numbers; to be read after {@link #stop}. */
  public List<Journal> journals() {
    return List.copyOf(journals);
  }

  /** Gives up, also what was not answered. */
  @Override
  public void close() {
    over = true;
    stopping.countDown();
    for (Thread thread : threads) {
      thread.interrupt();
      if (thread.getState() == Thread.State.NEW) {
        continue;
      }
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  List<HubProcess> hubs() {
    return hubs;
  }

  boolean isOver() {
    return over;
  }

  /** Waits; true when nothing new is to be begun. */
  boolean isStoppingWithin(long nanos) throws InterruptedException {
    return stopping.await(nanos, TimeUnit.NANOSECONDS);
  }

  void acknowledge(int writes) {
    acknowledged.addAndGet(writes);
  }

  void retry(String why) {
    var _ = retried.merge(why, 1L, Long::sum);
  }

  void fault(String what) {
    if (faults.size() < MOST_FAULTS) {
      faults.add(what);
    }
  }
}
