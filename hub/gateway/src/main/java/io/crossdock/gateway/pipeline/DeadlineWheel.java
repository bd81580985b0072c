package io.crossdock.gateway.pipeline;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends the calls of one event loop whose time is up, wherever they are: while the request still
 * arrives, while a policy has them wait, or in an exchange.
 *
 * <p>A hashed wheel of linked calls: adding and removing one costs a few writes and no allocation.
 * A call ends up to one tick late, never early. Belongs to one event loop; the task behind it runs
 * only while there are calls, and a little longer, so that a lone caller does not start it each
 * time.
 */
final class DeadlineWheel {

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  // Deadlines further away than one turn, about ten seconds, stay for another.
  private static final int SLOTS = 1024;
  private static final int IDLE_TICKS = 100;

  private final EventLoop loop;
  private final @Nullable Call[] slots = new @Nullable Call[SLOTS];
  private final List<Call> expired = new ArrayList<>();
  private long tick;
  private int size;
  private int idleTicks;
  private boolean running;

  DeadlineWheel(EventLoop loop) {
    this.loop = loop;
  }

  /** Has a call end at {@code expiresNanos}, on the clock of {@link System#nanoTime}. */
  void add(Call call, long expiresNanos) {
    remove(call);
    if (!running) {
      running = true;
      idleTicks = 0;
      tick = Math.floorDiv(System.nanoTime(), TICK_NANOS);
      schedule();
    }
    // Rounded up, so that a call is looked at when its time is over, not just before.
    long due = Math.max(tick + 1, Math.floorDiv(expiresNanos, TICK_NANOS) + 1);
    int slot = (int) Math.floorMod(due, (long) SLOTS);
    Call first = slots[slot];
    call.expiresNanos = expiresNanos;
    call.wheelSlot = slot;
    call.wheelNext = first;
    if (first != null) {
      first.wheelPrevious = call;
    }
    slots[slot] = call;
    size++;
  }

  /** Forgets a call; harmless when it was not added. */
  void remove(Call call) {
    if (call.wheelSlot < 0) {
      return;
    }
    Call next = call.wheelNext;
    Call previous = call.wheelPrevious;
    if (previous == null) {
      slots[call.wheelSlot] = next;
    } else {
      previous.wheelNext = next;
    }
    if (next != null) {
      next.wheelPrevious = previous;
    }
    call.wheelSlot = -1;
    call.wheelNext = null;
    call.wheelPrevious = null;
    size--;
  }

  private void schedule() {
    var _ = loop.schedule(this::turn, TICK_NANOS, TimeUnit.NANOSECONDS);
  }

  private void turn() {
    long now = System.nanoTime();
    long until = Math.floorDiv(now, TICK_NANOS);
    // A loop that stood still for more than a turn looks at every slot once.
    long from = Math.max(tick, until - SLOTS);
    tick = until;
    try {
      for (long at = from + 1; at <= until; at++) {
        expire((int) Math.floorMod(at, (long) SLOTS), now);
      }
    } finally {
      // Whatever went wrong with one call, the wheel turns for the others.
      expired.clear();
      idleTicks = size == 0 ? idleTicks + 1 : 0;
      if (idleTicks < IDLE_TICKS) {
        schedule();
      } else {
        running = false;
      }
    }
  }

  private void expire(int slot, long now) {
    for (Call call = slots[slot]; call != null; call = call.wheelNext) {
      if (now - call.expiresNanos >= 0) {
        expired.add(call);
      }
    }
    // Ending one call may end others and change the slot's list, so only now.
    for (Call call : expired) {
      call.expire();
    }
    expired.clear();
  }
}
