package io.crossdock.ctl;

import io.crossdock.ops.v1.Contract;
import io.crossdock.ops.v1.ContractMethod;
import io.crossdock.ops.v1.ListContractsRequest;
import io.crossdock.ops.v1.ListContractsResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.ops.v1.OpsServiceGrpc.OpsServiceBlockingStub;
import io.crossdock.policy.v1.MethodPolicy;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells the contracts that the hub knows. */
@Command(
    name = "contracts",
    mixinStandardHelpOptions = true,
    description = "Tells the contracts that the hub knows, and the policy that it enforces.")
final class ContractsCommand extends OpsCommand<ListContractsResponse> {

  @Parameters(
      paramLabel = "PREFIX",
      arity = "0..1",
      description = "Only services whose name begins so, for example crossdock.loyalty.")
  private String prefix = "";

  ContractsCommand() {
    super("ctl contracts");
  }

  @Override
  protected ListContractsResponse ask(Hub hub) {
    OpsServiceBlockingStub ops = hub.stub(OpsServiceGrpc::newBlockingStub);
    ListContractsResponse.Builder all = ListContractsResponse.newBuilder();
    String page = "";
    do {
      ListContractsResponse answer =
          ops.listContracts(
              ListContractsRequest.newBuilder()
                  .setServicePrefix(prefix)
                  .setPageToken(page)
                  .build());
      page = answer.getNextPageToken();
      all.mergeFrom(answer);
    } while (!page.isEmpty());
    return all.clearNextPageToken().build();
  }

  @Override
  protected void print(ListContractsResponse answer, PrintWriter out) {
    String separator = "";
    for (Contract contract : answer.getContractsList()) {
      out.print(separator);
      separator = System.lineSeparator();
      out.printf(
          "%s  owner %s, truth in %s, %s, served by %s, from %s%n",
          contract.getService(),
          orDash(contract.getOwner()),
          orDash(contract.getSystemOfRecord()),
          word(contract.getLifecycle().getStage(), "STAGE_"),
          contract.getServedByList().isEmpty()
              ? "nobody"
              : String.join(", ", contract.getServedByList()),
          orDash(contract.getSource()));
      Table table =
          new Table("  METHOD", "PRIORITY", "DEADLINE", "CACHE", "TWICE", "RETRY", "DEGRADED");
      contract.getMethodsList().forEach(method -> row(table, method));
      table.print(out);
    }
  }

  private static void row(Table table, ContractMethod method) {
    MethodPolicy policy = method.getPolicy();
    String stream = method.getClientStreaming() || method.getServerStreaming() ? " (stream)" : "";
    table.row(
        "  " + method.getMethod() + stream,
        word(policy.getPriority(), "PRIORITY_"),
        policy.getDeadlineMs() + " ms",
        policy.hasCache() ? policy.getCache().getTtlMs() + " ms" : "-",
        word(policy.getIdempotency(), "IDEMPOTENCY_"),
        word(policy.getRetry(), "RETRY_CLASS_"),
        word(policy.getDegradedMode(), "DEGRADED_MODE_"));
  }
}
