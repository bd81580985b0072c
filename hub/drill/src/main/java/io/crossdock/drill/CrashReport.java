package io.crossdock.drill;

import io.crossdock.drill.audit.Findings;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The result of a drill.
 *
 * @param settings what was done
 * @param kills how many
 * @param cuts how often the network was interrupted
 * @param acknowledged writes that were acknowledged, events and offline authorisations
 * @param retried failed attempts that were repeated, by reason
 * @param failedStarts how often a hub could not start
 * @param took from the first start to the last stop
 * @param findings what is wrong with the ledger
 * @param problems what else went wrong
 */
public record CrashReport(
    DrillSettings settings,
    int kills,
    int cuts,
    long acknowledged,
    Map<String, Long> retried,
    int failedStarts,
    Duration took,
    Findings findings,
    List<String> problems) {

  public CrashReport {
    retried = new TreeMap<>(retried);
    problems = List.copyOf(problems);
  }

  /** Whether nothing is wrong. */
  public boolean isGood() {
    return findings.none() && problems.isEmpty();
  }

  /** For people. */
  public String table() {
    StringBuilder text = new StringBuilder();
    line(text, "store", settings.engine() + (settings.kafka().isEmpty() ? "" : " and Kafka"));
    line(text, "nodes", Integer.toString(settings.nodes()));
    line(text, "kills", String.format(Locale.ROOT, "%,d", kills));
    if (settings.cut()) {
      line(text, "cuts", String.format(Locale.ROOT, "%,d", cuts));
    }
    line(text, "acknowledged", String.format(Locale.ROOT, "%,d writes", acknowledged));
    line(text, "retried", retried.isEmpty() ? "never" : retried.toString());
    if (failedStarts > 0) {
      line(text, "failed starts", Integer.toString(failedStarts));
    }
    line(text, "lost", Long.toString(findings.lost()));
    line(text, "duplicated", Long.toString(findings.doubled()));
    line(text, "out of order", Long.toString(findings.outOfOrder()));
    line(text, "audit chain", findings.chainOk() ? "intact" : "BROKEN");
    line(text, "seed", Long.toString(settings.seed()));
    line(text, "took", took.toSeconds() + " s");
    findings.texts().forEach(each -> text.append("WRONG: ").append(each).append('\n'));
    problems.forEach(each -> text.append("WRONG: ").append(each).append('\n'));
    return text.toString();
  }

  /** For programs, one line. */
  public String json() {
    return String.format(
        Locale.ROOT,
        "{\"kills\": %d, \"acknowledged\": %d, \"lost\": %d, \"doubled\": %d, \"out_of_order\": %d,"
            + " \"chain_ok\": %b, \"store\": \"%s\", \"kafka\": %b, \"nodes\": %d,"
            + " \"cuts\": %d,"
            + " \"problems\": %d, \"seed\": %d, \"seconds\": %.1f}",
        kills,
        acknowledged,
        findings.lost(),
        findings.doubled(),
        findings.outOfOrder(),
        findings.chainOk(),
        settings.engine().name().toLowerCase(Locale.ROOT),
        !settings.kafka().isEmpty(),
        settings.nodes(),
        cuts,
        problems.size(),
        settings.seed(),
        took.toMillis() / 1e3);
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "  %-14s %s%n", name, value));
  }
}
