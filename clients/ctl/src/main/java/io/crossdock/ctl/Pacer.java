package io.crossdock.ctl;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Lets its caller proceed at a fixed rate at most. */
final class Pacer {

  private final long intervalNanos;
  private long next = System.nanoTime();

  Pacer(int perSecond) {
    this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
  }

  void await() {
    long now = System.nanoTime();
    while (now < next) {
      LockSupport.parkNanos(next - now);
      now = System.nanoTime();
    }
    next = now + intervalNanos;
  }
}
