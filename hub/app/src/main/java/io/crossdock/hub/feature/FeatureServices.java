package io.crossdock.hub.feature;

import io.crossdock.gateway.server.Gateway;
import io.grpc.BindableService;
import java.util.List;

/** The services that a feature serves inside the hub, called through the pipeline. */
@FunctionalInterface
public interface FeatureServices {

  /**
   * Makes the services, once, while the gateway is built.
   *
   * @param gateway to report on, and to call other services through once the hub is ready
   */
  List<BindableService> services(Gateway gateway);
}
