package io.crossdock.ledger.event;

import io.crossdock.ledger.store.Engine;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes the readers of the log when there is more to read: at once after a commit of this process,
 * and after a look at the log every now and then for what other nodes wrote (PostgreSQL only).
 * Nobody else needs to poll.
 */
public final class EventSignal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventSignal.class);
  private static final int EVERY_LANE = -1;

  private final EventLog log;
  private final long waitMillis;
  private final boolean looks;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger lanes = new AtomicInteger();
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closing;
  private long newest;

  private record Listener(int lanes, Runnable wake) {}

  private EventSignal(EventLog log, Duration look) {
    this.log = log;
    this.looks = log.engine() == Engine.POSTGRESQL;
    this.waitMillis = looks ? look.toMillis() : Long.MAX_VALUE;
    this.thread = Thread.ofPlatform().name("event-signal").daemon().unstarted(this::loop);
  }

  /**
   * Begins to listen.
   *
   * @param look how often to look for what other nodes wrote
   */
  public static EventSignal start(EventLog log, Duration look) {
    EventSignal signal = new EventSignal(log, look);
    log.onAppended(signal::raise);
    signal.thread.start();
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
    closing = true;
    wake.release();
  }

  private void raise(int which) {
    var _ = lanes.getAndUpdate(before -> before | which);
    wake.release();
  }

  private void loop() {
    while (!closing) {
      try {
        boolean raised = wake.tryAcquire(waitMillis, TimeUnit.MILLISECONDS);
        var _ = wake.drainPermits();
        int which = lanes.getAndSet(0);
        if (looks && !raised && hasGrown()) {
          which = EVERY_LANE;
        }
        for (Listener listener : listeners) {
          if ((listener.lanes & which) != 0) {
            listener.wake.run();
          }
        }
      } catch (InterruptedException e) {
        // Nobody interrupts this thread.
      } catch (RuntimeException e) {
        LOG.warn("a reader of events could not be woken: {}", e.getMessage());
      }
    }
  }

  private boolean hasGrown() {
    try {
      long now = log.newest();
      boolean moreAvailable = now != newest;
      newest = now;
      return moreAvailable;
    } catch (RuntimeException e) {
      // Readers find out by themselves when the ledger is back.
      return true;
    }
  }
}
