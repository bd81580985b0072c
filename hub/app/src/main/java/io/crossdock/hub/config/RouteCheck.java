package io.crossdock.hub.config;

import io.crossdock.config.v1.ConnectorTarget;
import io.crossdock.config.v1.Route;
import io.crossdock.config.v1.RouteRule;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.routing.RouteCondition;
import io.crossdock.runtime.config.Suggestion;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The routes: one per service, to connectors that exist, with conditions that can be decided. */
final class RouteCheck implements ConfigCheck {

  private final Set<String> localServices;
  private final Set<String> ledgerServices;

  /**
   * @param localServices full names of the services inside any hub
   * @param ledgerServices full names of those inside a hub with a ledger
   */
  RouteCheck(Set<String> localServices, Set<String> ledgerServices) {
    this.localServices = localServices;
    this.ledgerServices = ledgerServices;
  }

  @Override
  public void check(Draft draft) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < draft.config().getRoutesCount(); i++) {
      Route route = draft.config().getRoutes(i);
      String path = "routes[" + i + "]";
      Optional<ContractSet.Service> service = draft.contracts().service(route.getService());
      if (service.isEmpty() && !route.getService().isEmpty()) {
        draft.error(
            path + ".service",
            route.getService(),
            Suggestion.among(
                route.getService(),
                draft.contracts().services().stream().map(ContractSet.Service::name).toList()));
      }
      if (!seen.add(route.getService())) {
        draft.error(path + ".service", route.getService(), "one route for each service");
      }
      connector(draft, path + ".connector", route.getConnector());
      service.ifPresent(known -> rules(draft, path, route.getRulesList(), known));
      if (route.getLocal()) {
        local(draft, path, route.getService());
      }
    }
  }

  private void local(Draft draft, String path, String service) {
    if (localServices.contains(service)) {
      return;
    }
    if (!ledgerServices.contains(service)) {
      Set<String> inside = new TreeSet<>(localServices);
      inside.addAll(ledgerServices);
      draft.error(
          path + ".local",
          "true",
          "a connector; inside the hub are only " + String.join(", ", inside));
    } else if (!draft.config().hasLedger()) {
      draft.error(path + ".local", "true", "a ledger section, which " + service + " needs");
    }
  }

  private static void rules(
      Draft draft, String path, List<RouteRule> rules, ContractSet.Service service) {
    Set<String> attributes = attributes(service);
    for (int i = 0; i < rules.size(); i++) {
      String at = path + ".rules[" + i + "]";
      connector(draft, at + ".connector", rules.get(i).getConnector());
      try {
        RouteCondition.compile(rules.get(i).getWhen(), attributes);
      } catch (IllegalArgumentException e) {
        draft.error(at + ".when", rules.get(i).getWhen(), String.valueOf(e.getMessage()));
      }
    }
  }

  /** The routing attributes of all methods of a service. */
  static Set<String> attributes(ContractSet.Service service) {
    Set<String> attributes = new TreeSet<>();
    for (Operation operation : service.operations()) {
      attributes.addAll(operation.routingAttributes());
    }
    return attributes;
  }

  private static void connector(Draft draft, String path, String name) {
    List<String> names =
        draft.config().getConnectorsList().stream()
            .map(ConnectorTarget::getName)
            .distinct()
            .toList();
    if (!name.isEmpty() && !names.contains(name)) {
      draft.error(
          path,
          name,
          names.isEmpty() ? "an entry under connectors" : Suggestion.among(name, names));
    }
  }
}
