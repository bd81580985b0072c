package io.crossdock.runtime.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used. The message tells every mistake, one on each line. */
public final class ConfigException extends Exception {

  private static final long serialVersionUID = 1;

  private final transient List<Mistake> mistakes;

  /**
   * @param mistakes at least one
   */
  public ConfigException(List<Mistake> mistakes) {
    super(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n")));
    this.mistakes = List.copyOf(mistakes);
  }

  /** Everything that is wrong, in the order of the file. */
  public List<Mistake> mistakes() {
    return mistakes;
  }
}
