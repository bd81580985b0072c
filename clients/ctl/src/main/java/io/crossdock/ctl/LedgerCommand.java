package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** What concerns the ledger as a whole. */
@Command(
    name = "ledger",
    mixinStandardHelpOptions = true,
    description = "The ledger as a whole: a back-up of it, and whether it is in order.",
    footer = {"", "Examples:", "  ctl ledger backup ledger-2026-11-21.db", "  ctl ledger check"},
    subcommands = {LedgerBackupCommand.class, LedgerCheckCommand.class})
final class LedgerCommand {

  LedgerCommand() {}
}
