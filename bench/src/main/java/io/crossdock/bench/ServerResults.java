package io.crossdock.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What a run measured at one server. Not for several threads. */
final class ServerResults {

  private final Target target;
  private final List<Double> cpuMicros = new ArrayList<>();
  private final List<Double> callsPerSecond = new ArrayList<>();
  private final List<Double> allocatedBytes = new ArrayList<>();
  private @Nullable Histogram times;

  ServerResults(Target target) {
    this.target = target;
  }

  Target target() {
    return target;
  }

  void round(double micros, double perSecond) {
    cpuMicros.add(micros);
    callsPerSecond.add(perSecond);
  }

  void allocated(double bytesPerCall) {
    allocatedBytes.add(bytesPerCall);
  }

  void times(Histogram histogram) {
    times = histogram;
  }

  /** Processor time per call, median of the rounds, microseconds. */
  double cpuMicros() {
    return median(cpuMicros);
  }

  double callsPerSecond() {
    return median(callsPerSecond);
  }

  /**
   * Processor time per call compared with another server's: the median over the rounds of the ratio
   * within a round.
   */
  double ratioTo(ServerResults other) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < cpuMicros.size(); round++) {
      ratios.add(cpuMicros.get(round) / other.cpuMicros.get(round));
    }
    return median(ratios);
  }

  /** The figures in one line of the table. */
  String line(ServerResults floor) {
    Histogram measured = times;
    return String.format(
        Locale.ROOT,
        "%-8s %9.1f %8.2f %9.0f %8s %8s %8s %10s   %s",
        target.name(),
        cpuMicros(),
        cpuMicros() / floor.cpuMicros(),
        callsPerSecond(),
        measured == null ? "-" : measured.getValueAtPercentile(50),
        measured == null ? "-" : measured.getValueAtPercentile(99),
        measured == null ? "-" : measured.getValueAtPercentile(99.9),
        allocatedBytes.isEmpty() ? "-" : Math.round(median(allocatedBytes)),
        cpuMicros.stream()
            .map(micros -> String.format(Locale.ROOT, "%.1f", micros))
            .collect(Collectors.joining(" ")));
  }

  static String heading() {
    return String.format(
        Locale.ROOT,
        "%-8s %9s %8s %9s %8s %8s %8s %10s   %s",
        "server",
        "cpu µs",
        "×floor",
        "calls/s",
        "p50 µs",
        "p99 µs",
        "p999 µs",
        "bytes/call",
        "cpu µs of each round");
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
