package io.crossdock.runtime.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The line of each part of a document, the text written there, and which texts are secret. */
final class SourceMap {

  private final Map<String, Integer> lines = new HashMap<>();
  private final Map<String, String> written = new HashMap<>();
  private final Map<String, String> hidden = new HashMap<>();

  /** Notes the line of a part. */
  void line(String path, int line) {
    lines.put(path, line);
  }

  /** Notes the text of a part as it stands in the file. */
  void written(String path, String text) {
    written.put(path, text);
  }

  /** Notes that a part is secret, and what is shown in its place. */
  void hide(String path, String shownInstead) {
    hidden.put(path, shownInstead);
  }

  /** What is shown in the place of a secret; empty for what is no secret. */
  Optional<String> hidden(String path) {
    return Optional.ofNullable(hidden.get(path));
  }

  /** What stands at a path, as it may be shown; empty when nothing was written there. */
  Optional<String> shown(String path) {
    return hidden(path).or(() -> Optional.ofNullable(written.get(path)));
  }

  /** Whether the file says anything at a path. */
  boolean has(String path) {
    return lines.containsKey(path);
  }

  /** The line of a part or of the nearest part around it; 0 when there is none. */
  int lineOf(String path) {
    for (String known = path; !known.isEmpty(); known = around(known)) {
      Integer line = lines.get(known);
      if (line != null) {
        return line;
      }
    }
    return 0;
  }

  private static String around(String path) {
    int end = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
    return end < 0 ? "" : path.substring(0, end);
  }
}
