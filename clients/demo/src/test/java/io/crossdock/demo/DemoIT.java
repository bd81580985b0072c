package io.crossdock.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class DemoIT {
  private static final Path HOME = Path.of(System.getProperty("crossdock.home"));
  private static final int PROGRAMS = 6;
  private static final int SIGTERM = 128 + 15;

  private final List<Demo> demos = new ArrayList<>();

  @AfterEach
  void clearAway() {
    demos.forEach(Demo::kill);
  }

  @Test
  void onceGetsEveryAnswerRightAndLeavesNothingBehind() throws Exception {
    Demo demo = demo("--once", "--free-ports");

    demo.awaitLine("How many points");
    List<ProcessHandle> programs = demo.programs();
    demo.awaitEnd();

    assertThat(demo.exitCode()).as(demo.said()).isZero();
    assertThat(demo.said())
        .contains("GOLD: 12,480 points available, 350 pending")
        .contains("cached")
        .contains("Every response was right.");
    assertThat(programs).hasSize(PROGRAMS).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void staysUpUntilItIsToldToStopAndLeavesNothingBehind() throws Exception {
    Demo demo = demo("--free-ports");
    demo.awaitLine("stays up until Ctrl-C");
    List<ProcessHandle> programs = demo.programs();

    demo.terminate();
    demo.awaitEnd();

    assertThat(demo.exitCode()).as(demo.said()).isEqualTo(SIGTERM);
    assertThat(programs).hasSize(PROGRAMS).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void saysWhichProgramHasEndedAndEndsTheOthers() throws Exception {
    Demo demo = demo("--free-ports");
    demo.awaitLine("healthy after");
    List<ProcessHandle> programs = demo.programs();
    ProcessHandle loyalty =
        programs.stream()
            .filter(program ->
                program.info().commandLine().orElse("").contains("crossdock-connector-loyalty.jar"))
            .findFirst()
            .orElseThrow();

    loyalty.destroyForcibly();
    demo.awaitEnd();

    assertThat(demo.exitCode()).as(demo.said()).isEqualTo(1);
    assertThat(demo.said()).contains("loyalty has ended with exit code 137");
    assertThat(programs).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void namesATakenPortBeforeAnythingStarts() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Demo demo = demo("--free-ports", "--port", "hub=" + other.getLocalPort());

      demo.awaitEnd();

      assertThat(demo.exitCode()).as(demo.said()).isEqualTo(4);
      assertThat(demo.said())
          .contains("port " + other.getLocalPort() + ", needed by hub, is taken")
          .doesNotContain("Starting");
    }
  }

  private Demo demo(String... arguments) throws IOException {
    Demo demo = Demo.start(arguments);
    demos.add(demo);
    return demo;
  }

  /** A running demo and what it has said so far. */
  private record Demo(Process process, BufferedReader output, StringBuilder heard) {
    static Demo start(String... arguments) throws IOException {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
      command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-jar"));
      command.add(HOME.resolve("target/dist/lib/crossdock-demo.jar").toString());
      command.addAll(List.of(arguments));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return new Demo(process, process.inputReader(), new StringBuilder());
    }

    String said() {
      return heard.toString();
    }

    int exitCode() {
      return process.exitValue();
    }

    /** The processes that it started. */
    List<ProcessHandle> programs() {
      return process.children().toList();
    }

    void awaitLine(String part) throws IOException {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        heard.append(line).append('\n');
        if (line.contains(part)) {
          return;
        }
      }
      throw new AssertionError("it never said '" + part + "', but:\n" + heard);
    }

    void awaitEnd() throws IOException, InterruptedException {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        heard.append(line).append('\n');
      }
      process.waitFor();
    }

    void terminate() {
      // Not by the Process, which would close the output at once.
      process.toHandle().destroy();
    }

    void kill() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
