package io.crossdock.gateway.server;

import io.crossdock.gateway.cache.CachePolicy;
import io.crossdock.gateway.cache.SingleFlight;
import io.crossdock.gateway.freshness.FreshnessDecorator;
import io.crossdock.gateway.pipeline.DeadlinePolicy;
import io.crossdock.gateway.pipeline.ExchangeDecorator;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.telemetry.CallLogPolicy;
import io.crossdock.gateway.telemetry.MetricsPolicy;
import io.crossdock.gateway.telemetry.TracePolicy;
import io.crossdock.gateway.validation.ValidationPolicy;
import java.util.List;

/**
 * Everything that a call meets between its caller and whoever serves it. The one place where the
 * order is written down.
 *
 * @param policies first to last; each decides before the exchange and learns after it
 * @param decorators of the exchange, outermost first
 */
public record CallPath(List<Policy> policies, List<ExchangeDecorator> decorators) {

  public CallPath {
    policies = List.copyOf(policies);
    decorators = List.copyOf(decorators);
  }

  /**
   * The path of a hub's calls.
   *
   * <p>Reserved for what comes. Policies: protection of the hub, authentication, authorisation and
   * quotas behind the deadline; idempotency before the cache. Decorators: degraded answers, shadow,
   * retry and hedging, breaker, backend admission between single flight and freshness.
   */
  public static CallPath standard(DataPlane plane) {
    return new CallPath(
        List.of(
            new TracePolicy(plane.telemetry()),
            new MetricsPolicy(plane.telemetry()),
            new CallLogPolicy(),
            new DeadlinePolicy(),
            new CachePolicy(plane.cache()),
            new ValidationPolicy(plane.settings().refuseUnknownFields())),
        List.of(new SingleFlight(plane.cache()), new FreshnessDecorator()));
  }
}
