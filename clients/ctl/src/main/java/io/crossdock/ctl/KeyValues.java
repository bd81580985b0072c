package io.crossdock.ctl;

import io.crossdock.terminal.Printable;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names and their values, one a line, the values flush with each other. */
final class KeyValues {

  private final Map<String, String> values = new LinkedHashMap<>();

  KeyValues add(String name, String value) {
    values.put(name, Printable.line(value));
    return this;
  }

  void print(PrintWriter out) {
    int width = values.keySet().stream().mapToInt(String::length).max().orElse(0);
    values.forEach((name, value) ->
        out.println((name + " ".repeat(width - name.length()) + "  " + value).stripTrailing()));
  }
}
