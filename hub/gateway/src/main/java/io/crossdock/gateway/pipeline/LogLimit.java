package io.crossdock.gateway.pipeline;

import java.util.concurrent.TimeUnit;

/** Lets one log line pass each second and counts the others. Safe for any thread. */
public final class LogLimit {

  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private long nextNanos = Long.MIN_VALUE;
  private long suppressed;

  /**
   * Asks for a line.
   *
   * @param nowNanos of {@link System#nanoTime}
   * @return how many lines were left out since the last one; -1 when this one is to be left out
   */
  public synchronized long ask(long nowNanos) {
    if (nextNanos != Long.MIN_VALUE && nowNanos - nextNanos < 0) {
      suppressed++;
      return -1;
    }
    nextNanos = nowNanos + PAUSE_NANOS;
    long left = suppressed;
    suppressed = 0;
    return left;
  }
}
