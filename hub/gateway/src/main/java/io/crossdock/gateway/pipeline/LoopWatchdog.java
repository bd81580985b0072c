package io.crossdock.gateway.pipeline;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices when an event loop stands still, and in which operation.
 *
 * <p>Each loop leaves a time stamp every {@link #PERIOD_NANOS}; a thread of its own looks whether
 * one is missing. When that thread itself comes late, the whole process stood still, and no
 * operation is to blame.
 */
public final class LoopWatchdog implements AutoCloseable {

  /** From when on a loop stands still; seen with an accuracy of {@link #PERIOD_NANOS}. */
  public static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Name of the operation when the whole process stood still. */
  public static final String PROCESS = "process";

  private final EventLoops loops;
  private final LongSupplier clock;
  private final Consumer<Stall> listener;
  private final AtomicLongArray beats;
  private final boolean[] reported;
  private final List<ScheduledFuture<?>> beating = new ArrayList<>();
  private long looked;
  private @Nullable Thread thread;
  private volatile boolean closed;

  /**
   * A loop that stands still.
   *
   * @param loop number of the loop; -1 when the whole process stood still
   * @param operation what it was busy with
   * @param at where in the code; empty when the whole process stood still
   * @param nanos how long it has stood still so far
   */
  public record Stall(int loop, String operation, String at, long nanos) {}

  /**
   * Watches, from {@link #start} on.
   *
   * @param listener told once of each stall, on the watching thread
   */
  public LoopWatchdog(EventLoops loops, Consumer<Stall> listener) {
    this(loops, System::nanoTime, listener);
  }

  LoopWatchdog(EventLoops loops, LongSupplier clock, Consumer<Stall> listener) {
    this.loops = loops;
    this.clock = clock;
    this.listener = listener;
    this.beats = new AtomicLongArray(loops.count());
    this.reported = new boolean[loops.count()];
    restart(clock.getAsLong());
  }

  /** Begins to watch. */
  public void start() {
    restart(clock.getAsLong());
    for (int i = 0; i < loops.count(); i++) {
      int loop = i;
      beating.add(
          loops
              .loop(i)
              .scheduleAtFixedRate(
                  () -> beat(loop), PERIOD_NANOS, PERIOD_NANOS, TimeUnit.NANOSECONDS));
    }
    thread = Thread.ofPlatform().daemon().name("hub-loop-watchdog").start(this::run);
  }

  @Override
  public void close() {
    closed = true;
    beating.forEach(each -> each.cancel(false));
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /** A loop is alive. */
  void beat(int loop) {
    beats.setOpaque(loop, clock.getAsLong());
  }

  /** Looks at every loop once. */
  void look() {
    long now = clock.getAsLong();
    long late = now - looked - PERIOD_NANOS;
    if (late >= LIMIT_NANOS) {
      listener.accept(new Stall(-1, PROCESS, "", late));
      restart(now);
      return;
    }
    looked = now;
    for (int i = 0; i < reported.length; i++) {
      long still = now - beats.getOpaque(i);
      if (still < LIMIT_NANOS) {
        reported[i] = false;
      } else if (!reported[i]) {
        reported[i] = true;
        listener.accept(new Stall(i, loops.busyWith(i), loops.at(i), still));
      }
    }
  }

  private void restart(long now) {
    looked = now;
    for (int i = 0; i < reported.length; i++) {
      beats.setOpaque(i, now);
    }
    Arrays.fill(reported, false);
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(PERIOD_NANOS);
      if (!closed) {
        look();
      }
    }
  }
}
