package io.crossdock.ctl;

import io.crossdock.terminal.Printable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Rows below a head line, each column as wide as its widest cell; numbers flush right. */
final class Table {

  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  Table(String... head) {
    rows.add(List.of(head));
  }

  Table row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          "cells: %d (expected: %d)".formatted(cells.length, rows.getFirst().size()));
    }
    rows.add(Stream.of(cells).map(Printable::line).toList());
    return this;
  }

  void print(PrintWriter out) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      int each = column;
      widths[column] = rows.stream().mapToInt(row -> row.get(each).length()).max().orElse(0);
      numeric[column] =
          rows.size() > 1 && rows.stream().skip(1).allMatch(row -> isNumber(row.get(each)));
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = row.get(column);
        String room = " ".repeat(widths[column] - cell.length());
        line.append(column == 0 ? "" : GAP).append(numeric[column] ? room + cell : cell + room);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private static boolean isNumber(String cell) {
    return cell.matches("[-0-9][0-9,.]*( .*)?|-");
  }
}
