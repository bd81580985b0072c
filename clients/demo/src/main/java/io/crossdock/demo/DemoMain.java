package io.crossdock.demo;

import io.crossdock.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The demo as a program. */
@Command(
    name = "crossdock demo",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a simulated retail estate, four connectors and a hub on this machine,",
      "makes a few calls as a till would, and stays up until Ctrl-C."
    },
    footer = {
      "",
      "Exit codes: 0 success, 1 something failed, 2 invalid arguments, 4 a port is taken.",
      "Logs are in target/demo."
    })
public final class DemoMain implements Callable<Integer> {
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int WRONG_ARGUMENTS = 2;
  private static final int PORT_TAKEN = 4;

  @Option(names = "--once", description = "Check every response and exit.")
  private boolean once;

  @Option(
      names = "--port",
      paramLabel = "NAME=PORT",
      description = {
        "Port for hub (7070), hub-ops (7080), estate (7200), erp-eu (7101),",
        "erp-us (7102), loyalty (7103), crm (7104), erp-eu-ops (7111), erp-us-ops (7112),",
        "loyalty-ops (7113) or crm-ops (7114)."
      })
  private List<String> chosen = List.of();

  @Option(
      names = "--free-ports",
      description = "Use any free ports, except those given with --port.")
  private boolean free;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private DemoMain() {}

  /** Runs the demo. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    // The terminal is for the till; libraries log there only when something is wrong.
    if (System.getenv("LOG_LEVEL") == null) {
      System.setProperty("LOG_LEVEL", "ERROR");
    }
    System.exit(new CommandLine(new DemoMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Ports ports;
    try {
      Map<DemoPort, Integer> wanted = new EnumMap<>(DemoPort.class);
      for (String each : chosen) {
        Map.Entry<DemoPort, Integer> entry = Ports.parse(each);
        wanted.put(entry.getKey(), entry.getValue());
      }
      ports = Ports.choose(wanted, free);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      return WRONG_ARGUMENTS;
    }
    List<String> problems = ports.problems();
    if (!problems.isEmpty()) {
      problems.forEach(problem -> System.err.println("crossdock demo: " + problem));
      System.err.println(
          "Choose other ports with --port NAME=PORT, or any free ones with --free-ports.");
      return PORT_TAKEN;
    }
    return run(ports);
  }

  private int run(Ports ports) throws IOException, InterruptedException {
    Path home = home();
    // Two demos at the same time use different ports, and so different ledgers and logs.
    Path work =
        ports.areStandard()
            ? home.resolve("target/demo")
            : home.resolve("target/demo/hub-" + ports.at(DemoPort.HUB));
    DemoProcesses processes = new DemoProcesses(home, work, ports, out);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  processes.close();
                  out.println("Stopped.");
                },
                "stop"));

    out.println("Starting a retail estate, its connectors and a hub:");
    try {
      processes.start();
    } catch (DemoProcesses.StartFailedException e) {
      System.err.println("crossdock demo: " + e.getMessage());
      return FAILED;
    }

    List<String> wrong;
    try (Telemetry telemetry = Telemetry.start("crossdock-till");
        WebShop webShop = new WebShop(ports.address(DemoPort.ESTATE));
        Till till =
            new Till(ports.address(DemoPort.HUB), webShop, telemetry.openTelemetry(), out)) {
      till.warmUp();
      wrong = till.serve();
    }
    out.println();
    wrong.forEach(each -> out.println("WRONG: " + each));
    if (once) {
      out.println(wrong.isEmpty() ? "Every response was right." : "Not every response was right.");
      return wrong.isEmpty() ? OK : FAILED;
    }
    suggest(ports, work);
    processes.awaitDeath();
    return FAILED;
  }

  private void suggest(Ports ports, Path work) {
    String estate = ports.address(DemoPort.ESTATE);
    String hub =
        ports.at(DemoPort.HUB) == DemoPort.HUB.standard()
            ? ""
            : " --hub " + ports.address(DemoPort.HUB);
    out.print(
        """
        Everything stays up until Ctrl-C. In another terminal, try:

          ./crossdock pos balance M-1001%1$s
          ./crossdock pos stock SKU-1001 EU-001%1$s
          ./crossdock pos lookup 2990000010017%1$s
          ./crossdock ctl routes%1$s
          ./crossdock ctl cache%1$s
          curl %2$s/metrics

        Take the loyalty service down, ask for a member that is not cached, and bring it back:

          curl -X PUT -H 'content-type: application/json' -d '{"outage":"reset"}' %3$s/control/faults/loyalty
          ./crossdock pos balance M-1003%1$s
          curl -X DELETE %3$s/control/faults/loyalty

        To see each call as one trace, run Jaeger as described in docs/tracing.md and start the demo with
        OTEL_EXPORTER_OTLP_ENDPOINT set. The logs are in %4$s.
        """
            .formatted(hub, ports.address(DemoPort.HUB_OPS), estate, work));
  }

  // The launcher passes its folder; without it, the jar is in target/dist/lib.
  private static Path home() {
    String given = System.getProperty("crossdock.home");
    if (given != null) {
      return Path.of(given).toAbsolutePath();
    }
    Path jar = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
    return jar.resolve("../../../..").normalize();
  }
}
