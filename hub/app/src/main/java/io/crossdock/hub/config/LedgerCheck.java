package io.crossdock.hub.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ledger's transport: brokers whose addresses are complete. */
final class LedgerCheck implements ConfigCheck {

  private static final Pattern ADDRESS =
      Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):(\\d{1,5})");

  @Override
  public void check(Draft draft) {
    if (!draft.config().getLedger().hasKafka()) {
      return;
    }
    String servers = draft.config().getLedger().getKafka().getBootstrapServers();
    for (String server : servers.split(",", -1)) {
      Matcher address = ADDRESS.matcher(server.strip());
      if (!address.matches() || !isPort(Integer.parseInt(address.group(1)))) {
        draft.error(
            "ledger.kafka.bootstrap_servers",
            server,
            "a host and a port such as kafka-1:9092, several separated by commas");
      }
    }
  }

  private static boolean isPort(int port) {
    return port > 0 && port <= 65_535;
  }
}
