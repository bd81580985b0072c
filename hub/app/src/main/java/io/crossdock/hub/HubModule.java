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
import io.crossdock.ledger.assembly.HubLedger;
import io.crossdock.ledger.consumer.LaneHealth;
import io.crossdock.ledger.part.HubPart;
import io.crossdock.ledger.part.PartContext;
import io.crossdock.runtime.ops.HealthChecks;
import io.crossdock.runtime.telemetry.Telemetry;
import io.grpc.BindableService;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the hub's parts hang together. */
final class HubModule extends AbstractModule {

  private final HubSettings settings;
  private final Telemetry telemetry;
  private final @Nullable HubLedger ledger;
  private final List<HubPart> parts;

  /**
   * @param ledger null when the configuration has none; the parts then have no services
   */
  HubModule(
      HubSettings settings, Telemetry telemetry, @Nullable HubLedger ledger, List<HubPart> parts) {
    this.settings = settings;
    this.telemetry = telemetry;
    this.ledger = ledger;
    this.parts = List.copyOf(parts);
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
        gateway -> {
          List<BindableService> services = new ArrayList<>();
          services.add(
              new OpsEndpoint(
                  gateway, config.getRoutesList(), ledger == null ? null : ledger.audit(), clock));
          if (ledger != null) {
            services.addAll(ledger.services());
            parts.forEach(part ->
                services.addAll(part.services(new PartContext(ledger, gateway.innerChannel()))));
          }
          return services;
        });
  }

  @Provides
  @Singleton
  HealthChecks health(Gateway gateway) {
    HealthChecks health = new HealthChecks();
    if (ledger != null) {
      // Reads and what the cache has go on without it.
      health.register(
          "ledger",
          () -> ledger.store().isWritable() ? HealthChecks.State.UP : HealthChecks.State.DEGRADED);
      // Calls go on while events wait.
      health.register(
          "events",
          () ->
              ledger.consumers().health().stream().allMatch(LaneHealth::works)
                  ? HealthChecks.State.UP
                  : HealthChecks.State.DEGRADED);
    }
    for (Connector connector : gateway.connectors().all()) {
      // Other connectors' services work on, so the hub stays ready.
      health.register(
          "connector-" + connector.name(),
          () -> connector.isReady() ? HealthChecks.State.UP : HealthChecks.State.DEGRADED);
    }
    return health;
  }
}
