package io.crossdock.ledger.part;

import io.crossdock.ledger.consumer.Consumer;
import io.grpc.BindableService;
import io.grpc.ServiceDescriptor;
import java.util.List;

/**
 * A part of a hub that stands on the ledger: services and consumers of events, written in Java.
 *
 * <p>The hub calls {@link #services} once, before its port opens, and {@link #consumers} once,
 * after it has opened, both as soon as the ledger is open: a ledger that is out for now delays
 * them. Both are skipped when the hub has no ledger.
 */
public interface HubPart {

  /** The services that {@link #services} returns; their routes may be local. */
  List<ServiceDescriptor> serviceDescriptors();

  /**
   * The services. Calls reach them through the gateway's pipeline, on virtual threads, so they may
   * block.
   */
  List<BindableService> services(PartContext context);

  /** The consumers of events. */
  List<Consumer> consumers(PartContext context);
}
