package io.crossdock.drill.node;

import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.consumer.RetryPolicy;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.part.HubPart;
import io.crossdock.ledger.part.PartContext;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.grpc.BindableService;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The drill's part of a hub. */
final class DrillPart implements HubPart {

  private static final int MAX_IN_FLIGHT = 16;

  private final Path witness;

  /**
   * @param witness file to which every delivery is added
   */
  DrillPart(Path witness) {
    this.witness = witness;
  }

  @Override
  public List<ServiceDescriptor> serviceDescriptors() {
    return List.of(LoyaltyServiceGrpc.getServiceDescriptor());
  }

  @Override
  public List<BindableService> services(PartContext context) {
    return List.of(new OfflineRedemptions(context.ledger()));
  }

  @Override
  public List<Consumer> consumers(PartContext context) {
    Effects.prepare(context.ledger().store());
    try {
      return List.of(
          consumer("drill", new Effects()), consumer("drill-witness", new Witness(witness)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Consumer consumer(String name, Effect effect) {
    return new Consumer(
        name,
        Set.of(),
        Set.copyOf(EventLog.LANES),
        Position.START,
        effect,
        RetryPolicy.USUAL,
        MAX_IN_FLIGHT);
  }
}
