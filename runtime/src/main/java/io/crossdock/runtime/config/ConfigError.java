package io.crossdock.runtime.config;

/**
 * One thing that is wrong in a configuration file.
 *
 * @param file the file as it was named
 * @param line line in the file, from 1; 0 when it concerns the whole file
 * @param path where in the configuration, for example {@code routes[1].service}; empty for the
 *     whole
 * @param value what the file says there; empty when it must not be shown
 * @param expectation what was expected
 */
public record ConfigError(String file, int line, String path, String value, String expectation) {

  private static final int SHOWN = 200;

  /** Passwords in {@code value} are left out. */
  public ConfigError {
    value = Redaction.withoutPasswords(value);
  }

  /** The error on one line, {@code hub.yaml:12: listen.port: 99999 (expected: 0..65535)}. */
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
      text.append(shortened(value)).append(' ');
    }
    return text.append("(expected: ").append(onOneLine(expectation)).append(')').toString();
  }

  private static String shortened(String value) {
    String line = onOneLine(value);
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
  }

  private static String onOneLine(String text) {
    return text.strip().replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?");
  }
}
