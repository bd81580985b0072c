package io.crossdock.runtime.config;

/**
 * One thing that is wrong in a configuration file.
 *
 * @param file the file as it was named
 * @param line line in the file, from 1; 0 when it concerns the whole file
 * @param path where in the configuration, for example {@code routes[1].service}; empty for the
 *     whole
 * @param value what stands there; empty when nothing does or it must not be shown
 * @param expectation what was expected
 */
public record Mistake(String file, int line, String path, String value, String expectation) {

  /** The mistake on one line, {@code hub.yaml:12: listen.port: 99999 (expected: ...)}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file);
    if (line > 0) {
      text.append(':').append(line);
    }
    text.append(": ");
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    if (!value.isEmpty()) {
      text.append(value).append(' ');
    }
    return text.append("(expected: ").append(expectation).append(')').toString();
  }
}
