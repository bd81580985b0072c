package io.crossdock.gateway.connector;

import io.crossdock.config.v1.ConnectorTarget;
import io.crossdock.gateway.pipeline.EventLoops;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All connectors of a hub. */
public final class Connectors implements AutoCloseable {

  private final Map<String, Connector> byName = new LinkedHashMap<>();

  public Connectors(List<ConnectorTarget> targets, int maxMessageBytes, EventLoops loops) {
    for (ConnectorTarget target : targets) {
      byName.put(target.getName(), new Connector(target, maxMessageBytes, loops));
    }
  }

  /** Opens the connections. */
  public void connect() {
    byName.values().forEach(Connector::connect);
  }

  /** The connector of that name. */
  public Optional<Connector> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All connectors in the order of the configuration. */
  public Collection<Connector> all() {
    return new ArrayList<>(byName.values());
  }

  @Override
  public void close() {
    byName.values().forEach(Connector::close);
  }
}
