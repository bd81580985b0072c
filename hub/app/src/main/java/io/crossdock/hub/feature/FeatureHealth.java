package io.crossdock.hub.feature;

import io.crossdock.runtime.ops.HealthChecks;

/** The health checks of a feature. */
@FunctionalInterface
public interface FeatureHealth {

  /** Registers the checks, once, before the operators' port opens. */
  void register(HealthChecks health);
}
