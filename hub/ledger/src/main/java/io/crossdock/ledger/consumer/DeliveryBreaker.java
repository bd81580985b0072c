package io.crossdock.ledger.consumer;

import java.time.Duration;

/**
 * Stops a delivery when many events in a row could not be taken: then the consumer is at fault and
 * not the events, and a stream of dead letters would have to be repaired one by one. One event is
 * let through after a pause that grows to a minute; the first that is taken ends it. Safe for any
 * thread.
 */
final class DeliveryBreaker {

  /** So many events in a row. */
  static final int IN_A_ROW = 20;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 6;
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  // Guarded by this.
  private int inARow;
  private int probes;
  private long nextAt;

  /** How many nanoseconds an event has to wait; 0 lets it through. */
  synchronized long waitNanos(long now) {
    if (inARow < IN_A_ROW) {
      return 0;
    }
    if (now - nextAt >= 0) {
      probes++;
      nextAt = now + pause();
      return 0;
    }
    return nextAt - now;
  }

  /** An event was taken; whether the breaker was open. */
  synchronized boolean taken() {
    boolean wasOpen = inARow >= IN_A_ROW;
    inARow = 0;
    return wasOpen;
  }

  /** An event became a dead letter; whether that opened the breaker. */
  synchronized boolean deadLettered(long now) {
    inARow++;
    if (inARow == IN_A_ROW) {
      probes = 0;
      nextAt = now + pause();
    }
    return inARow == IN_A_ROW;
  }

  synchronized boolean isOpen() {
    return inARow >= IN_A_ROW;
  }

  private long pause() {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(probes, MOST_DOUBLINGS));
    return (pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE).toNanos();
  }
}
