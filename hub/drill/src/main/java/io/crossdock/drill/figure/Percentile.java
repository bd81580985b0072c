package io.crossdock.drill.figure;

import java.util.List;

/** Percentiles of nanoseconds, in milliseconds. */
final class Percentile {

  private Percentile() {}

  /** The 99th; 0 of nothing. */
  static double p99(List<Long> nanos) {
    return of(nanos, 0.99);
  }

  /** The 50th; 0 of nothing. */
  static double p50(List<Long> nanos) {
    return of(nanos, 0.5);
  }

  private static double of(List<Long> nanos, double share) {
    if (nanos.isEmpty()) {
      return 0;
    }
    List<Long> sorted = nanos.stream().sorted().toList();
    return sorted.get((int) (sorted.size() * share)) / 1e6;
  }
}
