package io.crossdock.hub;

import io.crossdock.ledger.part.HubPart;
import io.crossdock.runtime.lifecycle.Lifecycle;
import io.crossdock.runtime.lifecycle.Release;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code crossdock hub}. */
@Command(
    name = "crossdock hub",
    mixinStandardHelpOptions = true,
    versionProvider = Release.class,
    description = "Runs a hub: accepts calls and routes them to connectors.",
    footer = {
      "",
      "Exit codes: 0 stopped, 1 failed, 2 wrong configuration, 3 out of memory, 4 port taken.",
      "Environment: OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_ variables; LOG_LEVEL, LOG_FORMAT."
    })
public final class HubMain implements Callable<Integer> {

  @Option(names = "--config", required = true, paramLabel = "FILE", description = "Configuration.")
  private Path config = Path.of("");

  @Option(names = "--check", description = "Check the configuration, print it and exit.")
  private boolean check;

  // The launcher records a whole start with it.
  @Option(names = "--until-ready", hidden = true, description = "Stop as soon as it is ready.")
  private boolean untilReady;

  private final List<HubPart> parts;

  private HubMain(List<HubPart> parts) {
    this.parts = parts;
  }

  /** Runs a hub until it is stopped. */
  public static void main(String[] args) {
    System.exit(run(args, List.of()));
  }

  /** Runs a hub with more parts until it is stopped; returns the exit code. */
  public static int run(String[] args, List<HubPart> parts) {
    return new CommandLine(new HubMain(List.copyOf(parts))).execute(args);
  }

  @Override
  @SuppressWarnings("SystemOut") // the answer to the person who asked
  public Integer call() {
    Hub hub = new Hub(config, parts);
    return check
        ? hub.check(System.out, System.err)
        : Lifecycle.run("crossdock hub", each -> hub.start(each, untilReady));
  }
}
