package io.crossdock.ledger.event;

import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.ledger.store.Engine;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Wakes the readers of the log when there is more to read: at once after a commit of this process,
 * and after a look at the log every now and then for what other nodes wrote (PostgreSQL only).
 * Nobody else needs to poll.
 */
public final class EventSignal implements AutoCloseable {

  private static final int EVERY_LANE = -1;

  private final EventLog log;
  private final boolean looks;
  private final Duration look;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger lanes = new AtomicInteger();
  private final BackgroundLoop loop = BackgroundLoop.ofPlatform("event-signal", this::step);
  // Only for the loop.
  private long newest;
  private long lookedAt;

  private record Listener(int lanes, Runnable wake) {}

  private EventSignal(EventLog log, Duration look) {
    this.log = log;
    this.looks = log.engine() == Engine.POSTGRESQL;
    this.look = look;
    this.lookedAt = System.nanoTime();
  }

  /**
   * Begins to listen.
   *
   * @param look how often to look for what other nodes wrote
   */
  public static EventSignal start(EventLog log, Duration look) {
    EventSignal signal = new EventSignal(log, look);
    log.onAppended(signal::raise);
    signal.loop.start();
    return signal;
  }

  /**
   * Registers someone to be woken; the call must be quick.
   *
   * @return ends it
   */
  public Runnable listen(Collection<Lane> which, Runnable listener) {
    int bits = 0;
    for (Lane lane : which) {
      bits |= EventLog.bit(lane);
    }
    Listener registered = new Listener(bits, listener);
    listeners.add(registered);
    return () -> {
      var _ = listeners.remove(registered);
    };
  }

  @Override
  public void close() {
    loop.stop();
  }

  private void raise(int which) {
    var _ = lanes.getAndUpdate(before -> before | which);
    loop.wake();
  }

  private Duration step() {
    int which = lanes.getAndSet(0);
    Duration pause = BackgroundLoop.UNTIL_WOKEN;
    if (looks) {
      // At this pace, whatever is written here meanwhile: others' events wait for nothing else.
      long now = System.nanoTime();
      if (now - lookedAt >= look.toNanos()) {
        lookedAt = now;
        which = hasGrown() ? EVERY_LANE : which;
      }
      pause = look.minusNanos(now - lookedAt);
    }
    for (Listener listener : listeners) {
      if ((listener.lanes & which) != 0) {
        listener.wake.run();
      }
    }
    return pause;
  }

  private boolean hasGrown() {
    try {
      long now = log.newest();
      boolean hasGrown = now != newest;
      newest = now;
      return hasGrown;
    } catch (RuntimeException e) {
      // Readers find out by themselves when the ledger is back.
      return true;
    }
  }
}
