package io.crossdock.runtime.ops;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/** What a process needs to be ready, each under a name. Safe for any thread. */
public final class HealthChecks {

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

  /** Adds a check; it must answer at once. */
  public void register(String name, Supplier<State> check) {
    checks.put(name, check);
  }

  /** How every part is, by name. */
  Map<String, State> states() {
    Map<String, State> states = new ConcurrentSkipListMap<>();
    checks.forEach((name, check) -> states.put(name, check.get()));
    return states;
  }
}
