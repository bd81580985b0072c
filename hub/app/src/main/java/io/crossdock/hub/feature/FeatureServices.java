package io.crossdock.hub.feature;

import io.crossdock.gateway.server.DataPlane;
import io.grpc.BindableService;
import java.util.List;

/** The services that a feature serves inside the hub, called through the pipeline. */
@FunctionalInterface
public interface FeatureServices {

  /**
   * Makes the services, once, before the gateway is built.
   *
   * @param plane to report on, and to call other services through once the hub is ready
   */
  List<BindableService> services(DataPlane plane);
}
