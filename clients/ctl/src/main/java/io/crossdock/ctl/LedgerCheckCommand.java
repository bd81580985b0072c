package io.crossdock.ctl;

import io.crossdock.ops.v1.CheckLedgerRequest;
import io.crossdock.ops.v1.CheckLedgerResponse;
import io.crossdock.ops.v1.LedgerServiceGrpc;
import io.crossdock.terminal.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Checks the ledger while it is in use. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Checks the ledger while it is in use: the database, the audit chain, the events.",
      "Exits with 1 if something is wrong."
    })
final class LedgerCheckCommand extends OperatorCommand<CheckLedgerResponse> {

  LedgerCheckCommand() {
    super("ctl ledger check", LedgerServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected CheckLedgerResponse ask(Hub hub) {
    return hub.stub(LedgerServiceGrpc::newBlockingStub)
        .checkLedger(CheckLedgerRequest.getDefaultInstance());
  }

  @Override
  protected ExitCode exit(CheckLedgerResponse answer) {
    return answer.getWhole() ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  @Override
  protected void print(CheckLedgerResponse answer, PrintWriter out) {
    new KeyValues()
        .add("engine", orDash(answer.getEngine()))
        .add("version", orDash(answer.getVersion()))
        .add("events", number(answer.getEvents()))
        .add("audit records", number(answer.getAuditRecords()))
        .print(out);
    out.println(answer.getWhole() ? "The ledger is intact." : "The ledger is damaged:");
    answer.getFindingsList().forEach(finding -> out.println("  " + finding));
  }
}
