package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.common.v1.Actor;
import io.crossdock.ops.v1.ListReplaysRequest;
import io.crossdock.ops.v1.ListReplaysResponse;
import io.crossdock.ops.v1.Replay;
import io.crossdock.ops.v1.ReplayServiceGrpc;
import io.crossdock.terminal.ProtoJson;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells the replays. */
@Command(
    name = "replays",
    mixinStandardHelpOptions = true,
    description = "Lists replays, the newest first, and how far they are.",
    footer = {"", "Example:", "  ctl events replays --consumer loyalty-accrual"})
final class EventsReplaysCommand extends OperatorCommand<ListReplaysResponse> {

  private static final int MOST_IN_PAGE = 200;

  @Option(names = "--consumer", paramLabel = "NAME", description = "Only to this consumer.")
  private String consumer = "";

  @Mixin private ListLimit limit = new ListLimit();

  EventsReplaysCommand() {
    super("ctl events replays", ReplayServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    limit.check(this::mistake);
  }

  @Override
  protected ListReplaysResponse ask(Hub hub) {
    int most = limit.most();
    ListReplaysResponse.Builder all = ListReplaysResponse.newBuilder();
    String page = "";
    do {
      ListReplaysResponse answer =
          hub.stub(ReplayServiceGrpc::newBlockingStub)
              .listReplays(
                  ListReplaysRequest.newBuilder()
                      .setConsumer(consumer)
                      .setPageSize(Math.min(MOST_IN_PAGE, most - all.getReplaysCount()))
                      .setPageToken(page)
                      .build());
      page = answer.getNextPageToken();
      all.mergeFrom(answer);
    } while (!page.isEmpty() && all.getReplaysCount() < most);
    return all.clearNextPageToken().build();
  }

  @Override
  protected void print(ListReplaysResponse answer, PrintWriter out) {
    if (answer.getReplaysCount() == 0) {
      out.println("none");
      return;
    }
    Table table =
        new Table(
            "ID",
            "CONSUMER",
            "STATUS",
            "MATCHED",
            "DELIVERED",
            "DEAD LETTERS",
            "STARTED",
            "ENDED",
            "BY",
            "REASON");
    for (Replay replay : answer.getReplaysList()) {
      Actor actor = replay.getStartedBy();
      table.row(
          replay.getReplayId(),
          replay.getConsumer(),
          ReplaySentences.status(replay) + (replay.getDryRun() ? " (dry run)" : ""),
          number(replay.getMatched()),
          number(replay.getDelivered()),
          number(replay.getDeadLettered()),
          moment(replay.getStartedAt()),
          moment(replay.getEndedAt()),
          actor.getId().isEmpty() ? word(actor.getKind(), "KIND_") : actor.getId(),
          orDash(replay.getReason()));
    }
    table.print(out);
  }

  @Override
  protected JsonObject json(ListReplaysResponse answer) {
    return ProtoJson.of(answer);
  }
}
