package io.crossdock.walls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The launcher {@code ./crossdock}, run as a person runs it. */
@Timeout(60)
final class LauncherIT {
  private static final Map<String, String> THIS_JDK =
      Map.of("CROSSDOCK_JAVA_HOME", System.getProperty("java.home"), "CROSSDOCK_BUILD", "never");

  @TempDir private Path folder = Path.of("");

  private record Run(int exitCode, String output) {}

  @Test
  void tellsItsCommandsWhenAsked() throws Exception {
    Run run = run(Repository.HOME, Map.of(), Repository.HOME.resolve("crossdock"), "--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).contains("demo", "hub --config", "connector NAME", "pos", "ctl");
  }

  @Test
  void refusesACommandThatItDoesNotKnow() throws Exception {
    Run run = run(Repository.HOME, Map.of(), Repository.HOME.resolve("crossdock"), "serve");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.output()).contains("unknown command: serve").contains("usage:");
  }

  @Test
  void refusesAConnectorThatDoesNotExist() throws Exception {
    Run run =
        run(Repository.HOME, Map.of(), Repository.HOME.resolve("crossdock"), "connector", "sap");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.output()).contains("connector: unknown connector sap");
  }

  @Test
  void worksThroughALinkFromAnyFolder() throws Exception {
    Path link =
        Files.createSymbolicLink(folder.resolve("hub"), Repository.HOME.resolve("crossdock"));

    Run run = run(folder, THIS_JDK, link, "ctl", "--help");

    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("ctl");
  }

  @Test
  void worksInAFolderWhoseNameHasBlanks() throws Exception {
    Path home = Files.createDirectories(folder.resolve("my retail hub"));
    Files.copy(Repository.HOME.resolve("crossdock"), home.resolve("crossdock"));
    Files.createDirectories(home.resolve("build"));
    Files.copy(Repository.HOME.resolve("build/jdk"), home.resolve("build/jdk"));
    Files.createDirectories(home.resolve("target/dist"));
    Files.createSymbolicLink(
        home.resolve("target/dist/lib"), Repository.HOME.resolve("target/dist/lib"));

    Run run = run(folder, THIS_JDK, home.resolve("crossdock"), "ctl", "--help");

    assertThat(run.exitCode()).as(run.output()).isZero();
  }

  @Test
  void saysWhatIsMissingWhenTheJdkIsNone() throws Exception {
    Map<String, String> environment = Map.of("CROSSDOCK_JAVA_HOME", folder.toString());

    Run run = run(folder, environment, Repository.HOME.resolve("crossdock"), "ctl", "--help");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("is no JDK (expected: a JDK 25 or newer)");
  }

  @Test
  void worksWithoutAHome() throws Exception {
    Run run =
        run(
            folder,
            Set.of("HOME"),
            THIS_JDK,
            Repository.HOME.resolve("crossdock"),
            "ctl",
            "--help");
    Run jdk = run(folder, Set.of("HOME"), Map.of(), Repository.HOME.resolve("build/jdk"));

    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(jdk.output()).doesNotContain("unbound");
  }

  @Test
  void worksByARelativePathWhereCdSearchesElsewhere() throws Exception {
    Map<String, String> environment = new HashMap<>(THIS_JDK);
    environment.put("CDPATH", Repository.HOME.toString());

    Run run =
        run(Repository.HOME, Set.of(), environment, Path.of("build/../crossdock"), "ctl", "--help");

    assertThat(run.exitCode()).as(run.output()).isZero();
  }

  @Test
  void leavesWhenTheMemoryIsUsedUp() throws Exception {
    Map<String, String> environment = new HashMap<>(THIS_JDK);
    environment.put("CROSSDOCK_JVM_OPTS", "-XX:+PrintCommandLineFlags");

    for (String command : List.of("hub", "ctl", "pos", "estate")) {
      Run run =
          run(
              folder,
              Set.of(),
              environment,
              Repository.HOME.resolve("crossdock"),
              command,
              "--help");

      assertThat(run.output()).as(command).contains("-XX:+ExitOnOutOfMemoryError");
    }
  }

  @Test
  void startsWithoutARecordedStartWhereItMayNotWrite() throws Exception {
    String launcher = Files.readString(Repository.HOME.resolve("crossdock"));
    int from = launcher.indexOf("record_start() {");
    String function = launcher.substring(from, launcher.indexOf("\n}\n", from) + 3);

    Run run =
        run(
            folder,
            Set.of(),
            Map.of(),
            Path.of("/bin/bash"),
            "-c",
            "set -euo pipefail; root=/proc/none; "
                + function
                + " record_start crossdock-hub; echo started");

    assertThat(run.output()).isEqualTo("started\n");
  }

  private static Run run(
      Path where, Map<String, String> environment, Path program, String... arguments)
      throws IOException, InterruptedException {
    return run(where, Set.of(), environment, program, arguments);
  }

  private static Run run(
      Path where,
      Set<String> without,
      Map<String, String> environment,
      Path program,
      String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("CROSSDOCK_"));
    builder.environment().keySet().removeAll(without);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }
}
