package io.crossdock.pos;

import io.crossdock.pos.load.LoadCommand;
import io.crossdock.terminal.Program;
import picocli.CommandLine.Command;

/** The till. */
@Command(
    name = "crossdock pos",
    mixinStandardHelpOptions = true,
    description = "A till: queries a hub for points, stock and customers.",
    subcommands = {
      BalanceCommand.class,
      StockCommand.class,
      LookupCommand.class,
      LoadCommand.class
    },
    footer = {
      "",
      "Environment: CROSSDOCK_HUB; OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_ variables."
    })
public final class PosMain {

  PosMain() {}

  /** Runs one command and ends with its exit code. */
  public static void main(String[] args) {
    Program.main(new PosMain(), args);
  }
}
