package io.crossdock.runtime.config;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A configuration file that was read, with the mistakes found so far. Not for several threads.
 *
 * @param <M> the message that it holds
 */
public final class ConfigDocument<M extends Message> {

  private final String file;
  private final M value;
  private final Map<String, Integer> lines;
  private final Set<String> secrets;
  private final List<Mistake> mistakes = new ArrayList<>();

  ConfigDocument(String file, M value, Map<String, Integer> lines, List<String> secrets) {
    this.file = file;
    this.value = value;
    this.lines = Map.copyOf(lines);
    this.secrets = new LinkedHashSet<>(secrets);
  }

  /** What was read; only as good as the file while there are mistakes. */
  public M value() {
    return value;
  }

  /**
   * Adds a mistake.
   *
   * @param path where, for example {@code routes[1].connector}
   * @param found what stands there
   * @param expectation what was expected
   */
  public void mistake(String path, String found, String expectation) {
    mistakes.add(new Mistake(file, lineOf(path), path, shown(path, found), expectation));
  }

  /** The mistakes so far, in the order of the file. */
  public List<Mistake> mistakes() {
    return mistakes.stream().sorted(Comparator.comparingInt(Mistake::line)).toList();
  }

  /**
   * What was read.
   *
   * @throws ConfigException when there are mistakes
   */
  public M orThrow() throws ConfigException {
    if (!mistakes.isEmpty()) {
      throw new ConfigException(mistakes());
    }
    return value;
  }

  /** The configuration as it takes effect, as YAML, secrets left out. */
  public String render() {
    return YamlWriter.write(value, secrets);
  }

  /** Whether a mistake is known at a path, below it or above it. */
  boolean isDoubtful(String path) {
    return mistakes.stream()
        .map(Mistake::path)
        .anyMatch(known -> covers(known, path) || covers(path, known));
  }

  private static boolean covers(String outer, String inner) {
    return inner.equals(outer)
        || outer.isEmpty()
        || (inner.startsWith(outer) && ".[".indexOf(inner.charAt(outer.length())) >= 0);
  }

  private String shown(String path, String found) {
    return secrets.contains(path) ? "***" : found;
  }

  private int lineOf(String path) {
    String known = path;
    while (!known.isEmpty()) {
      Integer line = lines.get(known);
      if (line != null) {
        return line;
      }
      known =
          known.substring(0, Math.max(known.lastIndexOf('.'), Math.max(0, known.lastIndexOf('['))));
    }
    return 0;
  }
}
