package io.crossdock.hub;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.Limits;
import io.crossdock.config.v1.Listener;
import io.crossdock.failure.FailureException;
import io.crossdock.gateway.server.Gateway;
import io.crossdock.hub.config.HubSettings;
import io.crossdock.hub.gateway.GatewayMetrics;
import io.crossdock.hub.gateway.GatewayModule;
import io.crossdock.hub.ledger.LedgerModule;
import io.crossdock.hub.ledger.LedgerOpening;
import io.crossdock.hub.ledger.LedgerSlot;
import io.crossdock.hub.ops.OpsEndpoint;
import io.crossdock.hub.ops.OpsModule;
import io.crossdock.ledger.assembly.HubLedger;
import io.crossdock.ledger.part.HubPart;
import io.crossdock.ledger.store.LedgerException;
import io.crossdock.runtime.config.ConfigException;
import io.crossdock.runtime.lifecycle.Lifecycle;
import io.crossdock.runtime.ops.HealthChecks;
import io.crossdock.runtime.ops.OpsServer;
import io.crossdock.runtime.telemetry.Telemetry;
import io.crossdock.time.Durations;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One hub. Starts telemetry, ledger, gateway, delivery of events and the operators' port in this
 * order; the life cycle closes them in reverse.
 */
final class Hub {

  private static final Logger LOG = LoggerFactory.getLogger(Hub.class);
  private static final int GRPC_PORT = 7070;
  private static final int OPS_PORT = 7080;
  // What closing takes beside the drain time.
  private static final Duration CLOSE = Duration.ofSeconds(30);

  private final Path file;
  private final List<HubPart> parts;

  /**
   * @param file the configuration
   */
  Hub(Path file, List<HubPart> parts) {
    this.file = file;
    this.parts = parts;
  }

  /** Prints the configuration as it would take effect, or everything that is wrong with it. */
  int check(PrintStream out, PrintStream err) {
    try {
      out.print(settings().effective());
      return Lifecycle.OK;
    } catch (ConfigException e) {
      err.println(e.getMessage());
      return Lifecycle.BAD_CONFIGURATION;
    }
  }

  void start(Lifecycle lifecycle, boolean untilReady) throws Exception {
    HubSettings settings = settings();
    LOG.info("configuration\n{}", settings.effective());
    Telemetry telemetry = lifecycle.own(Telemetry.start("crossdock-hub"));
    LedgerSlot ledger = lifecycle.own(new LedgerSlot());
    LedgerOpening opening =
        new LedgerOpening(settings, file.toAbsolutePath().resolveSibling(""), ledger, parts);
    open(opening);
    Injector injector =
        Guice.createInjector(
            Stage.PRODUCTION,
            new HubModule(settings, telemetry),
            new GatewayModule(),
            new LedgerModule(ledger, opening),
            new OpsModule());

    Gateway gateway = startGateway(lifecycle, injector, settings.config());
    var _ = lifecycle.own(GatewayMetrics.start(gateway, telemetry.openTelemetry()));
    startDelivery(lifecycle.own(opening), gateway, telemetry);
    OpsServer ops = startOps(lifecycle, injector, settings.config());
    lifecycle.ready(
        "grpc="
            + listen(settings.config()).getHostString()
            + ":"
            + gateway.port()
            + " ops="
            + ops(settings.config()).getHostString()
            + ":"
            + ops.port());
    if (untilReady) {
      lifecycle.stop();
    }
  }

  private HubSettings settings() throws ConfigException {
    List<ServiceDescriptor> onLedger = new ArrayList<>(HubLedger.SERVICES);
    parts.forEach(part -> onLedger.addAll(part.serviceDescriptors()));
    return HubSettings.read(
        file,
        Set.of(OpsEndpoint.SERVICE),
        onLedger.stream().map(ServiceDescriptor::getName).collect(Collectors.toSet()));
  }

  private static void open(LedgerOpening opening) throws Lifecycle.CannotStartException {
    try {
      opening.open();
    } catch (LedgerException e) {
      throw new Lifecycle.CannotStartException("ledger: " + e.getMessage(), e);
    }
  }

  private static Gateway startGateway(Lifecycle lifecycle, Injector injector, HubConfig config)
      throws Exception {
    Limits limits = config.getLimits();
    if (limits.hasDrain()) {
      // Calls from outside end first, then those inside, each within the drain time.
      lifecycle.stopWithin(Durations.toJava(limits.getDrain()).multipliedBy(2).plus(CLOSE));
    }
    Gateway gateway = lifecycle.own(injector.getInstance(Gateway.class));
    try {
      gateway.start();
      return gateway;
    } catch (IOException e) {
      throw Lifecycle.portFailure(listen(config), "listen.port", e);
    }
  }

  private static void startDelivery(LedgerOpening opening, Gateway gateway, Telemetry telemetry)
      throws Lifecycle.CannotStartException {
    try {
      opening.start(gateway, telemetry.openTelemetry());
    } catch (FailureException e) {
      throw new Lifecycle.CannotStartException("ledger: " + e.failure().message(), e);
    }
  }

  private static OpsServer startOps(Lifecycle lifecycle, Injector injector, HubConfig config)
      throws Exception {
    try {
      return lifecycle.own(
          OpsServer.start(
              ops(config),
              injector.getInstance(HealthChecks.class),
              injector.getInstance(Telemetry.class)));
    } catch (IOException e) {
      throw Lifecycle.portFailure(ops(config), "ops.port", e);
    }
  }

  private static InetSocketAddress listen(HubConfig config) {
    return address(config.getListen(), GRPC_PORT);
  }

  private static InetSocketAddress ops(HubConfig config) {
    return address(config.getOps(), OPS_PORT);
  }

  private static InetSocketAddress address(Listener listener, int defaultPort) {
    return new InetSocketAddress(
        listener.getHost().isEmpty() ? "127.0.0.1" : listener.getHost(),
        listener.hasPort() ? listener.getPort() : defaultPort);
  }
}
