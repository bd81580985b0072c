package io.crossdock.ctl;

import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.InvalidateCacheResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import java.io.PrintWriter;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Drops cached responses. */
@Command(
    name = "invalidate",
    mixinStandardHelpOptions = true,
    description = "Drops cached responses, so that the next call reaches the backend.")
final class CacheInvalidateCommand extends OperatorCommand<InvalidateCacheResponse> {

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Reason, recorded in the audit trail.")
  private String reason = "";

  /** One tag, or everything. */
  private static final class What {
    @Parameters(
        paramLabel = "TAG",
        arity = "1",
        description = "Cache tag, for example member/M-1001.")
    private String tag = "";

    @Option(names = "--all", required = true, description = "Drop all cached responses.")
    private boolean all;
  }

  CacheInvalidateCommand() {
    super("ctl cache invalidate", OpsServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected InvalidateCacheResponse ask(Hub hub) {
    InvalidateCacheRequest.Builder request =
        InvalidateCacheRequest.newBuilder().setContext(context()).setReason(reason);
    if (what.all) {
      request.setAll(true);
    } else {
      request.setTag(what.tag);
    }
    return hub.stub(OpsServiceGrpc::newBlockingStub).invalidateCache(request.build());
  }

  @Override
  protected void print(InvalidateCacheResponse answer, PrintWriter out) {
    out.println(count(answer.getDroppedEntries(), "response") + " dropped");
  }
}
