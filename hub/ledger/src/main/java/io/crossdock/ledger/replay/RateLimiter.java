package io.crossdock.ledger.replay;

import java.util.concurrent.TimeUnit;

/** Spreads events evenly over the time, so that a rate is kept within each moment too. */
final class RateLimiter {

  // What a thread that slept too long may make up for; more would be a burst.
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final long intervalNanos;
  private long due;

  /**
   * @param perSecond most events each second; 0 means any number
   * @param nowNanos the time of a clock that only goes forward
   */
  RateLimiter(long perSecond, long nowNanos) {
    this.intervalNanos = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / perSecond;
    this.due = nowNanos;
  }

  /** Books the next event; how long it has to wait. */
  long next(long nowNanos) {
    if (intervalNanos == 0) {
      return 0;
    }
    if (due - nowNanos < -LATE_NANOS) {
      due = nowNanos - LATE_NANOS;
    }
    long wait = due - nowNanos;
    due += intervalNanos;
    return Math.max(0, wait);
  }
}
