package io.crossdock.hub.ledger;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.hub.feature.FeatureHealth;
import io.crossdock.hub.feature.FeatureServices;
import io.crossdock.ledger.assembly.HubLedger;
import io.crossdock.ledger.consumer.LaneHealth;
import io.crossdock.runtime.ops.HealthChecks.State;
import java.util.function.Predicate;

/** The ledger and the parts that stand on it; nothing when the configuration has no ledger. */
public final class LedgerModule extends AbstractModule {

  private final LedgerSlot slot;
  private final LedgerOpening opening;

  /**
   * @param opening of the ledger that {@code slot} holds
   */
  public LedgerModule(LedgerSlot slot, LedgerOpening opening) {
    this.slot = slot;
    this.opening = opening;
  }

  @Override
  protected void configure() {
    bind(LedgerSlot.class).toInstance(slot);
  }

  @ProvidesIntoSet
  FeatureServices services() {
    return plane -> opening.services(plane.innerChannel());
  }

  @ProvidesIntoSet
  FeatureHealth health(HubConfig config) {
    return health -> {
      if (config.hasLedger()) {
        // Reads and what the cache has go on without it.
        health.register(
            "ledger",
            () ->
                state(ledger -> ledger.store().isWritable() && ledger.watch().trouble().isEmpty()));
        // Calls go on while events wait.
        health.register(
            "events",
            () ->
                state(ledger -> ledger.consumers().health().stream().allMatch(LaneHealth::works)));
        // Nothing is lost, but somebody may not know that nobody reads, or how late it is.
        health.register(
            "consumers", () -> state(ledger -> ledger.consumerWatch().unattended().isEmpty()));
        health.register("lag", () -> state(ledger -> !ledger.consumerWatch().isFarBehind()));
      }
    };
  }

  private State state(Predicate<HubLedger> works) {
    return slot.ledger().filter(works).isPresent() ? State.UP : State.DEGRADED;
  }
}
