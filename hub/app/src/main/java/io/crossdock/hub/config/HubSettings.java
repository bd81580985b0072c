package io.crossdock.hub.config;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.runtime.config.ConfigDocument;
import io.crossdock.runtime.config.ConfigException;
import io.crossdock.runtime.config.ConfigLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A hub's configuration whose parts fit, and the contracts that it speaks of.
 *
 * @param config the configuration
 * @param contracts those of the build and those that the configuration adds
 * @param catalogue the events of those contracts
 * @param effective the configuration as YAML, secrets left out
 */
public record HubSettings(
    HubConfig config, ContractSet contracts, EventCatalogue catalogue, String effective) {

  /**
   * Reads a hub's configuration.
   *
   * @param localServices full names of the services inside any hub
   * @param ledgerServices full names of those inside a hub with a ledger
   * @throws ConfigException when anything is wrong; it lists everything that is
   */
  public static HubSettings read(Path file, Set<String> localServices, Set<String> ledgerServices)
      throws ConfigException {
    ConfigDocument<HubConfig> document = ConfigLoader.read(file, HubConfig.getDefaultInstance());
    ContractSet contracts = ContractFiles.load(document, file);
    EventCatalogue catalogue = ContractFiles.catalogue(document, contracts);
    Draft draft = new Draft(document, contracts, catalogue);
    List.of(
            new ListenerCheck(),
            new LimitsCheck(),
            new CacheCheck(Runtime.getRuntime().maxMemory()),
            new ConnectorCheck(),
            new RouteCheck(localServices, ledgerServices),
            new LedgerCheck(),
            new ConsumerCheck())
        .forEach(check -> check.check(draft));
    return new HubSettings(document.orThrow(), contracts, catalogue, document.render());
  }
}
