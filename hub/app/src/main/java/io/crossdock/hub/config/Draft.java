package io.crossdock.hub.config;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.runtime.config.ConfigDocument;

/**
 * A configuration that is being checked.
 *
 * @param document what was read; takes the errors
 * @param contracts those of the build and those that the configuration adds
 * @param catalogue the events of those contracts
 */
record Draft(ConfigDocument<HubConfig> document, ContractSet contracts, EventCatalogue catalogue) {

  HubConfig config() {
    return document.value();
  }

  void error(String path, String found, String expectation) {
    document.error(path, found, expectation);
  }
}
