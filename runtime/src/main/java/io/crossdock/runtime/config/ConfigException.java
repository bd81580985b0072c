package io.crossdock.runtime.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used. The message lists every error, one per line. */
public final class ConfigException extends Exception {

  private static final long serialVersionUID = 1;

  private final transient List<ConfigError> errors;

  /**
   * @param errors at least one
   */
  public ConfigException(List<ConfigError> errors) {
    super(errors.stream().map(ConfigError::toString).collect(Collectors.joining("\n")));
    this.errors = List.copyOf(errors);
  }

  /** Everything that is wrong, in the order of the file. */
  public List<ConfigError> errors() {
    return errors;
  }
}
