package io.crossdock.ledger.store;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that a process does in the background for as long as it lives, one step after the other on a
 * thread of its own. A step that fails is repeated after a pause that doubles from 100 ms to 5 s,
 * and is counted; {@link #all} says how all loops of the process are. An {@link Error} is not
 * survived: it goes to the thread's uncaught exception handler, which ends the process.
 */
public final class BackgroundLoop implements AutoCloseable {

  /** A step's answer when it has nothing to do until the loop is woken. */
  public static final Duration UNTIL_WOKEN = Duration.ofDays(365);

  private static final Logger LOG = LoggerFactory.getLogger(BackgroundLoop.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final int MOST_DOUBLINGS = 6;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Set<BackgroundLoop> RUNNING = ConcurrentHashMap.newKeySet();

  private final String name;
  private final Step step;
  private final Wakeup wakeup = new Wakeup();
  private final AtomicLong failures = new AtomicLong();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile String trouble = "";
  private volatile int failed;

  /** What is done again and again. */
  @FunctionalInterface
  public interface Step {

    /** Does what is due; the longest time until the next step, which a wake-up shortens. */
    Duration run();
  }

  /**
   * How a loop is.
   *
   * @param failures steps that failed since the start of the process
   * @param trouble why the last step failed, for people; empty when it went well
   */
  public record Health(String name, long failures, String trouble) {}

  private BackgroundLoop(String name, Thread.Builder thread, Step step) {
    this.name = name;
    this.step = step;
    this.thread = thread.name(name).unstarted(this::loop);
  }

  /** Makes a loop on a virtual thread; nothing runs yet. */
  public static BackgroundLoop of(String name, Step step) {
    return new BackgroundLoop(name, Thread.ofVirtual(), step);
  }

  /** Makes a loop on a thread of the system, for steps that hold one anyway. */
  public static BackgroundLoop ofPlatform(String name, Step step) {
    return new BackgroundLoop(name, Thread.ofPlatform().daemon(), step);
  }

  /** The loops of this process that are running. */
  public static List<Health> all() {
    return RUNNING.stream().map(BackgroundLoop::health).toList();
  }

  /** Begins. */
  public void start() {
    RUNNING.add(this);
    thread.start();
  }

  /** Has the next step begin at once. */
  public void wake() {
    wakeup.wake();
  }

  /** Within a step: waits until the loop is woken, or so many nanoseconds; whether it was woken. */
  public boolean pause(long nanos) {
    return wakeup.await(nanos);
  }

  /** Whether it has been asked to end; a step that takes long asks. */
  public boolean isStopping() {
    return stopping;
  }

  /** Within a step that takes long: what failed before works again. */
  public void recovered() {
    failed = 0;
    trouble = "";
  }

  /** How it is. */
  public Health health() {
    return new Health(name, failures.get(), trouble);
  }

  /** Asks it to end after the step under way, without waiting. */
  public void stop() {
    stopping = true;
    wake();
  }

  /** Ends it and waits for the step under way. */
  @Override
  public void close() {
    stop();
    Uninterruptibles.joinUninterruptibly(thread);
  }

  private void loop() {
    try {
      while (!stopping) {
        Duration pause;
        try {
          pause = step.run();
          recovered();
        } catch (RuntimeException e) {
          pause = fail(e);
        }
        if (!stopping) {
          var _ = wakeup.await(pause.toNanos());
        }
      }
    } finally {
      RUNNING.remove(this);
    }
  }

  private Duration fail(RuntimeException e) {
    String reason = String.valueOf(e.getMessage());
    failures.incrementAndGet();
    if (!stopping && !reason.equals(trouble)) {
      LOG.atWarn()
          .addKeyValue(LogKeys.LOOP, name)
          .addKeyValue(LogKeys.REASON, reason)
          .setCause(e)
          .log("background loop failed and is being restarted");
    }
    trouble = reason;
    int before = failed;
    failed = before + 1;
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(before, MOST_DOUBLINGS));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
