package io.crossdock.ctl;

import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.InvalidateCacheResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Drops answers from the hub's memory. */
@Command(
    name = "invalidate",
    mixinStandardHelpOptions = true,
    description = "Drops answers from the cache, so that the next call asks the backend.")
final class CacheInvalidateCommand extends OpsCommand<InvalidateCacheResponse> {

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit.")
  private String reason = "";

  /** One tag, or everything. */
  private static final class What {
    @Parameters(
        paramLabel = "TAG",
        arity = "1",
        description = "Name that answers are kept under, for example member/M-1001.")
    private String tag = "";

    @Option(names = "--all", required = true, description = "Drop every answer.")
    private boolean all;
  }

  CacheInvalidateCommand() {
    super("ctl cache invalidate");
  }

  @Override
  protected InvalidateCacheResponse ask(Hub hub) {
    InvalidateCacheRequest.Builder request = InvalidateCacheRequest.newBuilder().setReason(reason);
    request.setContext(context());
    if (what.all) {
      request.setAll(true);
    } else {
      request.setTag(what.tag);
    }
    return hub.stub(OpsServiceGrpc::newBlockingStub).invalidateCache(request.build());
  }

  @Override
  protected void print(InvalidateCacheResponse answer, PrintWriter out) {
    out.printf(Locale.ROOT, "%,d answers dropped%n", answer.getDroppedEntries());
  }
}
