package io.crossdock.ctl;

import io.crossdock.ops.v1.CheckLedgerRequest;
import io.crossdock.ops.v1.CheckLedgerResponse;
import io.crossdock.ops.v1.LedgerServiceGrpc;
import io.crossdock.terminal.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks the ledger while it is in use. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Checks the ledger while it is in use: the database, the audit chain, the checksums and the"
          + " sequences of the events.",
      "Exits with 1 if something is wrong."
    })
final class LedgerCheckCommand extends OperatorCommand<CheckLedgerResponse> {

  @Mixin private HeadOption head = new HeadOption();

  LedgerCheckCommand() {
    super("ctl ledger check", LedgerServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    head.check(this::mistake);
  }

  @Override
  protected CheckLedgerResponse ask(Hub hub) {
    CheckLedgerRequest.Builder request = CheckLedgerRequest.newBuilder();
    head.head().ifPresent(request::setKnownHead);
    return hub.stub(LedgerServiceGrpc::newBlockingStub).checkLedger(request.build());
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
        .add("audit head", answer.hasAuditHead() ? HeadOption.text(answer.getAuditHead()) : "-")
        .add("without checksum", number(answer.getUnchecked()))
        .print(out);
    out.println(answer.getWhole() ? "The ledger is intact." : "The ledger is damaged:");
    answer.getFindingsList().forEach(finding -> out.println("  " + finding));
  }
}
