package io.crossdock.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.ReplayRequest;
import io.crossdock.event.v1.ReplayResponse;
import io.crossdock.terminal.ExitCode;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists recorded events. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Lists recorded events, oldest first. Filters are combined with AND.",
      "--json prints whole events, which may hold personal data; ctl events publish accepts"
          + " this form."
    },
    footer = {
      "",
      "Examples:",
      "  ctl events list --type PointsAccrued --from -2h",
      "  ctl events list --key M-1001 --json | jq .events[0].data"
    })
final class EventsListCommand extends OperatorCommand<EventsListCommand.Events> {

  private static final Columns<EventEnvelope> COLUMNS =
      new Columns<EventEnvelope>()
          .add("RECORDED AT", event -> moment(event.getRecordedAt()))
          .add("TYPE", event -> EventTypes.brief(event.getType()))
          .add("KEY", EventEnvelope::getKey)
          .number("SEQUENCE", EventEnvelope::getSequence)
          .add("SOURCE", EventEnvelope::getSource)
          .add("EVENT", EventEnvelope::getEventId)
          .add("CORRELATION", event -> orDash(event.getCorrelationId()));

  @Mixin private EventFilterOptions filter = new EventFilterOptions();

  @Option(names = "--key", paramLabel = "KEY", description = "Only events with this key.")
  private String key = "";

  @Mixin private TimeRangeOptions time = new TimeRangeOptions();

  @Option(
      names = "--after",
      paramLabel = "POSITION",
      description = "Continue after the position printed by an earlier list.")
  private String after = "";

  @Mixin private ListLimit limit = new ListLimit();

  @Mixin private TypeSource types = new TypeSource();

  /**
   * The events.
   *
   * @param position of the last one; empty when there is none after it
   */
  record Events(List<EventEnvelope> events, String position, EventJson json) {}

  EventsListCommand() {
    super(
        "ctl events list",
        EventServiceGrpc.getServiceDescriptor(),
        ServerReflectionGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    limit.check(this::mistake);
    time.check(this::mistake);
    types.check(this::mistake);
  }

  @Override
  protected Events ask(Hub hub) {
    ReplayRequest.Builder request =
        ReplayRequest.newBuilder().setAfterPosition(after).setFilter(filter.filter(key));
    time.apply(request::setRecordedFrom, request::setRecordedUntil);
    List<EventEnvelope> events = new ArrayList<>();
    Iterator<ReplayResponse> answers =
        hub.stub(EventServiceGrpc::newBlockingStub).replay(request.build());
    String position = "";
    while (answers.hasNext()) {
      ReplayResponse answer = answers.next();
      // The contract filters by the beginning of a key only.
      if (!key.isEmpty() && !answer.getEvent().getKey().equals(key)) {
        continue;
      }
      if (events.size() == limit.most()) {
        return result(hub, events, position);
      }
      events.add(answer.getEvent());
      position = answer.getPosition();
    }
    return result(hub, events, "");
  }

  @Override
  protected ExitCode exit(Events answer) {
    return answer.events().isEmpty() ? ExitCode.NOT_FOUND : ExitCode.OK;
  }

  @Override
  protected void print(Events answer, PrintWriter out) {
    if (answer.events().isEmpty()) {
      out.println("none");
      return;
    }
    COLUMNS.table(answer.events()).print(out);
    if (!answer.position().isEmpty()) {
      out.printf("There are more: --after %s, or a higher --limit.%n", answer.position());
    }
  }

  @Override
  protected JsonObject json(Events answer) {
    JsonArray events = new JsonArray();
    answer.events().stream().map(answer.json()::of).forEach(events::add);
    JsonObject json = new JsonObject();
    json.add("events", events);
    json.addProperty("next_position", answer.position());
    return json;
  }

  // Types are looked up while the hub is still connected.
  private Events result(Hub hub, List<EventEnvelope> events, String position) {
    EventJson json = types.json(hub);
    if (forProgram()) {
      events.forEach(event -> json.of(event));
    }
    return new Events(events, position, json);
  }
}
