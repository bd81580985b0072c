package io.crossdock.hub;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.gateway.connector.Connector;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.server.Gateway;
import io.crossdock.hub.config.HubSettings;
import io.crossdock.hub.ops.OpsEndpoint;
import io.crossdock.runtime.ops.HealthChecks;
import io.crossdock.runtime.telemetry.Telemetry;
import java.time.Clock;
import java.util.List;

/** How the hub's parts hang together. */
final class HubModule extends AbstractModule {

  private final HubSettings settings;
  private final Telemetry telemetry;

  HubModule(HubSettings settings, Telemetry telemetry) {
    this.settings = settings;
    this.telemetry = telemetry;
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    binder().requireExactBindingAnnotations();
    binder().disableCircularProxies();
    bind(HubConfig.class).toInstance(settings.config());
    bind(ContractSet.class).toInstance(settings.contracts());
    bind(Telemetry.class).toInstance(telemetry);
    bind(Clock.class).toInstance(Clock.systemUTC());
  }

  @Provides
  @Singleton
  Gateway gateway(HubConfig config, ContractSet contracts, Clock clock) {
    return new Gateway(
        config,
        contracts,
        telemetry.openTelemetry(),
        gateway -> List.of(new OpsEndpoint(gateway, config.getRoutesList(), clock)));
  }

  @Provides
  @Singleton
  HealthChecks health(Gateway gateway) {
    HealthChecks health = new HealthChecks();
    for (Connector connector : gateway.connectors().all()) {
      // Other connectors' services work on, so the hub stays ready.
      health.register(
          "connector-" + connector.name(),
          () -> connector.isReady() ? HealthChecks.State.UP : HealthChecks.State.DEGRADED);
    }
    return health;
  }
}
