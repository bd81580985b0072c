package io.crossdock.connector.conformance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.connector.backend.BackendJson;
import java.util.List;
import java.util.Locale;

/**
 * What the suite found.
 *
 * @param checks in the order they ran
 */
public record Report(String target, List<Check> checks) {

  private static final int WIDEST = 200;

  public Report {
    checks = List.copyOf(checks);
  }

  /** Whether nothing failed. */
  public boolean passed() {
    return count(Check.Result.FAIL) == 0;
  }

  /** What failed, one line each. */
  public List<String> failures() {
    return checks.stream()
        .filter(each -> each.result() == Check.Result.FAIL)
        .map(each -> each.method() + " " + each.name() + ": " + each.detail())
        .toList();
  }

  private long count(Check.Result result) {
    return checks.stream().filter(each -> each.result() == result).count();
  }

  /** The report for people: a table and a line with the sums. */
  String table() {
    int method = width("METHOD", checks.stream().map(Check::method).toList());
    int name = width("CHECK", checks.stream().map(Check::name).toList());
    StringBuilder table = new StringBuilder();
    String row = "%-" + method + "s  %-" + name + "s  %-6s  %s%n";
    table.append(String.format(Locale.ROOT, row, "METHOD", "CHECK", "RESULT", "DETAIL"));
    for (Check each : checks) {
      table.append(
          String.format(
              Locale.ROOT,
              row,
              each.method(),
              each.name(),
              each.result().name().toLowerCase(Locale.ROOT),
              printable(each.detail())));
    }
    return table
        .append(
            String.format(
                Locale.ROOT,
                "%d passed, %d failed, %d skipped%n",
                count(Check.Result.PASS),
                count(Check.Result.FAIL),
                count(Check.Result.SKIP)))
        .toString()
        .replace(" \n", "\n");
  }

  private static int width(String title, List<String> values) {
    return values.stream().mapToInt(String::length).reduce(title.length(), Math::max);
  }

  // Details quote a stranger's status messages.
  private static String printable(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", " ");
    return clean.length() > WIDEST ? clean.substring(0, WIDEST) + "…" : clean;
  }

  /** The report for programs. */
  ObjectNode json() {
    ObjectNode json = BackendJson.object();
    json.put("target", target);
    json.put("passed", count(Check.Result.PASS));
    json.put("failed", count(Check.Result.FAIL));
    json.put("skipped", count(Check.Result.SKIP));
    ArrayNode list = json.putArray("checks");
    for (Check each : checks) {
      list.addObject()
          .put("method", each.method())
          .put("check", each.name())
          .put("result", each.result().name().toLowerCase(Locale.ROOT))
          .put("detail", each.detail());
    }
    return json;
  }
}
