package io.crossdock.estate;

import io.crossdock.runtime.lifecycle.Lifecycle;
import io.crossdock.runtime.lifecycle.Release;
import io.crossdock.runtime.ops.HealthChecks;
import io.crossdock.runtime.ops.OpsServer;
import io.crossdock.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Starts the estate as a process of its own. */
@Command(
    name = "crossdock estate",
    description = "Plays a retail estate: ERPs, loyalty platform and CRM, with faults on demand.",
    mixinStandardHelpOptions = true,
    versionProvider = Release.class,
    sortOptions = false)
public final class EstateMain implements Callable<Integer> {

  private static final int MAX_PORT = 65_535;

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE}).")
  private String host = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "7200",
      description =
          "Port of all backends and of /control; 0 takes a free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--ops-port",
      paramLabel = "PORT",
      defaultValue = "-1",
      description = "Port of health and metrics; 0 takes a free one (default: none).")
  private int opsPort;

  private EstateMain() {}

  /** Runs until SIGTERM; exit codes as in {@link Lifecycle}. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new EstateMain()).execute(args));
  }

  @Override
  public Integer call() {
    check("--port", port, 0);
    check("--ops-port", opsPort, -1);
    return Lifecycle.run("crossdock estate", this::start);
  }

  private void check(String option, int value, int least) {
    if (value < least || value > MAX_PORT) {
      throw new ParameterException(
          java.util.Objects.requireNonNull(spec).commandLine(),
          option + ": " + value + " (expected: " + least + ".." + MAX_PORT + ")");
    }
  }

  private void start(Lifecycle lifecycle) throws Exception {
    Telemetry telemetry = lifecycle.own(Telemetry.start("crossdock-estate"));
    InetSocketAddress where = new InetSocketAddress(host, port);
    Estate estate;
    try {
      estate = lifecycle.own(Estate.start(where, telemetry.openTelemetry()));
    } catch (IOException e) {
      throw Lifecycle.portFailure(where, "--port", e);
    }
    String ops = "";
    if (opsPort >= 0) {
      InetSocketAddress opsWhere = new InetSocketAddress(host, opsPort);
      try {
        OpsServer server = lifecycle.own(OpsServer.start(opsWhere, new HealthChecks(), telemetry));
        ops = " ops=" + host + ":" + server.port();
      } catch (IOException e) {
        throw Lifecycle.portFailure(opsWhere, "--ops-port", e);
      }
    }
    lifecycle.ready("http=" + host + ":" + estate.address().getPort() + ops);
  }
}
