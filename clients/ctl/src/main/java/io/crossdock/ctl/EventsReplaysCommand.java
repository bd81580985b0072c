package io.crossdock.ctl;

import io.crossdock.common.v1.Actor;
import io.crossdock.ops.v1.ListReplaysRequest;
import io.crossdock.ops.v1.ListReplaysResponse;
import io.crossdock.ops.v1.Replay;
import io.crossdock.ops.v1.ReplayServiceGrpc;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists replays. */
@Command(
    name = "replays",
    mixinStandardHelpOptions = true,
    description = "Lists replays and their progress, newest first.",
    footer = {"", "Example:", "  ctl events replays --consumer loyalty-accrual"})
final class EventsReplaysCommand extends ListCommand<ListReplaysResponse, Replay> {

  private static final Columns<Replay> COLUMNS =
      new Columns<Replay>()
          .add("ID", Replay::getReplayId)
          .add("CONSUMER", Replay::getConsumer)
          .add("STATUS", ReplaySentences::status)
          .number("MATCHED", Replay::getMatched)
          .number("DELIVERED", Replay::getDelivered)
          .number("DEAD LETTERS", Replay::getDeadLettered)
          .add("STARTED", replay -> moment(replay.getStartedAt()))
          .add("ENDED", replay -> moment(replay.getEndedAt()))
          .add("BY", EventsReplaysCommand::who)
          .add("REASON", replay -> orDash(replay.getReason()));

  @Option(names = "--consumer", paramLabel = "NAME", description = "Only to this consumer.")
  private String consumer = "";

  @Mixin private ListLimit limit = new ListLimit();

  EventsReplaysCommand() {
    super(
        "ctl events replays",
        ReplayServiceGrpc.getServiceDescriptor(),
        ListReplaysResponse.class,
        ListReplaysResponse::getReplaysList,
        COLUMNS);
  }

  @Override
  protected void check() {
    limit.check(this::mistake);
  }

  @Override
  int limit() {
    return limit.most();
  }

  @Override
  ListReplaysResponse page(Hub hub, Page page) {
    return hub.stub(ReplayServiceGrpc::newBlockingStub)
        .listReplays(
            ListReplaysRequest.newBuilder()
                .setConsumer(consumer)
                .setPageSize(page.size())
                .setPageToken(page.token())
                .build());
  }

  private static String who(Replay replay) {
    Actor actor = replay.getStartedBy();
    return actor.getId().isEmpty() ? word(actor.getKind(), "KIND_") : actor.getId();
  }
}
