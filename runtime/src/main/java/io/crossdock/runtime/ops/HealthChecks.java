package io.crossdock.runtime.ops;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process needs to be ready, each under a name. Safe for any thread. */
public final class HealthChecks {

  private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

  private final Map<String, Supplier<State>> checks = new ConcurrentSkipListMap<>();

  /** How a part is. */
  public enum State {
    /** Works. */
    UP,
    /** Does not work, and the process serves all the same. */
    DEGRADED,
    /** Does not work, and without it the process is not ready. */
    DOWN
  }

  /**
   * Adds a check, in the place of one of the same name; it must answer at once. A check that throws
   * counts as DOWN.
   *
   * @param name name that operators see: letters, digits and {@code . _ : / -}
   */
  public void register(String name, Supplier<State> check) {
    if (!name.matches("[A-Za-z0-9._:/-]+")) {
      throw new IllegalArgumentException(
          "name: " + name + " (expected: letters, digits and . _ : / -)");
    }
    checks.put(name, check);
  }

  /** How every part is, by name. */
  Map<String, State> states() {
    Map<String, State> states = new TreeMap<>();
    checks.forEach((name, check) -> states.put(name, state(name, check)));
    return states;
  }

  private static State state(String name, Supplier<State> check) {
    try {
      return check.get();
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("check", name).setCause(e).log("health check failed");
      return State.DOWN;
    }
  }
}
