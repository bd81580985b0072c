package io.crossdock.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One running program, with its log. */
final class DemoProcess {
  private final String name;
  private final Path log;
  private final Process process;

  private DemoProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts a program.
   *
   * @param command what to run, by the launcher
   * @param log file for all that it says; an older one is replaced
   * @param options for its JVM, before those that the environment has for all
   */
  static DemoProcess start(String name, List<String> command, Path log, String options)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("CROSSDOCK_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("CROSSDOCK_BUILD", "never");
    builder.environment().merge("CROSSDOCK_JVM_OPTS", options, (all, own) -> own + " " + all);
    Process process = builder.start();
    process.getOutputStream().close();
    return new DemoProcess(name, log, process);
  }

  String name() {
    return name;
  }

  Path log() {
    return log;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Calls back once the program has ended, with its exit code. */
  void onEnd(Consumer<Integer> ended) {
    var _ = process.onExit().thenAccept(exited -> ended.accept(exited.exitValue()));
  }

  /** Asks it to end (SIGTERM). */
  void end() {
    process.destroy();
  }

  /** Waits for its end, and ends it by force when that takes too long. */
  void awaitEnd(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  /** The last lines of its log. */
  List<String> lastLines(int count) {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.subList(Math.max(0, lines.size() - count), lines.size());
    } catch (IOException e) {
      return List.of("(the log cannot be read: " + e.getMessage() + ")");
    }
  }
}
