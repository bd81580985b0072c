package io.crossdock.hub.config;

import io.crossdock.config.v1.EventConsumer;
import io.crossdock.config.v1.Route;
import io.crossdock.config.v1.RouteRule;
import io.crossdock.event.v1.EventSinkServiceGrpc;
import io.crossdock.gateway.routing.RouteCondition;
import io.crossdock.ledger.event.EventType;
import io.crossdock.runtime.config.Suggestion;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The consumers: names that differ, events that exist, and a connector for each. */
final class ConsumerCheck implements ConfigCheck {

  private static final String SINK = EventSinkServiceGrpc.SERVICE_NAME;
  private static final String CONSUMER = "consumer";

  @Override
  public void check(Draft draft) {
    List<String> types = draft.catalogue().types().stream().map(EventType::name).toList();
    Optional<Route> route =
        draft.config().getRoutesList().stream()
            .filter(each -> each.getService().equals(SINK))
            .findFirst();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < draft.config().getConsumersCount(); i++) {
      EventConsumer consumer = draft.config().getConsumers(i);
      String path = "consumers[" + i + "]";
      if (!names.add(consumer.getName())) {
        draft.error(path + ".name", consumer.getName(), "a name given only once");
      }
      for (int j = 0; j < consumer.getTypesCount(); j++) {
        String type = consumer.getTypes(j);
        if (!types.contains(type)) {
          draft.error(path + ".types[" + j + "]", type, Suggestion.among(type, types));
        }
      }
      if (route.isPresent() && !isServed(route.get().getRulesList(), consumer.getName())) {
        draft.error(
            path + ".name",
            consumer.getName(),
            "a name that a rule of the route of " + SINK + " matches; none does");
      }
    }
    if (!names.isEmpty() && !draft.config().hasLedger()) {
      draft.error("consumers", "given", "a ledger section, which consumers need");
    }
    if (!names.isEmpty() && route.isEmpty()) {
      draft.error("consumers", "given", "a route of " + SINK + ", which names the connector");
    }
  }

  // Without rules one connector serves all. A condition that is wrong is reported elsewhere.
  private static boolean isServed(List<RouteRule> rules, String consumer) {
    try {
      return rules.isEmpty()
          || rules.stream()
              .anyMatch(rule ->
                  RouteCondition.compile(rule.getWhen(), Set.of(CONSUMER))
                      .applies(Map.of(CONSUMER, consumer)));
    } catch (IllegalArgumentException e) {
      return true;
    }
  }
}
