package io.crossdock.ctl;

import io.crossdock.ops.v1.Consumer;
import io.crossdock.ops.v1.ConsumerLane;
import io.crossdock.ops.v1.ConsumerServiceGrpc;
import io.crossdock.ops.v1.ListConsumersRequest;
import io.crossdock.ops.v1.ListConsumersResponse;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists consumers. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the consumers that the ledger has positions or dead letters of, lane by lane.",
      "Nobody delivers to those that are \"unattended\", and their events are kept for ever: configure"
          + " them, or remove or rename them."
    },
    footer = {"", "Example:", "  ctl consumers list"})
final class ConsumersListCommand extends ListCommand<ListConsumersResponse, Consumer> {

  private static final Columns<Row> ROWS =
      new Columns<Row>()
          .add("CONSUMER", row -> row.consumer().getName())
          .add("LANE", row -> word(row.lane().getLane(), "LANE_"))
          .add("STATUS", ConsumersListCommand::status)
          .number("LAG", row -> row.lane().getLag())
          .number("DEAD LETTERS", row -> row.lane().getDeadLetters());

  private record Row(Consumer consumer, ConsumerLane lane) {}

  ConsumersListCommand() {
    super(
        "ctl consumers list",
        ConsumerServiceGrpc.getServiceDescriptor(),
        ListConsumersResponse.class,
        ListConsumersResponse::getConsumersList,
        new Columns<>());
  }

  @Override
  ListConsumersResponse page(Hub hub, Page page) {
    return hub.stub(ConsumerServiceGrpc::newBlockingStub)
        .listConsumers(
            ListConsumersRequest.newBuilder()
                .setPageSize(page.size())
                .setPageToken(page.token())
                .build());
  }

  @Override
  void print(ListConsumersResponse answer, List<Consumer> shown, PrintWriter out) {
    ROWS.table(
            shown.stream()
                .flatMap(consumer ->
                    consumer.getLanesList().stream().map(lane -> new Row(consumer, lane)))
                .toList())
        .print(out);
  }

  private static String status(Row row) {
    if (!row.lane().getTrouble().isEmpty()) {
      return row.lane().getTrouble();
    }
    return row.consumer().getDelivering() ? "delivering" : "unattended";
  }
}
