package io.crossdock.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * All programs of the demo: the estate, a connector for each of its backends, and the hub.
 *
 * <p>{@link #close} stops them in the reverse order of their start, once. {@link #awaitDeath}
 * returns when one ends by itself.
 */
final class DemoProcesses implements AutoCloseable {
  private static final Duration PATIENCE_START = Duration.ofSeconds(60);
  private static final Duration PATIENCE_END = Duration.ofSeconds(10);
  private static final long ASK_AGAIN_MILLIS = 50;
  private static final int INTERRUPTED = 130;
  private static final String READY = "/health/ready";
  private static final int LAST_LINES = 15;

  private final Path home;
  private final Path work;
  private final Ports ports;
  private final PrintStream out;
  private final List<DemoProcess> programs = new ArrayList<>();
  private final CountDownLatch death = new CountDownLatch(1);
  private boolean closed;

  /**
   * @param home the folder of the launcher
   * @param work the folder of logs and of configurations with other ports
   */
  DemoProcesses(Path home, Path work, Ports ports, PrintStream out) {
    this.home = home;
    this.work = work;
    this.ports = ports;
    this.out = out;
  }

  /** A program did not become healthy in time, or ended. */
  static final class StartFailedException extends Exception {
    private static final long serialVersionUID = 1;

    StartFailedException(String message) {
      super(message);
    }
  }

  /** Starts everything and returns when all of it is healthy. */
  void start() throws IOException, InterruptedException, StartFailedException {
    Files.createDirectories(work);
    long begin = System.nanoTime();
    start("estate", "estate", "--port", Integer.toString(ports.at(DemoPort.ESTATE)));
    for (String connector : List.of("erp-eu", "erp-us", "loyalty", "crm")) {
      start(
          connector, "connector", connector, "--config", configuration("connectors/" + connector));
    }
    start("hub", "hub", "--config", configuration("hub"));

    try (HealthProbe health = new HealthProbe()) {
      await(health, begin, DemoPort.ESTATE, DemoPort.ESTATE, "/control/health");
      await(health, begin, DemoPort.ERP_EU, DemoPort.ERP_EU_OPS, READY);
      await(health, begin, DemoPort.ERP_US, DemoPort.ERP_US_OPS, READY);
      await(health, begin, DemoPort.LOYALTY, DemoPort.LOYALTY_OPS, READY);
      await(health, begin, DemoPort.CRM, DemoPort.CRM_OPS, READY);
      await(health, begin, DemoPort.HUB, DemoPort.HUB_OPS, READY);
    }
  }

  /** Waits until a program ends by itself. */
  void awaitDeath() throws InterruptedException {
    death.await();
  }

  /** Ends everything that runs, in reverse order; does nothing the second time. */
  @Override
  public void close() {
    List<DemoProcess> running;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      running = programs.reversed();
    }
    try {
      for (DemoProcess program : running) {
        program.end();
        // Callers end before those they call. The connectors do not know each other.
        if (program.name().equals("hub")) {
          program.awaitEnd(PATIENCE_END);
        }
      }
      for (DemoProcess program : running) {
        program.awaitEnd(PATIENCE_END);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void start(String name, String... arguments) throws IOException {
    if (closed) {
      throw new IOException("the demo is being stopped");
    }
    List<String> command = new ArrayList<>(List.of(home.resolve("crossdock").toString()));
    command.addAll(List.of(arguments));
    // A few calls through a connector do not repay what the second compiler costs; a load test may.
    String options = name.equals("hub") ? "" : "-XX:TieredStopAtLevel=1";
    DemoProcess program = DemoProcess.start(name, command, work.resolve(name + ".log"), options);
    programs.add(program);
    program.onEnd(exitCode -> ended(program, exitCode));
  }

  private String configuration(String name) throws IOException {
    Path example = home.resolve("examples/demo/" + name + ".yaml");
    if (ports.areStandard()) {
      return example.toString();
    }
    Path changed = work.resolve(name + ".yaml");
    Files.createDirectories(changed.getParent());
    Files.writeString(
        changed,
        ports
            .rewrite(Files.readString(example))
            .replace("directory: ../../target/demo/ledger", "directory: ledger"));
    return changed.toString();
  }

  // A program is healthy when its page says so and, where it serves gRPC, its gRPC health as well.
  private void await(HealthProbe health, long begin, DemoPort port, DemoPort opsPort, String page)
      throws InterruptedException, StartFailedException {
    String url = "http://" + ports.address(opsPort) + page;
    while (!(health.isUp(url)
        && (port == DemoPort.ESTATE || health.isServing(ports.address(port))))) {
      if (death.getCount() == 0) {
        throw new StartFailedException("not everything could be started");
      }
      if (System.nanoTime() - begin > PATIENCE_START.toNanos()) {
        throw new StartFailedException(
            "%s is not healthy after %d s (%s answered: %s); see %s.log"
                .formatted(
                    port.label(),
                    PATIENCE_START.toSeconds(),
                    url,
                    health.lastAnswer(),
                    work.resolve(port.label())));
      }
      Thread.sleep(ASK_AGAIN_MILLIS);
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    out.printf(
        Locale.ROOT,
        "  %-8s %-15s healthy after %.1f s%n",
        port.label(),
        ports.address(port),
        seconds);
  }

  private synchronized void ended(DemoProcess program, int exitCode) {
    if (closed || death.getCount() == 0) {
      return;
    }
    // Ctrl-C reaches every process of the terminal; this one's own end is on its way.
    if (exitCode != INTERRUPTED) {
      out.println();
      out.println(
          program.name()
              + " has ended with exit code "
              + exitCode
              + ". The last lines of "
              + program.log()
              + ":");
      program.lastLines(LAST_LINES).forEach(line -> out.println("  " + line));
    }
    death.countDown();
  }
}
