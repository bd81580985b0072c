package io.crossdock.ledger.part;

import io.crossdock.ledger.consumer.Consumer;
import io.grpc.BindableService;
import java.util.List;
import java.util.Set;

/**
 * A part of a hub that stands on the ledger: services and consumers of events, written in Java.
 *
 * <p>The hub calls {@link #services} once, before its port opens, and {@link #consumers} once,
 * after it has opened. Both are skipped when the hub has no ledger.
 */
public interface HubPart {

  /** Full names of the services that {@link #services} returns; routes may then be local. */
  Set<String> serviceNames();

  /**
   * The services. Calls reach them through the gateway's pipeline, on virtual threads, so they may
   * block.
   */
  List<BindableService> services(PartContext context);

  /** The consumers of events. */
  List<Consumer> consumers(PartContext context);
}
