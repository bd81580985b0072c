package io.crossdock.ctl;

import com.google.protobuf.util.Timestamps;
import io.crossdock.ops.v1.Connector;
import io.crossdock.ops.v1.ConnectorInstance;
import io.crossdock.ops.v1.ListConnectorsRequest;
import io.crossdock.ops.v1.ListConnectorsResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.ops.v1.OpsServiceGrpc.OpsServiceBlockingStub;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells how the connectors are. */
@Command(
    name = "connectors",
    mixinStandardHelpOptions = true,
    description = "Tells the connectors, how each of their processes is, and its calls.")
final class ConnectorsCommand extends OpsCommand<ListConnectorsResponse> {

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only this connector.")
  private String name = "";

  ConnectorsCommand() {
    super("ctl connectors");
  }

  @Override
  protected ListConnectorsResponse ask(Hub hub) {
    OpsServiceBlockingStub ops = hub.stub(OpsServiceGrpc::newBlockingStub);
    ListConnectorsResponse.Builder all = ListConnectorsResponse.newBuilder();
    String page = "";
    do {
      ListConnectorsResponse answer =
          ops.listConnectors(
              ListConnectorsRequest.newBuilder().setName(name).setPageToken(page).build());
      page = answer.getNextPageToken();
      all.mergeFrom(answer);
    } while (!page.isEmpty());
    return all.clearNextPageToken().build();
  }

  @Override
  protected void print(ListConnectorsResponse answer, PrintWriter out) {
    Table table =
        new Table(
            "CONNECTOR",
            "ADDRESS",
            "STATE",
            "HEALTH",
            "SINCE",
            "IN FLIGHT",
            "CALLS",
            "FAILED",
            "LAST FAILURE");
    for (Connector connector : answer.getConnectorsList()) {
      String title = connector.getName();
      for (ConnectorInstance instance : connector.getInstancesList()) {
        table.row(
            title,
            instance.getAddress(),
            word(instance.getState(), "CONNECTION_STATE_"),
            word(instance.getHealth(), "HEALTH_"),
            instance.hasSince() ? Timestamps.toString(instance.getSince()) : "-",
            number(instance.getInFlight()),
            number(instance.getCalls()),
            number(instance.getFailedCalls()),
            orDash(instance.getLastFailure()));
        title = "";
      }
    }
    table.print(out);
  }
}
