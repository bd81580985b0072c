package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.VerifyAuditChainRequest;
import io.crossdock.ops.v1.VerifyAuditChainResponse;
import io.crossdock.terminal.ExitCode;
import io.crossdock.terminal.ProtoJson;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks the audit chain. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Checks that no audit record was changed, removed or inserted.",
      "Ends with 1 when the chain of hashes is broken."
    },
    footer = {"", "Examples:", "  ctl audit verify", "  ctl audit verify --from 90000 --to 90211"})
final class AuditVerifyCommand extends OperatorCommand<VerifyAuditChainResponse> {

  @Option(
      names = "--from",
      paramLabel = "N",
      description = "First record. Default: the first of all.")
  private long first;

  @Option(names = "--to", paramLabel = "N", description = "Last record. Default: the last of all.")
  private long last;

  AuditVerifyCommand() {
    super("ctl audit verify", AuditServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    if (first < 0 || last < 0 || (last > 0 && last < first)) {
      throw mistake(
          "--from and --to: %d and %d (expected: 1 or more, in order)".formatted(first, last));
    }
  }

  @Override
  protected VerifyAuditChainResponse ask(Hub hub) {
    return hub.stub(AuditServiceGrpc::newBlockingStub)
        .verifyAuditChain(
            VerifyAuditChainRequest.newBuilder()
                .setFirstSequence(first)
                .setLastSequence(last)
                .build());
  }

  @Override
  protected ExitCode exit(VerifyAuditChainResponse answer) {
    return answer.getIntact() ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  @Override
  protected void print(VerifyAuditChainResponse answer, PrintWriter out) {
    if (answer.getIntact()) {
      out.println("The chain holds: %s checked.".formatted(count(answer.getChecked(), "record")));
    } else {
      out.println(
          "The chain is broken at record %d; %s checked."
              .formatted(answer.getFirstBrokenSequence(), count(answer.getChecked(), "record")));
    }
  }

  @Override
  protected JsonObject json(VerifyAuditChainResponse answer) {
    return ProtoJson.of(answer);
  }
}
