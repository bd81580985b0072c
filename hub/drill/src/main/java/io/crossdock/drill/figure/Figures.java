package io.crossdock.drill.figure;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Measures figures, one after the other. */
public final class Figures {

  private static final List<Figure> ALL =
      List.of(
          new OutageFigure(),
          new StopFigure(),
          new OwnEventFigure(),
          new BusyLaneFigure(),
          new BacklogFigure());

  private Figures() {}

  /**
   * Measures.
   *
   * @param wanted which figures, by their names
   * @param progress receives the name of each before it is measured
   * @return values by their keys
   * @throws IOException when one cannot be measured
   */
  public static Map<String, Number> measure(
      Lab lab, Predicate<String> wanted, Consumer<String> progress)
      throws IOException, InterruptedException {
    Files.createDirectories(lab.directory());
    Map<String, Number> values = new LinkedHashMap<>();
    for (Figure figure : ALL) {
      if (!wanted.test(figure.name())) {
        continue;
      }
      progress.accept(figure.name());
      try {
        values.putAll(figure.measure(lab));
      } catch (IOException | InterruptedException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(figure.name() + ": " + e.getMessage(), e);
      }
    }
    if (values.isEmpty()) {
      throw new IOException("no figure has such a name");
    }
    return values;
  }

  /** For programs, one line. */
  public static String json(Map<String, Number> values) {
    return values.entrySet().stream()
        .map(each -> "\"" + each.getKey() + "\": " + number(each.getValue()))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  /** For people. */
  public static String table(Map<String, Number> values) {
    return values.entrySet().stream()
        .map(each ->
            String.format(Locale.ROOT, "  %-32s %16s%n", each.getKey(), number(each.getValue())))
        .collect(Collectors.joining());
  }

  private static String number(Number value) {
    return value instanceof Double
        ? String.format(Locale.ROOT, "%.2f", value.doubleValue())
        : value.toString();
  }
}
