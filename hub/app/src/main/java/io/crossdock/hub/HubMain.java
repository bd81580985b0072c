package io.crossdock.hub;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import io.crossdock.config.v1.Limits;
import io.crossdock.config.v1.Listener;
import io.crossdock.failure.FailureException;
import io.crossdock.gateway.server.Gateway;
import io.crossdock.hub.config.HubSettings;
import io.crossdock.hub.ledger.EventDelivery;
import io.crossdock.hub.ops.OpsEndpoint;
import io.crossdock.ledger.assembly.HubLedger;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.part.HubPart;
import io.crossdock.ledger.part.PartContext;
import io.crossdock.ledger.store.LedgerException;
import io.crossdock.runtime.config.ConfigException;
import io.crossdock.runtime.lifecycle.Lifecycle;
import io.crossdock.runtime.lifecycle.Release;
import io.crossdock.runtime.ops.HealthChecks;
import io.crossdock.runtime.ops.OpsServer;
import io.crossdock.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The hub process. */
@Command(
    name = "crossdock hub",
    mixinStandardHelpOptions = true,
    versionProvider = Release.class,
    description = "Runs a hub: takes calls and leads them to the connectors.",
    footer = {
      "",
      "Exit codes: 0 stopped as told, 1 failed, 2 wrong configuration, 3 port taken.",
      "Environment: OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_ variables; LOG_LEVEL."
    })
public final class HubMain implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(HubMain.class);
  private static final int GRPC_PORT = 7070;
  private static final int OPS_PORT = 7080;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The configuration, YAML.")
  private Path config = Path.of("");

  @Option(
      names = "--check",
      description = "Only check the configuration and print what would take effect.")
  private boolean check;

  @Option(
      names = "--until-ready",
      hidden = true,
      description = "Stop as soon as it is ready: the launcher's way to see a whole start.")
  private boolean untilReady;

  private final List<HubPart> parts;

  private HubMain(List<HubPart> parts) {
    this.parts = List.copyOf(parts);
  }

  /** Runs the hub until it is told to stop. */
  public static void main(String[] args) {
    System.exit(run(args, List.of()));
  }

  /**
   * Runs a hub with more parts until it is told to stop.
   *
   * @return the exit code
   */
  public static int run(String[] args, List<HubPart> parts) {
    return new CommandLine(new HubMain(parts)).execute(args);
  }

  @Override
  public Integer call() {
    return check ? checkOnly() : Lifecycle.run("crossdock hub", this::start);
  }

  @SuppressWarnings("SystemOut") // the answer to the person who asked
  private int checkOnly() {
    try {
      System.out.print(settings().effective());
      return Lifecycle.OK;
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      return Lifecycle.BAD_CONFIGURATION;
    }
  }

  private void start(Lifecycle lifecycle) throws Exception {
    HubSettings settings = settings();
    LOG.info("configuration\n{}", settings.effective());
    Telemetry telemetry = lifecycle.own(Telemetry.start("crossdock-hub"));
    @Nullable HubLedger ledger = settings.config().hasLedger() ? ledger(lifecycle, settings) : null;
    Injector injector =
        Guice.createInjector(Stage.PRODUCTION, new HubModule(settings, telemetry, ledger, parts));

    Limits limits = settings.config().getLimits();
    if (limits.hasDrain()) {
      // Calls from outside end first, then those inside, each within the drain time.
      lifecycle.stopWithin(
          Duration.ofSeconds(limits.getDrain().getSeconds()).multipliedBy(2).plusSeconds(30));
    }
    Gateway gateway = lifecycle.own(injector.getInstance(Gateway.class));
    InetSocketAddress listen = address(settings.config().getListen(), GRPC_PORT);
    try {
      gateway.start();
    } catch (IOException e) {
      throw Lifecycle.portFailure(listen, "listen.port", e);
    }
    if (ledger != null) {
      List<Consumer> consumers = new ArrayList<>();
      parts.forEach(part ->
          consumers.addAll(part.consumers(new PartContext(ledger, gateway.innerChannel()))));
      try {
        lifecycle.own(
            EventDelivery.start(
                ledger,
                gateway,
                telemetry.openTelemetry(),
                settings.config().getConsumersList(),
                consumers));
      } catch (FailureException e) {
        throw new Lifecycle.CannotStartException("ledger: " + e.failure().message(), e);
      }
    }
    InetSocketAddress ops = address(settings.config().getOps(), OPS_PORT);
    OpsServer opsServer;
    try {
      opsServer =
          lifecycle.own(OpsServer.start(ops, injector.getInstance(HealthChecks.class), telemetry));
    } catch (IOException e) {
      throw Lifecycle.portFailure(ops, "ops.port", e);
    }
    lifecycle.ready(
        "grpc="
            + listen.getHostString()
            + ":"
            + gateway.port()
            + " ops="
            + ops.getHostString()
            + ":"
            + opsServer.port());
    if (untilReady) {
      lifecycle.stop();
    }
  }

  private HubSettings settings() throws ConfigException {
    Set<String> ledgerServices = new HashSet<>(HubLedger.SERVICES);
    parts.forEach(part -> ledgerServices.addAll(part.serviceNames()));
    return HubSettings.read(config, Set.of(OpsEndpoint.SERVICE), ledgerServices);
  }

  private HubLedger ledger(Lifecycle lifecycle, HubSettings settings) throws Exception {
    Path base = config.toAbsolutePath().resolveSibling("");
    try {
      return lifecycle.own(
          HubLedger.open(
              settings.config().getLedger(), base, settings.catalogue(), Clock.systemUTC()));
    } catch (LedgerException e) {
      throw new Lifecycle.CannotStartException("ledger: " + e.getMessage(), e);
    }
  }

  private static InetSocketAddress address(Listener listener, int defaultPort) {
    return new InetSocketAddress(
        listener.getHost().isEmpty() ? "127.0.0.1" : listener.getHost(),
        listener.hasPort() ? listener.getPort() : defaultPort);
  }
}
