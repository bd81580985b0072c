package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** Commands on the ledger as a whole. */
@Command(
    name = "ledger",
    mixinStandardHelpOptions = true,
    description = "Backs up the ledger and checks it.",
    footer = {"", "Examples:", "  ctl ledger backup ledger-2026-11-21.db", "  ctl ledger check"},
    subcommands = {LedgerBackupCommand.class, LedgerCheckCommand.class})
final class LedgerCommand {

  LedgerCommand() {}
}
