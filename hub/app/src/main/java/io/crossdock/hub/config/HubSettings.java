package io.crossdock.hub.config;

import io.crossdock.config.v1.ConnectorTarget;
import io.crossdock.config.v1.EventConsumer;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.Listener;
import io.crossdock.config.v1.Route;
import io.crossdock.config.v1.RouteRule;
import io.crossdock.event.v1.EventSinkServiceGrpc;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.routing.RouteCondition;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventType;
import io.crossdock.runtime.config.ConfigDocument;
import io.crossdock.runtime.config.ConfigException;
import io.crossdock.runtime.config.ConfigLoader;
import io.crossdock.runtime.config.Suggestion;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
   * @throws ConfigException when anything is wrong; it tells everything that is
   */
  public static HubSettings read(Path file, Set<String> localServices, Set<String> ledgerServices)
      throws ConfigException {
    ConfigDocument<HubConfig> document = ConfigLoader.read(file, HubConfig.getDefaultInstance());
    ContractSet contracts = ContractSet.ofBuild();
    Check check = new Check(document, contracts, localServices, ledgerServices);
    check.listeners();
    check.contracts(file);
    check.connectors();
    check.routes();
    EventCatalogue catalogue = check.consumers();
    return new HubSettings(document.orThrow(), contracts, catalogue, document.render());
  }

  private record Check(
      ConfigDocument<HubConfig> document,
      ContractSet contracts,
      Set<String> localServices,
      Set<String> ledgerServices) {

    void listeners() {
      listener("listen", document.value().getListen());
      listener("ops", document.value().getOps());
    }

    private void listener(String path, Listener listener) {
      if (listener.getHost().isEmpty()) {
        return;
      }
      String expectation = "a loopback address, because the connection is not encrypted";
      try {
        if (!InetAddress.getByName(listener.getHost()).isLoopbackAddress()) {
          document.mistake(path + ".host", listener.getHost(), expectation);
        }
      } catch (UnknownHostException e) {
        document.mistake(path + ".host", listener.getHost(), expectation);
      }
    }

    void contracts(Path file) {
      for (int i = 0; i < document.value().getContractsCount(); i++) {
        String written = document.value().getContracts(i).getDescriptorSet();
        try {
          contracts.add(file.toAbsolutePath().resolveSibling(written));
        } catch (IllegalArgumentException e) {
          document.mistake(
              "contracts[" + i + "].descriptor_set", written, String.valueOf(e.getMessage()));
        }
      }
    }

    void connectors() {
      Set<String> names = new HashSet<>();
      for (int i = 0; i < document.value().getConnectorsCount(); i++) {
        ConnectorTarget connector = document.value().getConnectors(i);
        if (!names.add(connector.getName())) {
          document.mistake(
              "connectors[" + i + "].name", connector.getName(), "a name given only once");
        }
      }
    }

    void routes() {
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < document.value().getRoutesCount(); i++) {
        Route route = document.value().getRoutes(i);
        String path = "routes[" + i + "]";
        Optional<ContractSet.Service> service = contracts.service(route.getService());
        if (service.isEmpty() && !route.getService().isEmpty()) {
          document.mistake(
              path + ".service",
              route.getService(),
              Suggestion.among(route.getService(), serviceNames()));
        }
        if (!seen.add(route.getService())) {
          document.mistake(path + ".service", route.getService(), "one route for each service");
        }
        connector(path + ".connector", route.getConnector());
        service.ifPresent(known -> rules(path, route.getRulesList(), known));
        if (route.getLocal()) {
          local(path, route.getService());
        }
      }
    }

    private void local(String path, String service) {
      if (localServices.contains(service)) {
        return;
      }
      if (!ledgerServices.contains(service)) {
        Set<String> inside = new TreeSet<>(localServices);
        inside.addAll(ledgerServices);
        document.mistake(
            path + ".local",
            "true",
            "a connector; inside the hub are only " + String.join(", ", inside));
      } else if (!document.value().hasLedger()) {
        document.mistake(path + ".local", "true", "a ledger section, which " + service + " needs");
      }
    }

    EventCatalogue consumers() {
      EventCatalogue catalogue = EventCatalogue.of(contracts.files());
      List<String> types = catalogue.types().stream().map(EventType::name).toList();
      Set<String> names = new HashSet<>();
      for (int i = 0; i < document.value().getConsumersCount(); i++) {
        EventConsumer consumer = document.value().getConsumers(i);
        String path = "consumers[" + i + "]";
        if (!names.add(consumer.getName())) {
          document.mistake(path + ".name", consumer.getName(), "a name given only once");
        }
        for (int j = 0; j < consumer.getTypesCount(); j++) {
          String type = consumer.getTypes(j);
          if (!types.contains(type)) {
            document.mistake(path + ".types[" + j + "]", type, Suggestion.among(type, types));
          }
        }
      }
      if (!names.isEmpty() && !document.value().hasLedger()) {
        document.mistake("consumers", "given", "a ledger section, which consumers need");
      }
      if (!names.isEmpty() && !isRouted(EventSinkServiceGrpc.SERVICE_NAME)) {
        document.mistake(
            "consumers",
            "given",
            "a route of " + EventSinkServiceGrpc.SERVICE_NAME + ", which says who is told");
      }
      return catalogue;
    }

    private boolean isRouted(String service) {
      return document.value().getRoutesList().stream()
          .anyMatch(route -> route.getService().equals(service));
    }

    private void rules(String path, List<RouteRule> rules, ContractSet.Service service) {
      Set<String> attributes = new TreeSet<>();
      for (Operation operation : service.operations()) {
        attributes.addAll(operation.routingAttributes());
      }
      for (int i = 0; i < rules.size(); i++) {
        String at = path + ".rules[" + i + "]";
        connector(at + ".connector", rules.get(i).getConnector());
        try {
          RouteCondition.compile(rules.get(i).getWhen(), attributes);
        } catch (IllegalArgumentException e) {
          document.mistake(at + ".when", rules.get(i).getWhen(), String.valueOf(e.getMessage()));
        }
      }
    }

    private void connector(String path, String name) {
      List<String> names =
          document.value().getConnectorsList().stream()
              .map(ConnectorTarget::getName)
              .distinct()
              .toList();
      if (!name.isEmpty() && !names.contains(name)) {
        document.mistake(
            path,
            name,
            names.isEmpty() ? "an entry under connectors" : Suggestion.among(name, names));
      }
    }

    private List<String> serviceNames() {
      List<String> names = new ArrayList<>();
      contracts.services().forEach(service -> names.add(service.name()));
      return names;
    }
  }
}
