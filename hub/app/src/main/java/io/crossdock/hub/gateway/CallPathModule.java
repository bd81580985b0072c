package io.crossdock.hub.gateway;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.UnknownFields;
import io.crossdock.gateway.cache.CachePolicy;
import io.crossdock.gateway.cache.SingleFlight;
import io.crossdock.gateway.freshness.FreshnessDecorator;
import io.crossdock.gateway.pipeline.DeadlinePolicy;
import io.crossdock.gateway.server.CallPath;
import io.crossdock.gateway.server.DataPlane;
import io.crossdock.gateway.telemetry.CallLogPolicy;
import io.crossdock.gateway.telemetry.MetricsPolicy;
import io.crossdock.gateway.telemetry.TracePolicy;
import io.crossdock.gateway.validation.ValidationPolicy;
import java.util.List;

/** What a hub's calls meet. The one place where the order is written down. */
public final class CallPathModule extends AbstractModule {

  @Provides
  @Singleton
  CallPath path(HubConfig config, DataPlane plane) {
    return of(config, plane);
  }

  /**
   * The path of a hub's calls.
   *
   * <p>Reserved for what comes. Policies: protection of the hub, authentication, authorisation and
   * quotas behind the deadline; idempotency before the cache. Decorators: degraded answers, shadow,
   * retry and hedging, breaker, backend admission between single flight and freshness.
   */
  public static CallPath of(HubConfig config, DataPlane plane) {
    boolean refuseUnknownFields =
        config.getLimits().getUnknownRequestFields() != UnknownFields.UNKNOWN_FIELDS_FORWARD;
    return new CallPath(
        List.of(
            new TracePolicy(plane.telemetry()),
            new MetricsPolicy(plane.telemetry()),
            new CallLogPolicy(),
            new DeadlinePolicy(),
            new CachePolicy(plane.cache()),
            new ValidationPolicy(refuseUnknownFields)),
        List.of(new SingleFlight(plane.cache()), new FreshnessDecorator()));
  }
}
