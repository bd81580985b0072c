package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** Commands on events that a consumer could not process. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    description = {
      "Events that a consumer could not process.",
      "Later events with the same key wait behind them; all other events are delivered."
    },
    footer = {
      "",
      "Examples:",
      "  ctl dead-letters list --consumer loyalty-accrual",
      "  ctl dead-letters show D-771",
      "  ctl dead-letters edit D-771 --reason \"currency was missing\"",
      "  ctl dead-letters redeliver --type PointsAccrued --reason \"mapping fixed\"",
      "  ctl dead-letters discard D-771 --reason \"points credited by hand\""
    },
    subcommands = {
      DeadLettersListCommand.class,
      DeadLettersShowCommand.class,
      DeadLettersEditCommand.class,
      DeadLettersRedeliverCommand.class,
      DeadLettersDiscardCommand.class
    })
final class DeadLettersCommand {

  DeadLettersCommand() {}
}
