package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** Commands on the event log. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description = "Reads the event log, adds to it, and delivers events from it again.",
    footer = {
      "",
      "Examples:",
      "  ctl events list --type PointsAccrued --from -2h",
      "  ctl events tail --lane financial",
      "  ctl events publish events.json",
      "  ctl events replay --consumer erp-sales --key M-1001 --reason \"lost a day\""
    },
    subcommands = {
      EventsListCommand.class,
      EventsTailCommand.class,
      EventsPublishCommand.class,
      EventsReplayCommand.class,
      EventsReplaysCommand.class,
      EventsStopReplayCommand.class
    })
final class EventsCommand {

  EventsCommand() {}
}
