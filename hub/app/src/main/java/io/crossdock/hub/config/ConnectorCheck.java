package io.crossdock.hub.config;

import io.crossdock.config.v1.ConnectorTarget;
import java.util.HashSet;
import java.util.Set;

/** The connectors: names that differ, and addresses that can be called. */
final class ConnectorCheck implements ConfigCheck {

  @Override
  public void check(Draft draft) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < draft.config().getConnectorsCount(); i++) {
      ConnectorTarget connector = draft.config().getConnectors(i);
      String path = "connectors[" + i + "]";
      if (!names.add(connector.getName())) {
        draft.error(path + ".name", connector.getName(), "a name given only once");
      }
      for (int j = 0; j < connector.getInstancesCount(); j++) {
        // What is no address at all is reported by the rules of the configuration.
        if (connector.getInstances(j).endsWith(":0")) {
          draft.error(
              path + ".instances[" + j + "]", connector.getInstances(j), "a port in 1..65535");
        }
      }
    }
  }
}
