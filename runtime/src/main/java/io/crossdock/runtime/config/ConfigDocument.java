package io.crossdock.runtime.config;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A configuration file that was read, with the mistakes found so far. Not for several threads.
 *
 * @param <M> the message that it holds
 */
public final class ConfigDocument<M extends Message> {

  private final String file;
  private final M value;
  private final Places places;
  private final List<Mistake> mistakes = new ArrayList<>();

  ConfigDocument(String file, M value, Places places, List<Mistake> mistakes) {
    this.file = file;
    this.value = value;
    this.places = places;
    this.mistakes.addAll(mistakes);
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
    mistakes.add(
        new Mistake(
            file, places.lineOf(path), path, places.hidden(path).orElse(found), expectation));
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

  /**
   * The configuration as YAML, secrets left out: a text that came from a reference shows the
   * reference, and a field of class SENSITIVE shows {@code ***}.
   */
  public String render() {
    return YamlWriter.write(value, (path, _) -> places.hidden(path));
  }
}
