package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.ops.v1.CheckLedgerRequest;
import io.crossdock.ops.v1.CheckLedgerResponse;
import io.crossdock.ops.v1.LedgerServiceGrpc;
import io.crossdock.terminal.ExitCode;
import io.crossdock.terminal.ProtoJson;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Checks the ledger while it is in use. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Checks the ledger while it is in use: the database, the audit chain, the events.",
      "Ends with 1 when something is not in order."
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
    out.println(answer.getWhole() ? "The ledger is whole." : "The ledger is not whole:");
    answer.getFindingsList().forEach(finding -> out.println("  " + finding));
  }

  @Override
  protected JsonObject json(CheckLedgerResponse answer) {
    return ProtoJson.of(answer);
  }
}
