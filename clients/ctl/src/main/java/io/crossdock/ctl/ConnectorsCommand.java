package io.crossdock.ctl;

import io.crossdock.ops.v1.Connector;
import io.crossdock.ops.v1.ConnectorInstance;
import io.crossdock.ops.v1.ListConnectorsRequest;
import io.crossdock.ops.v1.ListConnectorsResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows the state of the connectors. */
@Command(
    name = "connectors",
    mixinStandardHelpOptions = true,
    description = "Lists connectors with the state, health and calls of each of their processes.")
final class ConnectorsCommand extends ListCommand<ListConnectorsResponse, ConnectorsCommand.Line> {

  private static final Columns<Line> COLUMNS =
      new Columns<Line>()
          .add("CONNECTOR", Line::connector)
          .add("ADDRESS", line -> line.instance().getAddress())
          .add("STATE", line -> word(line.instance().getState(), "CONNECTION_STATE_"))
          .add("HEALTH", line -> word(line.instance().getHealth(), "HEALTH_"))
          .add("SINCE", line -> moment(line.instance().getSince()))
          .number("IN FLIGHT", line -> line.instance().getInFlight())
          .number("CALLS", line -> line.instance().getCalls())
          .number("FAILED", line -> line.instance().getFailedCalls())
          .add("LAST FAILURE", line -> orDash(line.instance().getLastFailure()));

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only this connector.")
  private String name = "";

  /** A line of the table; the connector is named on its first one only. */
  record Line(String connector, ConnectorInstance instance) {}

  ConnectorsCommand() {
    super(
        "ctl connectors",
        OpsServiceGrpc.getServiceDescriptor(),
        ListConnectorsResponse.class,
        answer -> answer.getConnectorsList().stream().flatMap(ConnectorsCommand::lines).toList(),
        COLUMNS);
  }

  @Override
  ListConnectorsResponse page(Hub hub, Page page) {
    return hub.stub(OpsServiceGrpc::newBlockingStub)
        .listConnectors(
            ListConnectorsRequest.newBuilder().setName(name).setPageToken(page.token()).build());
  }

  private static Stream<Line> lines(Connector connector) {
    return IntStream.range(0, connector.getInstancesCount())
        .mapToObj(i -> new Line(i == 0 ? connector.getName() : "", connector.getInstances(i)));
  }
}
