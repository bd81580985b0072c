package io.crossdock.gateway.server;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.gateway.cache.CachePolicy;
import io.crossdock.gateway.cache.SingleFlight;
import io.crossdock.gateway.freshness.FreshnessDecorator;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.pipeline.DeadlinePolicy;
import io.crossdock.gateway.telemetry.CallLogPolicy;
import io.crossdock.gateway.telemetry.MetricsPolicy;
import io.crossdock.gateway.telemetry.TracePolicy;
import io.crossdock.gateway.validation.ValidationPolicy;
import io.grpc.BindableService;
import io.opentelemetry.api.OpenTelemetry;
import java.util.List;
import java.util.function.Function;

/** A gateway whose calls meet what this module has; which path a hub's calls take, the app says. */
final class TestGateway {

  private TestGateway() {}

  static Gateway create(
      HubConfig config,
      ContractSet contracts,
      OpenTelemetry telemetry,
      Function<DataPlane, List<BindableService>> locals) {
    DataPlane plane = DataPlane.of(config, contracts, telemetry);
    CallPath path =
        new CallPath(
            List.of(
                new TracePolicy(telemetry),
                new MetricsPolicy(telemetry),
                new CallLogPolicy(),
                new DeadlinePolicy(),
                new CachePolicy(plane.cache()),
                new ValidationPolicy(true)),
            List.of(new SingleFlight(plane.cache()), new FreshnessDecorator()));
    return new Gateway(plane, path, locals.apply(plane));
  }
}
