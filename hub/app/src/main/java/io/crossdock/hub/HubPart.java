package io.crossdock.hub;

import io.crossdock.gateway.server.Gateway;
import io.crossdock.hub.ledger.HubLedger;
import io.crossdock.ledger.consumer.Consumer;
import io.grpc.BindableService;
import java.util.List;
import java.util.Set;

/** Something written in Java that a hub does besides, on its ledger. */
public interface HubPart {

  /** Full names of the services that {@link #services} makes; routes may then be local. */
  Set<String> serviceNames();

  /**
   * Makes its services; they are reached through the pipeline and may block.
   *
   * @param gateway to call other services through, once the hub is ready
   */
  List<BindableService> services(HubLedger ledger, Gateway gateway);

  /** Makes its consumers of events, which begin when the hub is ready. */
  List<Consumer> consumers(HubLedger ledger, Gateway gateway);
}
