package io.crossdock.ctl;

import io.crossdock.ops.v1.ListRoutesRequest;
import io.crossdock.ops.v1.ListRoutesResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.ops.v1.OpsServiceGrpc.OpsServiceBlockingStub;
import io.crossdock.ops.v1.Route;
import io.crossdock.ops.v1.RouteRule;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells which service goes where. */
@Command(
    name = "routes",
    mixinStandardHelpOptions = true,
    description = "Tells which service goes where, and by which rules.")
final class RoutesCommand extends OpsCommand<ListRoutesResponse> {

  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..1",
      description = "Only this service, by its full name.")
  private String service = "";

  RoutesCommand() {
    super("ctl routes");
  }

  @Override
  protected ListRoutesResponse ask(Hub hub) {
    OpsServiceBlockingStub ops = hub.stub(OpsServiceGrpc::newBlockingStub);
    ListRoutesResponse.Builder all = ListRoutesResponse.newBuilder();
    String page = "";
    do {
      ListRoutesResponse answer =
          ops.listRoutes(
              ListRoutesRequest.newBuilder().setService(service).setPageToken(page).build());
      page = answer.getNextPageToken();
      all.mergeFrom(answer);
    } while (!page.isEmpty());
    return all.clearNextPageToken().build();
  }

  @Override
  protected void print(ListRoutesResponse answer, PrintWriter out) {
    Table table = new Table("SERVICE", "GOES TO", "WHEN");
    for (Route route : answer.getRoutesList()) {
      switch (route.getTarget()) {
        case TARGET_LOCAL -> table.row(route.getService(), "local", "always");
        case TARGET_RULES -> {
          String name = route.getService();
          for (RouteRule rule : route.getRulesList()) {
            table.row(
                name, rule.getConnector(), rule.getWhen().isEmpty() ? "otherwise" : rule.getWhen());
            name = "";
          }
        }
        case TARGET_CONNECTOR, TARGET_UNSPECIFIED, UNRECOGNIZED ->
            table.row(
                route.getService(), orDash(String.join(", ", route.getConnectorsList())), "always");
      }
    }
    table.print(out);
  }
}
