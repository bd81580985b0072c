package io.crossdock.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.util.Timestamps;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterAction;
import io.crossdock.ops.v1.GetDeadLetterResponse;
import io.crossdock.terminal.ProtoJson;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows one dead letter. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Shows a dead letter, its event and its history.",
      "The event may hold personal data."
    },
    footer = {"", "Example:", "  ctl dead-letters show D-771"})
final class DeadLettersShowCommand extends DeadLetterCommand<GetDeadLetterResponse> {

  @Parameters(paramLabel = "ID", description = "The dead letter, for example D-771.")
  private String id = "";

  @Mixin private TypeSource types = new TypeSource();

  private EventJson events = EventJson.BUILD;

  DeadLettersShowCommand() {
    super("ctl dead-letters show");
  }

  @Override
  protected void check() {
    types.check(this::mistake);
  }

  @Override
  protected GetDeadLetterResponse ask(Hub hub) {
    GetDeadLetterResponse found = get(hub, id);
    events = types.json(hub);
    // Types are looked up while the hub is still connected.
    var _ = events.of(found.getEvent());
    return found;
  }

  @Override
  protected void print(GetDeadLetterResponse answer, PrintWriter out) {
    DeadLetter letter = answer.getDeadLetter();
    new KeyValues()
        .add("dead letter", letter.getDeadLetterId())
        .add("consumer", letter.getConsumer())
        .add("type", letter.getEventType())
        .add("key", letter.getKey())
        .add("lane", word(letter.getLane(), "LANE_"))
        .add("status", word(letter.getStatus(), "DEAD_LETTER_STATUS_"))
        .add("reason", reason(letter))
        .add("attempts", number(letter.getAttempts()))
        .add("behind", count(letter.getWaitingBehind(), "event"))
        .add("occurred at", moment(letter.getOccurredAt()))
        .add("failed at", moment(letter.getFailedAt()))
        .add("correlation", orDash(letter.getCorrelationId()))
        .print(out);
    out.println();
    out.println("event");
    out.println(ProtoJson.print(events.of(answer.getEvent())));
    if (answer.getHistoryCount() > 0) {
      out.println();
      out.println("history");
      for (int i = 0; i < answer.getHistoryCount(); i++) {
        print(answer.getHistory(i), after(answer, i), out);
      }
    }
  }

  @Override
  protected JsonObject json(GetDeadLetterResponse answer) {
    JsonObject json = ProtoJson.of(answer.toBuilder().clearEvent().clearHistory().build());
    json.add("event", events.of(answer.getEvent()));
    JsonArray history = new JsonArray();
    for (DeadLetterAction action : answer.getHistoryList()) {
      JsonObject entry = ProtoJson.of(action.toBuilder().clearEventBefore().build());
      if (action.hasEventBefore()) {
        entry.add("event_before", events.of(action.getEventBefore()));
      }
      history.add(entry);
    }
    json.add("history", history);
    return json;
  }

  /** The reason with its sentence. Example: {@code BACKEND_DENIED: The backend refused.} */
  static String reason(DeadLetter letter) {
    return letter.getFailureMessage().isEmpty()
        ? orDash(letter.getFailureReason())
        : letter.getFailureReason() + ": " + letter.getFailureMessage();
  }

  private void print(DeadLetterAction action, EventEnvelope after, PrintWriter out) {
    out.printf(
        "  %s  %s by %s%s%n",
        Timestamps.toString(action.getAt()),
        action.getAction().toLowerCase(Locale.ROOT),
        action.getActor().isEmpty() ? "the hub" : action.getActor(),
        action.getReason().isEmpty() ? "" : ": " + action.getReason());
    if (action.hasEventBefore()) {
      JsonDiff.between(events.of(action.getEventBefore()), events.of(after))
          .forEach(change -> out.println("    " + change));
    }
  }

  // The result of an edit is what the next edit replaced, or the event as it is now.
  private static EventEnvelope after(GetDeadLetterResponse answer, int edit) {
    List<DeadLetterAction> history = answer.getHistoryList();
    return history.subList(edit + 1, history.size()).stream()
        .filter(DeadLetterAction::hasEventBefore)
        .map(DeadLetterAction::getEventBefore)
        .findFirst()
        .orElse(answer.getEvent());
  }
}
