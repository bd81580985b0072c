package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** What concerns the audit trail. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Who did what, and whether the record of it was tampered with.",
    footer = {"", "Examples:", "  ctl audit list --actor anna --from -7d", "  ctl audit verify"},
    subcommands = {AuditListCommand.class, AuditVerifyCommand.class})
final class AuditCommand {

  AuditCommand() {}
}
