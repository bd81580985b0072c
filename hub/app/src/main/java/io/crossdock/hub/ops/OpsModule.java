package io.crossdock.hub.ops;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.hub.feature.FeatureHealth;
import io.crossdock.hub.feature.FeatureServices;
import io.crossdock.hub.ledger.LedgerSlot;
import io.crossdock.ledger.assembly.HubLedger;
import io.crossdock.runtime.ops.HealthChecks;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/** What operators ask the hub: {@code OpsService}, and the health of every feature. */
public final class OpsModule extends AbstractModule {

  @ProvidesIntoSet
  FeatureServices services(HubConfig config, LedgerSlot slot, Clock clock) {
    return plane ->
        List.of(
            new OpsEndpoint(
                plane, config.getRoutesList(), () -> slot.ledger().map(HubLedger::audit), clock));
  }

  @Provides
  @Singleton
  HealthChecks health(Set<FeatureHealth> features) {
    HealthChecks health = new HealthChecks();
    features.forEach(feature -> feature.register(health));
    return health;
  }
}
