package io.crossdock.pos.load;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.crossdock.terminal.Json;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * What a run tells at its end.
 *
 * @param errorRate failed and unsent calls among all that were due, 0 to 1
 * @param allowedErrorRate the most of it that passes
 */
record Report(
    Plan plan,
    Load.Outcome outcome,
    Histogram micros,
    Map<String, Long> statuses,
    Map<String, Long> modes,
    double errorRate,
    double allowedErrorRate) {

  static Report of(Plan plan, Load.Outcome outcome, Tally tally, double allowedErrorRate) {
    long wanted = tally.calls() + outcome.unsent();
    double errorRate = wanted == 0 ? 0 : (double) (tally.errors() + outcome.unsent()) / wanted;
    return new Report(
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
        plan.isOpen() ? String.format(Locale.ROOT, " (%,.0f were due)", plan.rate()) : "");
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
          "unsent     %,d calls were due and found no place: the hub is slower than the rate%n",
          outcome.unsent());
    }
    out.printf(
        Locale.ROOT,
        "errors     %.3f %% (allowed: %.3f %%)%s%n",
        100 * errorRate,
        100 * allowedErrorRate,
        passed() ? "" : " TOO MANY");
  }

  Struct.Builder json() {
    Struct.Builder latency =
        Struct.newBuilder()
            .putFields("p50", Json.number(millis(50)))
            .putFields("p90", Json.number(millis(90)))
            .putFields("p99", Json.number(millis(99)))
            .putFields("p999", Json.number(millis(99.9)))
            .putFields("max", Json.number(millis(100)));
    return Struct.newBuilder()
        .putFields("calls", Json.number(micros.getTotalCount()))
        .putFields("seconds", Json.number(seconds()))
        .putFields("calls_per_second", Json.number(perSecond()))
        .putFields("due_per_second", Json.number(plan.rate()))
        .putFields("latency_ms", Json.object(latency))
        .putFields("status", counted(statuses))
        .putFields("freshness", counted(modes))
        .putFields("unsent", Json.number(outcome.unsent()))
        .putFields("error_rate", Json.number(errorRate))
        .putFields("max_error_rate", Json.number(allowedErrorRate))
        .putFields("passed", Value.newBuilder().setBoolValue(passed()).build());
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

  private static Value counted(Map<String, Long> counts) {
    Struct.Builder object = Struct.newBuilder();
    counts.forEach((name, count) -> object.putFields(name, Json.number(count)));
    return Json.object(object);
  }
}
