package io.crossdock.pos.load;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Makes the calls of a plan: one thread begins them, the connections end them. */
final class LoadRun {

  // Calls end at their deadlines; nothing is waited for longer than that.
  private static final long DRAIN_SECONDS = 60;

  private final Plan plan;
  private final Keys keys;
  private final BlockingQueue<LoadConnection> free;
  private final int places;

  /**
   * What became of the plan.
   *
   * @param begun calls begun
   * @param unsent calls that were due and could not be begun before the end, because all places
   *     were taken
   * @param nanos from the start to the last answer
   */
  record Outcome(long begun, long unsent, long nanos) {}

  LoadRun(Plan plan, Keys keys, List<LoadConnection> connections) {
    this.plan = plan;
    this.keys = keys;
    this.places = plan.connections() * plan.inFlight();
    this.free = new ArrayBlockingQueue<>(places);
    for (int i = 0; i < plan.inFlight(); i++) {
      free.addAll(connections);
    }
  }

  /** Runs the plan to its end. */
  Outcome run() throws InterruptedException {
    long start = System.nanoTime();
    long end = start + plan.duration().toNanos();
    long begun = 0;
    while (begun < plan.due()) {
      if (plan.isOpen()) {
        sleepUntil(start + plan.dueAt(begun));
      }
      LoadConnection connection = place(end);
      if (connection == null) {
        break;
      }
      long due = plan.isOpen() ? start + plan.dueAt(begun) : System.nanoTime();
      begin(connection, due);
      begun++;
    }
    drain();
    return new Outcome(begun, plan.isOpen() ? plan.due() - begun : 0, System.nanoTime() - start);
  }

  private void begin(LoadConnection connection, long due) {
    Runnable after = () -> free.add(connection);
    if (keys.chance(plan.balanceShare())) {
      connection.balance(keys.member(), due, after);
    } else {
      connection.stock(keys.item(), keys.store(), due, after);
    }
  }

  // Null when the time is over. A call that was due before, and that only this thread is late for,
  // still
  // gets a place that is free.
  private @Nullable LoadConnection place(long end) throws InterruptedException {
    long left = end - System.nanoTime();
    if (left > 0) {
      return free.poll(left, TimeUnit.NANOSECONDS);
    }
    return plan.isOpen() ? free.poll() : null;
  }

  private void drain() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
    for (int i = 0; i < places; i++) {
      if (place(end) == null) {
        return;
      }
    }
  }

  private static void sleepUntil(long time) {
    for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
