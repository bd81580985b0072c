package io.crossdock.runtime.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.event.KeyValuePair;

/**
 * Bounds how many entries each logger writes: {@value #BURST} at once, then {@value #PER_SECOND} a
 * second. The next entry of a logger that had to leave some out says how many, as {@code
 * suppressed}. Errors have a bound of their own, so that warnings do not hide them.
 */
public final class FloodFilter extends Filter<ILoggingEvent> {

  static final int BURST = 200;
  static final int PER_SECOND = 20;

  private static final long NANOS_PER_ENTRY = 1_000_000_000L / PER_SECOND;

  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

  /** For Logback. */
  public FloodFilter() {}

  @Override
  public FilterReply decide(ILoggingEvent event) {
    // As many as there are loggers, whose names come from the code alone.
    String name =
        event.getLevel().isGreaterOrEqual(Level.ERROR)
            ? "ERROR " + event.getLoggerName()
            : event.getLoggerName();
    long left = buckets.computeIfAbsent(name, _ -> new Bucket()).take(System.nanoTime());
    if (left < 0) {
      return FilterReply.DENY;
    }
    if (left > 0 && event instanceof LoggingEvent entry) {
      entry.addKeyValuePair(new KeyValuePair("suppressed", left));
    }
    return FilterReply.NEUTRAL;
  }

  /** The entries that a logger may still write. */
  static final class Bucket {

    private long full = Long.MIN_VALUE;
    private long suppressed;

    /** How many entries were left out before this one; -1 when this one is left out too. */
    synchronized long take(long now) {
      long next = Math.max(full, now - BURST * NANOS_PER_ENTRY) + NANOS_PER_ENTRY;
      if (full != Long.MIN_VALUE && next > now) {
        suppressed++;
        return -1;
      }
      full = full == Long.MIN_VALUE ? now - (BURST - 1) * NANOS_PER_ENTRY : next;
      long before = suppressed;
      suppressed = 0;
      return before;
    }
  }
}
