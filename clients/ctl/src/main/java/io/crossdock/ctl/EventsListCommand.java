package io.crossdock.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.ReplayRequest;
import io.crossdock.event.v1.ReplayResponse;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells events of the past. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Lists events of the past, the oldest first; all that is given must match.",
      "With --json it has the whole events, which may hold personal data; ctl events publish"
          + " takes them in this form."
    },
    footer = {
      "",
      "Examples:",
      "  ctl events list --type PointsAccrued --from -2h",
      "  ctl events list --key M-1001 --json | jq .events[0].data"
    })
final class EventsListCommand extends OperatorCommand<EventsListCommand.Events> {

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      converter = EventTypes.class,
      description = "Only events of this type, for example PointsAccrued; may be repeated.")
  private List<String> types = new ArrayList<>();

  @Option(names = "--key", paramLabel = "KEY", description = "Only events with this key.")
  private String key = "";

  @Option(names = "--lane", paramLabel = "LANE", description = "Only: ${COMPLETION-CANDIDATES}.")
  private @Nullable LaneName lane;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = InstantConverter.class,
      description = "Recorded at or after: " + InstantConverter.HELP)
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = InstantConverter.class,
      description = "Recorded before this moment.")
  private @Nullable Instant to;

  @Option(
      names = "--after",
      paramLabel = "POSITION",
      description = "Go on after the position that an earlier list ended with.")
  private String after = "";

  @Mixin private ListLimit limit = new ListLimit();

  /**
   * The events.
   *
   * @param position of the last; empty when there is none after it
   */
  record Events(List<EventEnvelope> events, String position) {}

  EventsListCommand() {
    super("ctl events list", EventServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    limit.check(this::mistake);
    if (from != null && to != null && !from.isBefore(to)) {
      throw mistake("--to: %s (expected: a moment after --from, %s)".formatted(to, from));
    }
  }

  @Override
  protected Events ask(Hub hub) {
    int most = limit.most();
    ReplayRequest.Builder request = ReplayRequest.newBuilder().setAfterPosition(after);
    request.getFilterBuilder().addAllTypes(types.stream().distinct().toList()).setKeyPrefix(key);
    if (lane != null) {
      request.getFilterBuilder().setLane(lane.lane());
    }
    if (from != null) {
      request.setRecordedFrom(timestamp(from));
    }
    if (to != null) {
      request.setRecordedUntil(timestamp(to));
    }
    List<EventEnvelope> events = new ArrayList<>();
    Iterator<ReplayResponse> answers =
        hub.stub(EventServiceGrpc::newBlockingStub).replay(request.build());
    String position = "";
    while (answers.hasNext()) {
      ReplayResponse answer = answers.next();
      if (!key.isEmpty() && !answer.getEvent().getKey().equals(key)) {
        continue;
      }
      if (events.size() == most) {
        return new Events(events, position);
      }
      events.add(answer.getEvent());
      position = answer.getPosition();
    }
    return new Events(events, "");
  }

  @Override
  protected void print(Events answer, PrintWriter out) {
    if (answer.events().isEmpty()) {
      out.println("none");
      return;
    }
    Table table =
        new Table("RECORDED AT", "TYPE", "KEY", "SEQUENCE", "SOURCE", "EVENT", "CORRELATION");
    for (EventEnvelope event : answer.events()) {
      table.row(
          moment(event.getRecordedAt()),
          EventTypes.brief(event.getType()),
          event.getKey(),
          number(event.getSequence()),
          event.getSource(),
          event.getEventId(),
          orDash(event.getCorrelationId()));
    }
    table.print(out);
    if (!answer.position().isEmpty()) {
      out.printf("There is more: --after %s, or a higher --limit.%n", answer.position());
    }
  }

  @Override
  protected JsonObject json(Events answer) {
    JsonArray events = new JsonArray();
    answer.events().stream().map(EventJson::of).forEach(events::add);
    JsonObject json = new JsonObject();
    json.add("events", events);
    json.addProperty("next_position", answer.position());
    return json;
  }
}
