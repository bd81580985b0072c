package io.crossdock.ledger.store;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets one thread wait until something happens or some time has passed. Any thread may wake it. */
public final class Wakeup {

  private final Semaphore woken = new Semaphore(0);

  /** Wakes the thread that waits, or the next one that would. */
  public void wake() {
    // Once is enough; a thread that does not wait for long must not count them all up.
    if (woken.availablePermits() == 0) {
      woken.release();
    }
  }

  /** Waits until it is woken, or so many nanoseconds; whether it was woken. */
  public boolean await(long nanos) {
    boolean wasWoken =
        Uninterruptibles.tryAcquireUninterruptibly(woken, Math.max(0, nanos), TimeUnit.NANOSECONDS);
    var _ = woken.drainPermits();
    return wasWoken;
  }
}
