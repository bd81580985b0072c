package io.crossdock.ctl;

import io.crossdock.ops.v1.Contract;
import io.crossdock.ops.v1.ContractMethod;
import io.crossdock.ops.v1.ListContractsRequest;
import io.crossdock.ops.v1.ListContractsResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.policy.v1.MethodPolicy;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows the contracts that the hub knows. */
@Command(
    name = "contracts",
    mixinStandardHelpOptions = true,
    description = "Lists the contracts that the hub knows, and the policy that it enforces.")
final class ContractsCommand extends ListCommand<ListContractsResponse, Contract> {

  private static final Columns<ContractMethod> METHODS =
      new Columns<ContractMethod>()
          .add("  METHOD", ContractsCommand::name)
          .add("PRIORITY", method -> word(method.getPolicy().getPriority(), "PRIORITY_"))
          .add("DEADLINE", method -> method.getPolicy().getDeadlineMs() + " ms")
          .add("CACHE", method -> cache(method.getPolicy()))
          .add("IDEMPOTENCY", method -> word(method.getPolicy().getIdempotency(), "IDEMPOTENCY_"))
          .add("RETRY", method -> word(method.getPolicy().getRetry(), "RETRY_CLASS_"))
          .add("DEGRADED", method -> word(method.getPolicy().getDegradedMode(), "DEGRADED_MODE_"));

  @Parameters(
      paramLabel = "PREFIX",
      arity = "0..1",
      description = "Only services with this name prefix, for example crossdock.loyalty.")
  private String prefix = "";

  ContractsCommand() {
    super(
        "ctl contracts",
        OpsServiceGrpc.getServiceDescriptor(),
        ListContractsResponse.class,
        ListContractsResponse::getContractsList,
        new Columns<>());
  }

  @Override
  ListContractsResponse page(Hub hub, Page page) {
    return hub.stub(OpsServiceGrpc::newBlockingStub)
        .listContracts(
            ListContractsRequest.newBuilder()
                .setServicePrefix(prefix)
                .setPageToken(page.token())
                .build());
  }

  @Override
  void print(ListContractsResponse answer, List<Contract> contracts, PrintWriter out) {
    String separator = "";
    for (Contract contract : contracts) {
      out.print(separator);
      separator = System.lineSeparator();
      out.printf(
          "%s  owner %s, system of record %s, %s, served by %s, from %s%n",
          contract.getService(),
          orDash(contract.getOwner()),
          orDash(contract.getSystemOfRecord()),
          word(contract.getLifecycle().getStage(), "STAGE_"),
          contract.getServedByList().isEmpty()
              ? "nobody"
              : String.join(", ", contract.getServedByList()),
          orDash(contract.getSource()));
      METHODS.table(contract.getMethodsList()).print(out);
    }
  }

  private static String name(ContractMethod method) {
    boolean streams = method.getClientStreaming() || method.getServerStreaming();
    return "  " + method.getMethod() + (streams ? " (stream)" : "");
  }

  private static String cache(MethodPolicy policy) {
    return policy.hasCache() ? policy.getCache().getTtlMs() + " ms" : "-";
  }
}
