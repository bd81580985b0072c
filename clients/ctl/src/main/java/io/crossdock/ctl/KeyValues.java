package io.crossdock.ctl;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names and their values, one a line, the values flush with each other. */
final class KeyValues {

  private final Map<String, String> facts = new LinkedHashMap<>();

  KeyValues add(String name, String value) {
    facts.put(name, value);
    return this;
  }

  void print(PrintWriter out) {
    int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
    facts.forEach((name, value) ->
        out.println((name + " ".repeat(width - name.length()) + "  " + value).stripTrailing()));
  }
}
