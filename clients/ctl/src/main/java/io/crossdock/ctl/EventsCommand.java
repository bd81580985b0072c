package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** What concerns the log of events. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description = "The log of events: look into it, add to it, deliver from it again.",
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
