package io.crossdock.bench.ledger;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What was measured: lines for people at once, a line of JSON at the end. */
final class ResultTable {

  private final Map<String, List<Double>> figures = new LinkedHashMap<>();

  /** A line for people. */
  @FormatMethod
  @SuppressWarnings("SystemOut") // the report
  void tell(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }

  /** Notes a figure of a round. */
  void note(String name, double value) {
    figures.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
  }

  /** The median of the rounds. */
  double median(String name) {
    List<Double> sorted = figures.getOrDefault(name, List.of()).stream().sorted().toList();
    if (sorted.isEmpty()) {
      throw new IllegalStateException("never measured: " + name);
    }
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** All medians. */
  String json() {
    return figures.keySet().stream()
        .map(name -> String.format(Locale.ROOT, "\"%s\":%.3f", name, median(name)))
        .collect(Collectors.joining(",", "{", "}"));
  }
}
