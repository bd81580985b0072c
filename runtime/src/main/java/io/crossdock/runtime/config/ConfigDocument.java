package io.crossdock.runtime.config;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A configuration file that was read, with the errors found so far. Not for several threads.
 *
 * @param <M> the message that it holds
 */
public final class ConfigDocument<M extends Message> {

  private final String file;
  private final M value;
  private final SourceMap source;
  private final List<ConfigError> errors = new ArrayList<>();

  ConfigDocument(String file, M value, SourceMap source, List<ConfigError> errors) {
    this.file = file;
    this.value = value;
    this.source = source;
    this.errors.addAll(errors);
  }

  /** What was read; only as good as the file while there are errors. */
  public M value() {
    return value;
  }

  /**
   * Adds an error.
   *
   * @param path where, for example {@code routes[1].connector}
   * @param found what the file says
   * @param expectation what was expected
   */
  public void error(String path, String found, String expectation) {
    errors.add(
        new ConfigError(
            file, source.lineOf(path), path, source.hidden(path).orElse(found), expectation));
  }

  /** The errors so far, in the order of the file. */
  public List<ConfigError> errors() {
    return errors.stream().sorted(Comparator.comparingInt(ConfigError::line)).toList();
  }

  /**
   * What was read.
   *
   * @throws ConfigException when there are errors
   */
  public M orThrow() throws ConfigException {
    if (!errors.isEmpty()) {
      throw new ConfigException(errors());
    }
    return value;
  }

  /**
   * The configuration as YAML, secrets left out: a text that came from a reference shows the
   * reference, and a field of class SENSITIVE shows {@code ***}.
   */
  public String render() {
    return YamlWriter.write(value, (path, _) -> source.hidden(path));
  }
}
