package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.SubscribeRequest;
import io.crossdock.event.v1.SubscribeResponse;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells events as they come. */
@Command(
    name = "tail",
    mixinStandardHelpOptions = true,
    description = {
      "Tells events as they come, until Ctrl-C; all that is given must match.",
      "With --json each event is one line, whole; it may hold personal data."
    },
    footer = {
      "",
      "Examples:",
      "  ctl events tail --lane financial",
      "  ctl events tail --type StockMoved --key-prefix EU-001/ --count 10 --json"
    })
final class EventsTailCommand extends OperatorCommand<Long> {

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      converter = EventTypes.class,
      description = "Only events of this type, for example PointsAccrued; may be repeated.")
  private List<String> types = new ArrayList<>();

  @Option(
      names = "--key-prefix",
      paramLabel = "TEXT",
      description = "Only events whose key begins so.")
  private String keyPrefix = "";

  @Option(names = "--lane", paramLabel = "LANE", description = "Only: ${COMPLETION-CANDIDATES}.")
  private @Nullable LaneName lane;

  @Option(names = "--count", paramLabel = "N", description = "End after so many events.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--after",
      paramLabel = "POSITION",
      description =
          "Begin after the position that a broken one ended with. Default: with what comes.")
  private String after = "";

  EventsTailCommand() {
    super("ctl events tail", EventServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    if (count < 1) {
      throw mistake("--count: %d (expected: 1 or more)".formatted(count));
    }
  }

  @Override
  protected Long ask(Hub hub) {
    SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
    request
        .getFilterBuilder()
        .addAllTypes(types.stream().distinct().toList())
        .setKeyPrefix(keyPrefix);
    if (lane != null) {
      request.getFilterBuilder().setLane(lane.lane());
    }
    if (!after.isEmpty()) {
      request.setAfterPosition(after);
    }
    Iterator<SubscribeResponse> answers =
        hub.patientStub(EventServiceGrpc::newBlockingStub).subscribe(request.build());
    String position = after;
    long told = 0;
    try {
      while (told < count && answers.hasNext()) {
        SubscribeResponse answer = answers.next();
        // Without an event it is a sign of life.
        if (answer.hasEvent()) {
          tell(answer.getEvent());
          told++;
        }
        position = answer.getPosition();
      }
    } catch (StatusRuntimeException e) {
      if (!position.isEmpty()) {
        err().println("Go on where this ended with: --after " + position);
      }
      throw e;
    }
    return told;
  }

  @Override
  protected void print(Long told, PrintWriter out) {}

  @Override
  protected @Nullable JsonObject json(Long told) {
    return null;
  }

  private void tell(EventEnvelope event) {
    if (forProgram()) {
      out().println(EventJson.of(event));
    } else {
      out()
          .printf(
              "%s  %s  %s #%d  from %s  %s%n",
              moment(event.getRecordedAt()),
              EventTypes.brief(event.getType()),
              event.getKey(),
              event.getSequence(),
              event.getSource(),
              event.getEventId());
    }
    out().flush();
  }
}
