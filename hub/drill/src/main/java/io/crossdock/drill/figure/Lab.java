package io.crossdock.drill.figure;

import io.crossdock.drill.process.HubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * Where figures are measured.
 *
 * @param directory for configurations, ledgers and logs
 * @param ledgers what the ledger of each hub is configured with; two that share a database, or one
 * @param command of a hub with a configuration
 * @param outage how long the connector is away
 * @param rounds how often an event is published and read
 * @param load how long hubs are under load
 */
public record Lab(
    Path directory,
    List<String> ledgers,
    Function<Path, List<String>> command,
    Duration outage,
    int rounds,
    Duration load) {

  private static final Duration UNTIL_READY = Duration.ofMinutes(2);

  public Lab {
    ledgers = List.copyOf(ledgers);
  }

  /** Whether there are two hubs with one ledger. */
  boolean hasTwoNodes() {
    return ledgers.size() > 1;
  }

  /**
   * Starts a hub and waits until it is ready.
   *
   * @param name of its files
   * @param configuration all of it but the ports
   */
  HubProcess start(String name, String configuration) throws IOException, InterruptedException {
    Path file =
        Files.writeString(
            directory.resolve(name + ".yaml"),
            "listen: {port: 0}\nops: {port: 0}\n" + configuration);
    HubProcess hub = new HubProcess(name, command.apply(file), directory.resolve(name + ".log"));
    try {
      hub.start();
      hub.awaitReady(UNTIL_READY);
      return hub;
    } catch (IOException | InterruptedException e) {
      hub.close();
      throw e;
    }
  }

  /** The configuration of a ledger that this figure alone uses. */
  String ledger(String name) {
    return "ledger: {directory: \"" + directory.resolve(name + "-ledger") + "\"}\n";
  }

  /** The configuration of the ledger that both nodes use, or of one that this figure alone uses. */
  String ledger(String name, int node) {
    return hasTwoNodes() ? "ledger: {" + ledgers.get(node) + "}\n" : ledger(name);
  }
}
