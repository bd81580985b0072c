package io.crossdock.gateway.routing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.crossdock.config.v1.Route;
import io.crossdock.config.v1.RouteRule;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.wire.ExtractedFields;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which connector serves which service, compiled from the configuration. Immutable. */
public final class Routes {

  /** Name under which services inside the hub appear as a connector. */
  public static final String LOCAL = "local";

  // Distinct values of routing attributes are few (stores, brands); decided once, they cost a
  // look-up.
  private static final int CACHED_DECISIONS = 4096;
  private static final int CACHED_LENGTH = 256;

  private final Map<String, Target> targets;

  private Routes(Map<String, Target> targets) {
    this.targets = targets;
  }

  /**
   * Compiles the routes.
   *
   * @throws IllegalArgumentException when a service is unknown or a condition is wrong; the message
   *     says which and what was expected
   */
  public static Routes compile(List<Route> routes, ContractSet contracts) {
    Map<String, Target> targets = new LinkedHashMap<>();
    for (Route route : routes) {
      ContractSet.Service service =
          contracts
              .service(route.getService())
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "service: " + route.getService() + " (expected: a known contract)"));
      targets.put(
          route.getService(),
          route.getLocal()
              ? new Fixed(LOCAL)
              : route.getRulesCount() > 0
                  ? Ruled.compile(route.getRulesList(), service)
                  : new Fixed(route.getConnector()));
    }
    return new Routes(Collections.unmodifiableMap(targets));
  }

  /** Full names of the services that have a route, in the order of the configuration. */
  public Set<String> services() {
    return targets.keySet();
  }

  /** Where the calls of a service go; empty when nothing serves it. */
  public Optional<Target> target(String service) {
    return Optional.ofNullable(targets.get(service));
  }

  /** Where the calls of a service go. */
  public sealed interface Target {

    /** Name of the connector that serves a call; empty when no rule applies. */
    String connector(Operation operation, ExtractedFields fields);
  }

  /** One connector for every call. */
  record Fixed(String connector) implements Target {
    @Override
    public String connector(Operation operation, ExtractedFields fields) {
      return connector;
    }
  }

  /** The first rule that applies decides. */
  static final class Ruled implements Target {

    private final List<String> attributes;
    private final List<RouteCondition> conditions;
    private final List<String> connectors;
    private final Cache<List<String>, String> decisions =
        Caffeine.newBuilder().maximumSize(CACHED_DECISIONS).executor(Runnable::run).build();

    private Ruled(
        List<String> attributes, List<RouteCondition> conditions, List<String> connectors) {
      this.attributes = attributes;
      this.conditions = conditions;
      this.connectors = connectors;
    }

    static Ruled compile(List<RouteRule> rules, ContractSet.Service service) {
      TreeSet<String> attributes = new TreeSet<>();
      service.operations().forEach(operation -> attributes.addAll(operation.routingAttributes()));
      List<RouteCondition> conditions = new ArrayList<>();
      List<String> connectors = new ArrayList<>();
      for (RouteRule rule : rules) {
        conditions.add(RouteCondition.compile(rule.getWhen(), attributes));
        connectors.add(rule.getConnector());
      }
      return new Ruled(List.copyOf(attributes), conditions, connectors);
    }

    @Override
    public String connector(Operation operation, ExtractedFields fields) {
      List<String> values =
          attributes.stream().map(name -> operation.routingAttribute(name, fields)).toList();
      int length = 0;
      for (String value : values) {
        length += value.length();
      }
      // No caller may fill the memory with long values.
      return length > CACHED_LENGTH ? decide(values) : decisions.get(values, this::decide);
    }

    /** How many decisions are cached. */
    long cached() {
      decisions.cleanUp();
      return decisions.estimatedSize();
    }

    private String decide(List<String> values) {
      Map<String, String> byName = new LinkedHashMap<>();
      for (int i = 0; i < values.size(); i++) {
        byName.put(attributes.get(i), values.get(i));
      }
      for (int i = 0; i < conditions.size(); i++) {
        if (conditions.get(i).applies(byName)) {
          return connectors.get(i);
        }
      }
      return "";
    }
  }
}
