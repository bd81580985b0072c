package io.crossdock.ctl;

import picocli.CommandLine.Command;

/** Commands on the audit trail. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Shows who did what, and checks that the record was not tampered with.",
    footer = {"", "Examples:", "  ctl audit list --actor anna --from -7d", "  ctl audit verify"},
    subcommands = {AuditListCommand.class, AuditVerifyCommand.class})
final class AuditCommand {

  AuditCommand() {}
}
