package io.crossdock.pos.load;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much load, for how long.
 *
 * @param rate calls per second that are due; 0 means as many as are answered
 * @param connections connections to the hub
 * @param inFlight most calls at once on each
 * @param duration when no further call is begun
 * @param calls most calls in all
 * @param balanceShare share of the calls that ask for a balance, 0 to 1; the others ask for stock
 * @param timeout longest wait for an answer; null as the contracts say
 */
record Plan(
    double rate,
    int connections,
    int inFlight,
    Duration duration,
    long calls,
    double balanceShare,
    @Nullable Duration timeout) {

  boolean isOpen() {
    return rate > 0;
  }

  /** How many calls are due within the duration. */
  long due() {
    return isOpen() ? Math.min(calls, (long) Math.ceil(rate * duration.toNanos() / 1e9)) : calls;
  }

  /** When the call with this number is due, nanoseconds after the start. */
  long dueAt(long call) {
    return (long) (call * 1e9 / rate);
  }
}
