package io.crossdock.ctl;

import io.crossdock.ops.v1.ReplayServiceGrpc;
import io.crossdock.ops.v1.StopReplayRequest;
import io.crossdock.ops.v1.StopReplayResponse;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Stops a replay. */
@Command(
    name = "stop-replay",
    mixinStandardHelpOptions = true,
    description = "Stops a replay. Events it has delivered stay delivered.",
    footer = {"", "Example:", "  ctl events stop-replay RP-12 --reason \"wrong consumer\""})
final class EventsStopReplayCommand extends OperatorCommand<StopReplayResponse> {

  @Parameters(paramLabel = "ID", description = "The replay, for example RP-12.")
  private String id = "";

  @Mixin private ReasonOption reason = new ReasonOption();

  EventsStopReplayCommand() {
    super("ctl events stop-replay", ReplayServiceGrpc.getServiceDescriptor());
  }

  @Override
  String missing() {
    return "There is no replay %s.".formatted(id);
  }

  @Override
  protected StopReplayResponse ask(Hub hub) {
    return hub.stub(ReplayServiceGrpc::newBlockingStub)
        .stopReplay(
            StopReplayRequest.newBuilder()
                .setContext(context())
                .setReplayId(id)
                .setReason(reason.text())
                .build());
  }

  @Override
  protected void print(StopReplayResponse answer, PrintWriter out) {
    out.println(ReplaySentences.sentence(answer.getReplay()));
  }
}
