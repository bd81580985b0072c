package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.ops.v1.ReplayServiceGrpc;
import io.crossdock.ops.v1.StopReplayRequest;
import io.crossdock.ops.v1.StopReplayResponse;
import io.crossdock.terminal.ProtoJson;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stops a replay. */
@Command(
    name = "stop-replay",
    mixinStandardHelpOptions = true,
    description = "Stops a replay; what was delivered stays delivered.",
    footer = {"", "Example:", "  ctl events stop-replay RP-12 --reason \"wrong consumer\""})
final class EventsStopReplayCommand extends OperatorCommand<StopReplayResponse> {

  @Parameters(paramLabel = "ID", description = "The replay, for example RP-12.")
  private String id = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for the audit.")
  private String reason = "";

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
                .setReason(reason)
                .build());
  }

  @Override
  protected void print(StopReplayResponse answer, PrintWriter out) {
    out.println(ReplaySentences.sentence(answer.getReplay()));
  }

  @Override
  protected JsonObject json(StopReplayResponse answer) {
    return ProtoJson.of(answer);
  }
}
