package io.crossdock.hub.ledger;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.crossdock.hub.feature.FeatureHealth;
import io.crossdock.hub.feature.FeatureServices;
import io.crossdock.ledger.assembly.HubLedger;
import io.crossdock.ledger.consumer.LaneHealth;
import io.crossdock.ledger.part.HubPart;
import io.crossdock.ledger.part.PartContext;
import io.crossdock.runtime.ops.HealthChecks.State;
import io.grpc.BindableService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ledger and the parts that stand on it; nothing when the configuration has no ledger. */
public final class LedgerModule extends AbstractModule {

  private final @Nullable HubLedger ledger;
  private final List<HubPart> parts;

  /**
   * @param ledger that is open; null when the configuration has none
   */
  public LedgerModule(@Nullable HubLedger ledger, List<HubPart> parts) {
    this.ledger = ledger;
    this.parts = List.copyOf(parts);
  }

  @Override
  protected void configure() {
    Multibinder<HubPart> hubParts = Multibinder.newSetBinder(binder(), HubPart.class);
    parts.forEach(part -> hubParts.addBinding().toInstance(part));
  }

  @Provides
  @Singleton
  Optional<HubLedger> ledger() {
    return Optional.ofNullable(ledger);
  }

  @ProvidesIntoSet
  FeatureServices services(Optional<HubLedger> open, Set<HubPart> hubParts) {
    return gateway -> {
      List<BindableService> services = new ArrayList<>();
      open.ifPresent(opened -> {
        services.addAll(opened.services());
        PartContext context = new PartContext(opened, gateway.innerChannel());
        hubParts.forEach(part -> services.addAll(part.services(context)));
      });
      return services;
    };
  }

  @ProvidesIntoSet
  FeatureHealth health(Optional<HubLedger> open) {
    return health ->
        open.ifPresent(opened -> {
          // Reads and what the cache has go on without it.
          health.register(
              "ledger", () -> opened.store().isWritable() ? State.UP : State.DEGRADED);
          // Calls go on while events wait.
          health.register(
              "events",
              () ->
                  opened.consumers().health().stream().allMatch(LaneHealth::works)
                      ? State.UP
                      : State.DEGRADED);
        });
  }
}
