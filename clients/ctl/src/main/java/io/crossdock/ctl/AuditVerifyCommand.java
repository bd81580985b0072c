package io.crossdock.ctl;

import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.VerifyAuditChainRequest;
import io.crossdock.ops.v1.VerifyAuditChainResponse;
import io.crossdock.terminal.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks the audit chain. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Verifies that no audit record was changed, removed or inserted.",
      "Prints the chain's head: note it elsewhere and give it with --head the next time, so that"
          + " removed records are noticed even when nothing follows them.",
      "Exits with 1 if the hash chain is broken."
    },
    footer = {
      "",
      "Examples:",
      "  ctl audit verify",
      "  ctl audit verify --head 90211:5f0c…",
      "  ctl audit verify --from 90000 --to 90211"
    })
final class AuditVerifyCommand extends OperatorCommand<VerifyAuditChainResponse> {

  @Option(names = "--from", paramLabel = "N", description = "First record. Default: the first one.")
  private long first;

  @Option(names = "--to", paramLabel = "N", description = "Last record. Default: the latest one.")
  private long last;

  @Mixin private HeadOption head = new HeadOption();

  AuditVerifyCommand() {
    super("ctl audit verify", AuditServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    head.check(this::mistake);
    if (first < 0 || last < 0 || (last > 0 && last < first)) {
      throw mistake(
          "--from and --to: %d and %d (expected: 1 or more, in order)".formatted(first, last));
    }
  }

  @Override
  protected VerifyAuditChainResponse ask(Hub hub) {
    VerifyAuditChainRequest.Builder request =
        VerifyAuditChainRequest.newBuilder().setFirstSequence(first).setLastSequence(last);
    head.head().ifPresent(request::setKnownHead);
    return hub.stub(AuditServiceGrpc::newBlockingStub).verifyAuditChain(request.build());
  }

  @Override
  protected ExitCode exit(VerifyAuditChainResponse answer) {
    return answer.getIntact() ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  @Override
  protected void print(VerifyAuditChainResponse answer, PrintWriter out) {
    if (answer.getIntact()) {
      out.println(
          "The audit chain is intact: %s checked.".formatted(count(answer.getChecked(), "record")));
    } else {
      out.println(
          "The audit chain is broken%s; %s checked."
              .formatted(
                  answer.getFirstBrokenSequence() == 0
                      ? ""
                      : " at record " + answer.getFirstBrokenSequence(),
                  count(answer.getChecked(), "record")));
      if (!answer.getFinding().isEmpty()) {
        out.println("  " + answer.getFinding());
      }
    }
    if (answer.hasHead()) {
      out.println("head " + HeadOption.text(answer.getHead()));
    }
  }
}
