package io.crossdock.pos.load;

import io.crossdock.common.v1.Freshness;
import io.grpc.Status;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What came of the calls. Many threads add to it. */
final class Tally {

  private static final long LONGEST_MICROS = 3_600_000_000L;
  private static final int DIGITS = 3;

  private final Recorder recorder = new Recorder(LONGEST_MICROS, DIGITS);
  private final Histogram all = new Histogram(LONGEST_MICROS, DIGITS);
  private final Map<Status.Code, LongAdder> statuses = new EnumMap<>(Status.Code.class);
  private final Map<Freshness.Mode, LongAdder> modes = new EnumMap<>(Freshness.Mode.class);

  Tally() {
    for (Status.Code code : Status.Code.values()) {
      statuses.put(code, new LongAdder());
    }
    for (Freshness.Mode mode : Freshness.Mode.values()) {
      modes.put(mode, new LongAdder());
    }
  }

  void answered(long nanos, Freshness.Mode mode) {
    add(nanos, Status.Code.OK);
    count(modes, mode);
  }

  void failed(long nanos, Status.Code code) {
    add(nanos, code);
  }

  /** Latencies since the last time that was asked, microseconds. */
  synchronized Histogram interval() {
    Histogram since = recorder.getIntervalHistogram();
    all.add(since);
    return since;
  }

  /** All latencies, microseconds. */
  synchronized Histogram all() {
    interval();
    return all.copy();
  }

  long calls() {
    return statuses.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Calls that failed. That there is no such thing is an answer. */
  long errors() {
    long errors = 0;
    for (Map.Entry<Status.Code, LongAdder> each : statuses.entrySet()) {
      if (each.getKey() != Status.Code.OK && each.getKey() != Status.Code.NOT_FOUND) {
        errors += each.getValue().sum();
      }
    }
    return errors;
  }

  /** Calls by status, those that occurred. */
  Map<String, Long> statuses() {
    Map<String, Long> counts = new TreeMap<>();
    statuses.forEach((code, count) -> put(counts, code.name(), count));
    return counts;
  }

  /** Answers by freshness, those that occurred. */
  Map<String, Long> modes() {
    Map<String, Long> counts = new TreeMap<>();
    modes.forEach((mode, count) -> put(counts, mode.name().replace("MODE_", ""), count));
    return counts;
  }

  private void add(long nanos, Status.Code code) {
    recorder.recordValue(Math.clamp(nanos / 1000, 1, LONGEST_MICROS));
    count(statuses, code);
  }

  private static <K> void count(Map<K, LongAdder> counters, K key) {
    LongAdder counter = counters.get(key);
    if (counter != null) {
      counter.increment();
    }
  }

  private static void put(Map<String, Long> counts, String name, LongAdder count) {
    if (count.sum() > 0) {
      counts.put(name, count.sum());
    }
  }
}
