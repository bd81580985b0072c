package io.crossdock.hub;

import com.google.inject.AbstractModule;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.hub.config.HubSettings;
import io.crossdock.runtime.telemetry.Telemetry;
import java.time.Clock;

/** What every feature may ask for. */
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
}
