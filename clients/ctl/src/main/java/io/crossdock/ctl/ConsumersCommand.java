package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** Commands on the consumers of events. */
@Command(
    name = "consumers",
    mixinStandardHelpOptions = true,
    description = "Shows the consumers of events, and removes or renames those no hub delivers to.",
    footer = {
      "",
      "Examples:",
      "  ctl consumers list",
      "  ctl consumers remove erp-old --reason \"switched off\""
    },
    subcommands = {
      ConsumersListCommand.class,
      ConsumersRemoveCommand.class,
      ConsumersRenameCommand.class
    })
final class ConsumersCommand {

  ConsumersCommand() {}
}
