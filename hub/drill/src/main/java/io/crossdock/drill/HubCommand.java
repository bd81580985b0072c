package io.crossdock.drill;

import io.crossdock.drill.node.DrillHub;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a hub of the drill is started. */
final class HubCommand {

  private static final String OPTIONS =
      "-Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED"
          + " --sun-misc-unsafe-memory-access=allow";

  private HubCommand() {}

  /** What the hub is configured with; it takes free ports and tells them. */
  static String configuration(String ledger) {
    return """
    listen: {port: 0}
    ops: {port: 0}
    ledger: {%s}
    routes:
      - {service: %s, local: true}
      - {service: %s, local: true}
    """
        .formatted(ledger, EventServiceGrpc.SERVICE_NAME, LoyaltyServiceGrpc.SERVICE_NAME);
  }

  /** The command of its process, with this process's JDK and classes. */
  static List<String> of(Path configuration, Path witness) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(OPTIONS.split(" ")));
    command.add("-D" + DrillHub.WITNESS + "=" + witness);
    command.add("-cp");
    // A test runner hands its classes over in a way of its own.
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(DrillHub.class.getName());
    command.addAll(List.of("--config", configuration.toString()));
    return command;
  }
}
