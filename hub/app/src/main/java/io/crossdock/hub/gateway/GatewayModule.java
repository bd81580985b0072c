package io.crossdock.hub.gateway;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.gateway.connector.Connector;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.server.CallPath;
import io.crossdock.gateway.server.DataPlane;
import io.crossdock.gateway.server.Gateway;
import io.crossdock.hub.feature.FeatureHealth;
import io.crossdock.hub.feature.FeatureServices;
import io.crossdock.runtime.ops.HealthChecks.State;
import io.crossdock.runtime.telemetry.Telemetry;
import java.util.Set;

/** The gateway, which serves what the other features contribute. */
public final class GatewayModule extends AbstractModule {

  @Override
  protected void configure() {
    install(new CallPathModule());
    Multibinder.newSetBinder(binder(), FeatureServices.class);
    Multibinder.newSetBinder(binder(), FeatureHealth.class);
  }

  @Provides
  @Singleton
  DataPlane plane(HubConfig config, ContractSet contracts, Telemetry telemetry) {
    return DataPlane.of(config, contracts, telemetry.openTelemetry());
  }

  @Provides
  @Singleton
  Gateway gateway(DataPlane plane, CallPath path, Set<FeatureServices> features) {
    try {
      return new Gateway(
          plane, path, features.stream().flatMap(each -> each.services(plane).stream()).toList());
    } catch (RuntimeException e) {
      plane.close();
      throw e;
    }
  }

  @ProvidesIntoSet
  FeatureHealth connectors(Gateway gateway) {
    return health -> {
      for (Connector connector : gateway.connectors().all()) {
        // Other connectors' services work on, so the hub stays ready.
        health.register(
            "connector-" + connector.name(), () -> connector.isReady() ? State.UP : State.DEGRADED);
      }
    };
  }
}
