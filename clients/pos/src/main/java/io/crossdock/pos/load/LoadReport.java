package io.crossdock.pos.load;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * The report of a run.
 *
 * @param errorRate failed and unsent calls among all that were due, 0 to 1
 * @param allowedErrorRate the most of it that passes
 */
record LoadReport(
    Plan plan,
    LoadRun.Outcome outcome,
    Histogram micros,
    Map<String, Long> statuses,
    Map<String, Long> modes,
    double errorRate,
    double allowedErrorRate) {

  static LoadReport of(Plan plan, LoadRun.Outcome outcome, Tally tally, double allowedErrorRate) {
    long wanted = tally.calls() + outcome.unsent();
    double errorRate = wanted == 0 ? 0 : (double) (tally.errors() + outcome.unsent()) / wanted;
    return new LoadReport(
        plan, outcome, tally.all(), tally.statuses(), tally.modes(), errorRate, allowedErrorRate);
  }

  boolean passed() {
    return errorRate <= allowedErrorRate;
  }

  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%,d calls in %.1f s, %,.0f calls/s%s%n",
        micros.getTotalCount(),
        seconds(),
        perSecond(),
        plan.isOpen() ? String.format(Locale.ROOT, " (target %,.0f)", plan.rate()) : "");
    out.printf(
        Locale.ROOT,
        "latency    p50 %.2f ms  p90 %.2f ms  p99 %.2f ms  p99.9 %.2f ms  max %.2f ms%n",
        millis(50),
        millis(90),
        millis(99),
        millis(99.9),
        millis(100));
    out.println("status     " + counts(statuses));
    out.println("freshness  " + counts(modes).toLowerCase(Locale.ROOT));
    if (outcome.unsent() > 0) {
      out.printf(
          Locale.ROOT,
          "unsent     %,d calls were due while all connections were busy: the hub is slower than the rate%n",
          outcome.unsent());
    }
    out.printf(
        Locale.ROOT,
        "errors     %.3f %% (allowed: %.3f %%)%s%n",
        100 * errorRate,
        100 * allowedErrorRate,
        passed() ? "" : " TOO MANY");
  }

  /** The same for a program; latencies in milliseconds. */
  Map<String, Object> values() {
    Map<String, Object> latency = new LinkedHashMap<>();
    latency.put("p50", millis(50));
    latency.put("p90", millis(90));
    latency.put("p99", millis(99));
    latency.put("p999", millis(99.9));
    latency.put("max", millis(100));
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("calls", micros.getTotalCount());
    values.put("seconds", rounded(seconds()));
    values.put("calls_per_second", rounded(perSecond()));
    values.put("due_per_second", plan.rate());
    values.put("latency_ms", latency);
    values.put("status", statuses);
    values.put("freshness", modes);
    values.put("unsent", outcome.unsent());
    values.put("error_rate", errorRate);
    values.put("max_error_rate", allowedErrorRate);
    values.put("passed", passed());
    return values;
  }

  private double seconds() {
    return outcome.nanos() / 1e9;
  }

  private double perSecond() {
    return outcome.nanos() == 0 ? 0 : micros.getTotalCount() / seconds();
  }

  private double millis(double percentile) {
    return micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percentile) / 1000.0;
  }

  private static String counts(Map<String, Long> counts) {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .map(each -> String.format(Locale.ROOT, "%s %,d", each.getKey(), each.getValue()))
            .collect(Collectors.joining("  "));
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
