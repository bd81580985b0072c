package io.crossdock.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonStreamParser;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.PublishResponse;
import io.crossdock.event.v1.PublishedEvent;
import io.crossdock.failure.Failure;
import io.crossdock.terminal.ProtoJson;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes events. */
@Command(
    name = "publish",
    mixinStandardHelpOptions = true,
    description = {
      "Publishes events: all of them, or none if the hub rejects one.",
      "The file holds events as JSON: one after the other, an array, or the output of ctl events"
          + " list --json. If the outcome is unknown, repeat with the request ID that is printed."
    },
    footer = {
      "",
      "Examples:",
      "  ctl events publish events.json",
      "  ctl events publish events.json \\",
      "      --request-id 2f1a4e0e-8a9f-4a52-9f0c-0a4f2b1c7d11"
    })
final class EventsPublishCommand extends OperatorCommand<PublishResponse> {

  private static final Columns<PublishedEvent> COLUMNS =
      new Columns<PublishedEvent>()
          .add("EVENT", PublishedEvent::getEventId)
          .number("SEQUENCE", PublishedEvent::getSequence)
          .add("POSITION", PublishedEvent::getPosition)
          .add("RECORDED", event -> event.getDuplicate() ? "before" : "now");

  // What the contract allows in one request.
  private static final int MOST = 500;

  @Parameters(paramLabel = "FILE", description = "File with the events, JSON.")
  private Path file = Path.of("");

  @Option(
      names = "--request-id",
      paramLabel = "UUID",
      converter = UuidConverter.class,
      description = "Request ID of an earlier attempt. Default: a new one.")
  private @Nullable UUID given;

  @Mixin private TypeSource types = new TypeSource();

  private List<JsonElement> events = List.of();
  private UUID requestId = new UUID(0, 0);

  EventsPublishCommand() {
    super(
        "ctl events publish",
        EventServiceGrpc.getServiceDescriptor(),
        ServerReflectionGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    types.check(this::mistake);
    events = elements();
    if (events.isEmpty() || events.size() > MOST) {
      throw mistake(
          "%s: %s (expected: 1..%d)".formatted(file, count(events.size(), "event"), MOST));
    }
  }

  @Override
  protected PublishResponse ask(Hub hub) {
    List<EventEnvelope> parsed = parse(types.json(hub));
    requestId = given == null ? UUID.randomUUID() : given;
    return hub.stub(EventServiceGrpc::newBlockingStub)
        .publish(
            PublishRequest.newBuilder()
                .setContext(context(requestId, ""))
                .addAllEvents(parsed)
                .build());
  }

  @Override
  protected void explain(Failure failure, PrintWriter to) {
    super.explain(failure, to);
    if (failure.unknownOutcome() != null) {
      to.println("Repeated with --request-id, the events are recorded once.");
    }
  }

  @Override
  protected void print(PublishResponse answer, PrintWriter out) {
    COLUMNS.table(answer.getEventsList()).print(out);
    out.println("request id " + requestId);
  }

  @Override
  protected JsonObject json(PublishResponse answer) {
    JsonObject json = ProtoJson.of(answer);
    json.addProperty("request_id", requestId.toString());
    return json;
  }

  private List<EventEnvelope> parse(EventJson json) {
    List<EventEnvelope> parsed = new ArrayList<>();
    for (JsonElement each : events) {
      try {
        parsed.add(json.parse(each));
      } catch (JsonParseException e) {
        throw mistake("%s: event %d: %s".formatted(file, parsed.size() + 1, FileErrors.of(e)));
      }
    }
    return parsed;
  }

  private List<JsonElement> elements() {
    try {
      String text = Files.readString(file);
      return text.isBlank() ? List.of() : elements(text);
    } catch (IOException e) {
      throw mistake("%s: cannot be read (%s)".formatted(file, FileErrors.of(e)));
    } catch (JsonParseException e) {
      throw mistake("%s: is not JSON (%s)".formatted(file, FileErrors.of(e)));
    }
  }

  private static List<JsonElement> elements(String text) {
    List<JsonElement> elements = new ArrayList<>();
    JsonStreamParser parser = new JsonStreamParser(text);
    while (parser.hasNext()) {
      JsonElement each = parser.next();
      if (each.isJsonObject() && each.getAsJsonObject().get("events") instanceof JsonArray list) {
        elements.addAll(list.asList());
      } else if (each.isJsonArray()) {
        elements.addAll(each.getAsJsonArray().asList());
      } else {
        elements.add(each);
      }
    }
    return elements;
  }
}
