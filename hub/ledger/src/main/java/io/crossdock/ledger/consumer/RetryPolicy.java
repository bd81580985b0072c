package io.crossdock.ledger.consumer;

import java.time.Duration;

/**
 * How often and when an event is tried again.
 *
 * @param attempts after which it goes to the dead letters, 1 or more
 * @param first wait before the second attempt; doubles from then on
 * @param longest wait between two attempts
 */
public record RetryPolicy(int attempts, Duration first, Duration longest) {

  /** Five attempts within some three seconds. */
  public static final RetryPolicy USUAL =
      new RetryPolicy(5, Duration.ofMillis(200), Duration.ofSeconds(10));

  public RetryPolicy {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts: " + attempts + " (expected: 1 or more)");
    }
  }

  /** The wait after so many failed attempts. */
  public Duration after(int failed) {
    int doublings = Math.min(failed - 1, 20);
    Duration wait = first.multipliedBy(1L << doublings);
    return wait.compareTo(longest) < 0 ? wait : longest;
  }
}
