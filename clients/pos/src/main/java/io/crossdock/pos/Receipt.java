package io.crossdock.pos;

import io.crossdock.terminal.Printable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Named figures below each other, the figures flush right. */
final class Receipt {

  private record Line(String name, String figure, String unit) {}

  private final List<Line> lines = new ArrayList<>();

  /**
   * Adds a figure.
   *
   * @param figure number and unit with a blank between them. Example: {@code 12,480 points}
   */
  Receipt add(String name, String figure) {
    int blank = figure.indexOf(' ');
    lines.add(
        blank < 0
            ? new Line(name, figure, "")
            : new Line(name, figure.substring(0, blank), figure.substring(blank)));
    return this;
  }

  void print(PrintWriter out) {
    int names = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
    int figures = lines.stream().mapToInt(line -> line.figure().length()).max().orElse(0);
    for (Line line : lines) {
      String name = line.name() + " ".repeat(names - line.name().length());
      String figure = " ".repeat(figures - line.figure().length()) + line.figure();
      out.println(Printable.line("  " + name + "  " + figure + line.unit()));
    }
  }
}
