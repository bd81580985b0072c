package io.crossdock.drill.hostile;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The result of a drill.
 *
 * @param attacks how many, each at least once
 * @param innocentCalls calls beside the attacks and before them, without those of the warm-up
 * @param innocentFailed how many of these failed
 * @param innocentP99Ratio 99th percentile of their latency during the attacks to that before
 * @param hubRestarts how often the hub died
 * @param directBytesMax most direct memory of Netty's pool that was seen, bytes
 * @param heapBytesMax most used heap that was seen, bytes
 * @param failures how the failed calls ended, and what else went wrong
 * @param details an attack a line: failed calls and latency meanwhile
 */
public record HostileReport(
    int attacks,
    long innocentCalls,
    long innocentFailed,
    double innocentP99Ratio,
    int hubRestarts,
    long directBytesMax,
    long heapBytesMax,
    Map<String, Long> failures,
    List<String> details) {

  public HostileReport {
    failures = Map.copyOf(failures);
    details = List.copyOf(details);
  }

  /**
   * Adds up what was seen.
   *
   * @param warmUp what counts for nothing; its failures are mentioned
   * @param alone the time before the attacks
   * @param during the time of each attack
   * @param details a line for each attack
   */
  static HostileReport of(
      InnocentLoad.Phase warmUp,
      InnocentLoad.Phase alone,
      List<InnocentLoad.Phase> during,
      HubWatch watch,
      List<String> details) {
    List<Long> attacked = during.stream().flatMap(phase -> phase.nanos().stream()).toList();
    Map<String, Long> failures = new TreeMap<>();
    Stream.concat(Stream.of(alone), during.stream())
        .flatMap(phase -> phase.failures().entrySet().stream())
        .forEach(each -> failures.merge(each.getKey(), each.getValue(), Long::sum));
    long before = InnocentLoad.p99(alone.nanos());
    long beside = InnocentLoad.p99(attacked);
    List<String> lines = new ArrayList<>(details);
    lines.add(
        String.format(
            Locale.ROOT,
            "innocent p99 %.2f ms alone (%,d calls), %.2f ms during attacks; %d failed in the warm-up",
            before / 1e6,
            alone.nanos().size(),
            beside / 1e6,
            warmUp.failed()));
    return new HostileReport(
        during.size(),
        (long) alone.nanos().size() + attacked.size(),
        failures.values().stream().mapToLong(Long::longValue).sum(),
        before == 0 ? 0 : (double) beside / before,
        watch.restarts(),
        watch.directMax(),
        watch.heapMax(),
        failures,
        lines);
  }

  /** Whether no innocent call failed, and the hub survived and stopped in order. */
  public boolean isGood() {
    return innocentFailed == 0 && hubRestarts == 0 && failures.isEmpty();
  }

  /** The same with one more failure. */
  HostileReport with(String failure) {
    Map<String, Long> more = new TreeMap<>(failures);
    more.merge(failure, 1L, Long::sum);
    return new HostileReport(
        attacks,
        innocentCalls,
        innocentFailed,
        innocentP99Ratio,
        hubRestarts,
        directBytesMax,
        heapBytesMax,
        more,
        details);
  }

  /** For people. */
  public String table() {
    StringBuilder text = new StringBuilder();
    details.forEach(each -> text.append("  ").append(each).append('\n'));
    line(text, "attacks", "%,d", attacks);
    line(text, "innocent calls", "%,d", innocentCalls);
    line(text, "failed", "%,d", innocentFailed);
    line(text, "p99 ratio", "%.2f", innocentP99Ratio);
    line(text, "hub restarts", "%d", hubRestarts);
    line(text, "direct memory", "%,d bytes at most", directBytesMax);
    line(text, "heap", "%,d bytes at most", heapBytesMax);
    failures.forEach(
        (how, count) -> text.append(String.format(Locale.ROOT, "WRONG: %,d x %s%n", count, how)));
    return text.toString();
  }

  /** For programs, one line. */
  public String json() {
    return String.format(
        Locale.ROOT,
        "{\"attacks\": %d, \"innocent_calls\": %d, \"innocent_failed\": %d,"
            + " \"innocent_p99_ratio\": %.3f, \"hub_restarts\": %d, \"direct_bytes_max\": %d,"
            + " \"heap_bytes_max\": %d}",
        attacks,
        innocentCalls,
        innocentFailed,
        innocentP99Ratio,
        hubRestarts,
        directBytesMax,
        heapBytesMax);
  }

  private static void line(StringBuilder text, String name, String format, Object value) {
    text.append(String.format(Locale.ROOT, "  %-16s " + format + "%n", name, value));
  }
}
