package io.crossdock.connector.process;

import io.crossdock.config.v1.ConnectorConfig;
import io.crossdock.connector.backend.BackendClient;
import io.crossdock.connector.backend.BackendErrors;
import io.crossdock.connector.service.CallPath;
import io.crossdock.connector.service.ContractService;
import io.crossdock.runtime.config.ConfigDocument;
import io.crossdock.runtime.config.ConfigException;
import io.crossdock.runtime.config.ConfigLoader;
import io.crossdock.runtime.config.Loopback;
import io.crossdock.runtime.lifecycle.Lifecycle;
import io.crossdock.runtime.lifecycle.Release;
import io.crossdock.runtime.ops.HealthChecks;
import io.crossdock.runtime.ops.OpsServer;
import io.crossdock.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * A connector as a process: {@code main} hands over what is its own, its name, its port, how its
 * backend speaks of errors, and its services; the rest is the same for all.
 *
 * <p>gRPC health is that of the process alone. A backend that is down makes calls fail with its
 * reason and shows as DEGRADED at {@code /health/ready}; the connector still answers.
 */
public final class ConnectorProcess {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectorProcess.class);

  private final String name;
  private final int port;
  private final BackendErrors errors;
  private final Services services;

  /** The services of a connector in front of a backend. */
  @FunctionalInterface
  public interface Services {

    /** Makes the services; called once. */
    List<ContractService> of(BackendClient backend);
  }

  /**
   * Describes a connector.
   *
   * @param name name that routes use. Example: {@code loyalty}
   * @param port port unless the configuration says otherwise; operators have the one ten above
   */
  public ConnectorProcess(String name, int port, BackendErrors errors, Services services) {
    this.name = name;
    this.port = port;
    this.errors = errors;
    this.services = services;
  }

  /**
   * Runs the process until it is stopped.
   *
   * @param args command line
   * @return exit code, see {@link Lifecycle}
   */
  public int run(String... args) {
    CommandLine.Model.CommandSpec command =
        CommandLine.Model.CommandSpec.create()
            .name("crossdock-connector-" + name)
            .mixinStandardHelpOptions(true)
            .versionProvider(new Release())
            .addOption(
                CommandLine.Model.OptionSpec.builder("--config")
                    .paramLabel("FILE")
                    .required(true)
                    .type(Path.class)
                    .description("Configuration as YAML.")
                    .build());
    command
        .usageMessage()
        .description("Serves the contracts of the " + name + " connector to the hub.");
    return new CommandLine(command)
        .setExecutionStrategy(parsed -> {
          Integer help = CommandLine.executeHelpRequest(parsed);
          return help != null ? help : run(parsed.matchedOptionValue("--config", Path.of("")));
        })
        .execute(args);
  }

  private int run(Path file) {
    return Lifecycle.run(
        "crossdock connector " + name,
        lifecycle -> {
          ConfigDocument<ConnectorConfig> document =
              ConfigLoader.read(file, ConnectorConfig.getDefaultInstance());
          ConnectorConfig config = check(document);
          LOG.info("configuration in effect\n{}", document.render());
          Telemetry telemetry = lifecycle.own(Telemetry.start("crossdock-connector-" + name));
          ConnectorSettings settings = ConnectorSettings.of(config, port);
          lifecycle.stopWithin(settings.drain().plusSeconds(30));
          RunningConnector connector;
          try {
            connector = lifecycle.own(start(config, telemetry));
          } catch (IOException e) {
            throw Lifecycle.portFailure(settings.listen(), "listen.port", e);
          }
          OpsServer ops;
          try {
            ops = lifecycle.own(OpsServer.start(settings.ops(), health(connector), telemetry));
          } catch (IOException e) {
            throw Lifecycle.portFailure(settings.ops(), "ops.port", e);
          }
          lifecycle.ready(
              "grpc="
                  + settings.listen().getHostString()
                  + ":"
                  + connector.port()
                  + " ops="
                  + settings.ops().getHostString()
                  + ":"
                  + ops.port());
        });
  }

  /**
   * Starts the connector inside this process, without ops port.
   *
   * @param config configuration, checked
   * @throws IOException when the port cannot be opened
   */
  public RunningConnector start(ConnectorConfig config, Telemetry telemetry) throws IOException {
    ConnectorSettings settings = ConnectorSettings.of(config, port);
    BackendClient backend =
        new BackendClient(config.getBackend(), errors, telemetry.openTelemetry());
    try {
      CallPath path =
          new CallPath(telemetry.openTelemetry(), settings.dedupeEntries(), settings.dedupeTtl());
      return RunningConnector.start(settings, path.bind(services.of(backend)), backend);
    } catch (IOException | RuntimeException e) {
      backend.close();
      throw e;
    }
  }

  private static HealthChecks health(RunningConnector connector) {
    HealthChecks health = new HealthChecks();
    health.register("grpc", connector::state);
    health.register("backend", connector::backendState);
    return health;
  }

  // Without TLS nobody outside this machine may call.
  private static ConnectorConfig check(ConfigDocument<ConnectorConfig> document)
      throws ConfigException {
    Loopback.check(document, "listen", document.value().getListen());
    Loopback.check(document, "ops", document.value().getOps());
    return document.orThrow();
  }
}
