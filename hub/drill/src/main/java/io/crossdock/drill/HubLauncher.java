package io.crossdock.drill;

import io.crossdock.drill.node.DrillHub;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How a hub of the drill is started: with this process's JDK and this program's classes. */
final class HubLauncher {

  private static final List<String> OPTIONS =
      List.of(
          "-Xmx192m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED");
  private static final Path PROGRAM = Path.of("target", "dist", "lib", "crossdock-drill.jar");
  private static final long REHEARSAL_SECONDS = 120;
  // The last JDK for sure to know the option that silences a warning about libraries.
  private static final int UNSAFE_JDK = 25;

  private final Path directory;
  private final Path witness;
  private final List<String> cache;

  private HubLauncher(Path directory, Path witness, List<String> cache) {
    this.directory = directory;
    this.witness = witness;
    this.cache = cache;
  }

  /**
   * Prepares hubs that keep their files in a directory.
   *
   * @param witness file of the deliveries
   */
  static HubLauncher in(Path directory, Path witness) {
    return new HubLauncher(directory, witness, List.of());
  }

  /**
   * Lets the JDK see a hub start once and keep what it learnt (its AOT cache): later starts take
   * half the time. When that does not work they take as long as before.
   */
  HubLauncher rehearsed() throws IOException, InterruptedException {
    Path learnt = directory.resolve("hub.aot");
    Path ledger = directory.resolve("rehearsal");
    List<String> command =
        command(
            List.of("-XX:AOTCacheOutput=" + learnt),
            configuration("rehearsal", "directory: " + quoted(ledger.toString())));
    command.add("--until-ready");
    Process rehearsal =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("rehearsal.log").toFile())
            .start();
    if (!rehearsal.waitFor(REHEARSAL_SECONDS, TimeUnit.SECONDS)) {
      rehearsal.destroyForcibly().waitFor();
    }
    return rehearsal.exitValue() == 0 && Files.exists(learnt)
        ? new HubLauncher(
            directory, witness, List.of("-XX:AOTCache=" + learnt, "-Xlog:aot=off", "-Xlog:cds=off"))
        : this;
  }

  /**
   * The command of a hub.
   *
   * @param name of the hub
   * @param ledger what its ledger is configured with
   */
  List<String> of(String name, String ledger) throws IOException {
    return command(cache, configuration(name, ledger));
  }

  /** The command of a hub without the drill's part. */
  static List<String> plain(Path configuration) {
    return command(List.of("-XX:+ExitOnOutOfMemoryError"), List.of(), configuration);
  }

  /** A text of YAML, which has JSON's escapes. */
  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private List<String> command(List<String> more, Path configuration) {
    return command(more, List.of("-D" + DrillHub.WITNESS + "=" + witness), configuration);
  }

  private static List<String> command(
      List<String> more, List<String> properties, Path configuration) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(OPTIONS);
    if (Runtime.version().feature() <= UNSAFE_JDK) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(more);
    command.addAll(properties);
    command.addAll(List.of("-cp", classPath(), DrillHub.class.getName()));
    command.addAll(List.of("--config", configuration.toString()));
    return command;
  }

  // It takes free ports and tells them.
  private Path configuration(String name, String ledger) throws IOException {
    return Files.writeString(
        directory.resolve(name + ".yaml"),
        """
        listen: {port: 0}
        ops: {port: 0}
        ledger: {%s}
        routes:
          - {service: %s, local: true}
          - {service: %s, local: true}
        """
            .formatted(ledger, EventServiceGrpc.SERVICE_NAME, LoyaltyServiceGrpc.SERVICE_NAME));
  }

  // A test has the classes in folders, of which the JDK cannot learn; the program is there as well.
  private static String classPath() {
    Path program = Path.of(System.getProperty("crossdock.home", ".")).resolve(PROGRAM);
    return Files.exists(program)
        ? program.toAbsolutePath().toString()
        : System.getProperty("java.class.path");
  }
}
