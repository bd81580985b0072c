package io.crossdock.ctl;

import io.crossdock.terminal.Program;
import picocli.CommandLine.Command;

/** The operator's commands. */
@Command(
    name = "crossdock ctl",
    mixinStandardHelpOptions = true,
    description = "Inspects a running hub, and works on the events and dead letters in its ledger.",
    subcommands = {
      RoutesCommand.class,
      ConnectorsCommand.class,
      ContractsCommand.class,
      CacheCommand.class,
      EventsCommand.class,
      ConsumersCommand.class,
      DeadLettersCommand.class,
      AuditCommand.class,
      LedgerCommand.class
    },
    footer = {
      "",
      "Environment: CROSSDOCK_HUB; OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_ variables."
    })
public final class CtlMain {

  CtlMain() {}

  /** Runs one command and ends with its exit code. */
  public static void main(String[] args) {
    Program.main(new CtlMain(), args);
  }
}
