package io.crossdock.ctl;

import io.crossdock.ops.v1.ListRoutesRequest;
import io.crossdock.ops.v1.ListRoutesResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.ops.v1.Route;
import io.crossdock.ops.v1.RouteRule;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists where calls go. */
@Command(
    name = "routes",
    mixinStandardHelpOptions = true,
    description = "Lists services, the connectors that serve them, and the routing rules.")
final class RoutesCommand extends ListCommand<ListRoutesResponse, RoutesCommand.Line> {

  private static final Columns<Line> COLUMNS =
      new Columns<Line>()
          .add("SERVICE", Line::service)
          .add("GOES TO", Line::target)
          .add("WHEN", Line::when);

  @Parameters(
      paramLabel = "SERVICE",
      arity = "0..1",
      description = "Only this service, by its full name.")
  private String service = "";

  /** A line of the table; the service is named on its first one only. */
  record Line(String service, String target, String when) {}

  RoutesCommand() {
    super(
        "ctl routes",
        OpsServiceGrpc.getServiceDescriptor(),
        ListRoutesResponse.class,
        answer -> answer.getRoutesList().stream().flatMap(RoutesCommand::lines).toList(),
        COLUMNS);
  }

  @Override
  ListRoutesResponse page(Hub hub, Page page) {
    return hub.stub(OpsServiceGrpc::newBlockingStub)
        .listRoutes(
            ListRoutesRequest.newBuilder().setService(service).setPageToken(page.token()).build());
  }

  private static Stream<Line> lines(Route route) {
    return switch (route.getTarget()) {
      case TARGET_LOCAL -> Stream.of(new Line(route.getService(), "local", "always"));
      case TARGET_RULES ->
          IntStream.range(0, route.getRulesCount())
              .mapToObj(i -> {
                RouteRule rule = route.getRules(i);
                return new Line(
                    i == 0 ? route.getService() : "",
                    rule.getConnector(),
                    rule.getWhen().isEmpty() ? "otherwise" : rule.getWhen());
              });
      case TARGET_CONNECTOR, TARGET_UNSPECIFIED, UNRECOGNIZED ->
          Stream.of(
              new Line(
                  route.getService(),
                  orDash(String.join(", ", route.getConnectorsList())),
                  "always"));
    };
  }
}
