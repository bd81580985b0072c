package io.crossdock.ctl;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.EditDeadLetterRequest;
import io.crossdock.ops.v1.EditDeadLetterResponse;
import io.crossdock.ops.v1.GetDeadLetterResponse;
import io.crossdock.terminal.CommandException;
import io.crossdock.terminal.ExitCode;
import io.crossdock.terminal.ProtoJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Edits the event of a dead letter. */
@Command(
    name = "edit",
    mixinStandardHelpOptions = true,
    description = {
      "Replaces the event of a dead letter by an edited one; the original is kept.",
      "Opens $VISUAL or $EDITOR with the event as JSON. Id, type and key stay as they are.",
      "Deliver the edited event with: ctl dead-letters redeliver ID."
    },
    footer = {
      "",
      "Examples:",
      "  ctl dead-letters edit D-771 --reason \"currency was missing\"",
      "  ctl dead-letters show D-771 --json | jq .event > event.json",
      "  ctl dead-letters edit D-771 --reason \"currency was missing\" --file event.json"
    })
final class DeadLettersEditCommand extends OperatorCommand<DeadLettersEditCommand.Edit> {

  @Parameters(paramLabel = "ID", description = "The dead letter, for example D-771.")
  private String id = "";

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for the audit.")
  private String reason = "";

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "The edited event, JSON; no editor is opened.")
  private @Nullable Path file;

  /**
   * What came of it.
   *
   * @param letter after it
   */
  record Edit(DeadLetter letter, boolean changed) {}

  DeadLettersEditCommand() {
    super("ctl dead-letters edit", DeadLetterServiceGrpc.getServiceDescriptor());
  }

  @Override
  String missing() {
    return "There is no dead letter %s.".formatted(id);
  }

  @Override
  protected Edit ask(Hub hub) {
    GetDeadLetterResponse found = DeadLetterClient.get(hub, id);
    EventEnvelope event = found.getEvent();
    JsonObject json = EventJson.of(event);
    if (!EventJson.same(EventJson.parse(json), event)) {
      throw new CommandException(
          ExitCode.OTHER,
          "The event has fields that this program does not know and an edit would lose."
              + " Use the ctl of the hub's version.");
    }
    if (file != null) {
      return send(hub, found.getDeadLetter(), event, read(file));
    }
    Path draft = write(json);
    boolean keep = true;
    try {
      edit(draft);
      Edit edit = send(hub, found.getDeadLetter(), event, read(draft));
      keep = false;
      return edit;
    } finally {
      if (keep) {
        err()
            .printf(
                "What you wrote is kept. Go on with: ctl dead-letters edit %s --reason TEXT --file %s%n",
                id, draft);
      } else {
        delete(draft);
      }
    }
  }

  @Override
  protected void print(Edit edit, PrintWriter out) {
    if (edit.changed()) {
      out.printf(
          "%s is edited. Deliver it with: ctl dead-letters redeliver %1$s --reason TEXT%n",
          edit.letter().getDeadLetterId());
    } else {
      out.println("Nothing was changed.");
    }
  }

  @Override
  protected JsonObject json(Edit edit) {
    JsonObject json =
        ProtoJson.of(EditDeadLetterResponse.newBuilder().setDeadLetter(edit.letter()).build());
    json.addProperty("changed", edit.changed());
    return json;
  }

  private Edit send(Hub hub, DeadLetter letter, EventEnvelope event, EventEnvelope edited) {
    if (EventJson.same(event, edited)) {
      return new Edit(letter, false);
    }
    EditDeadLetterResponse answer =
        hub.stub(DeadLetterServiceGrpc::newBlockingStub)
            .editDeadLetter(
                EditDeadLetterRequest.newBuilder()
                    .setContext(DeadLetterClient.context(letter))
                    .setDeadLetterId(id)
                    .setEvent(edited)
                    .setReason(reason)
                    .build());
    return new Edit(answer.getDeadLetter(), true);
  }

  private EventEnvelope read(Path from) {
    try {
      return EventJson.parse(JsonParser.parseString(Files.readString(from)));
    } catch (IOException e) {
      throw mistake("%s: cannot be read (%s)".formatted(from, FileErrors.of(e)));
    } catch (JsonParseException e) {
      throw mistake("%s: is no event (%s)".formatted(from, FileErrors.of(e)));
    }
  }

  // Only its owner may read a temporary file, which matters: events hold personal data.
  private Path write(JsonObject json) {
    try {
      Path draft = Files.createTempFile(id + "-", ".json");
      Files.writeString(draft, ProtoJson.print(json) + System.lineSeparator());
      return draft;
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.OTHER, "No temporary file could be written: " + FileErrors.of(e));
    }
  }

  private static void edit(Path draft) {
    String editor =
        Stream.of("VISUAL", "EDITOR")
            .map(System::getenv)
            .filter(each -> each != null && !each.isBlank())
            .findFirst()
            .orElse("vi");
    try {
      // By the shell, because people put arguments into the variable.
      int exit =
          new ProcessBuilder("/bin/sh", "-c", editor + " \"$1\"", "sh", draft.toString())
              .inheritIO()
              .start()
              .waitFor();
      if (exit != 0) {
        throw new CommandException(
            ExitCode.OTHER, "%s ended with %d; nothing was sent.".formatted(editor, exit));
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.OTHER, "%s could not be started: %s".formatted(editor, FileErrors.of(e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCode.OTHER, "The editor was interrupted.");
    }
  }

  private static void delete(Path draft) {
    try {
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      // The system clears its temporary files.
    }
  }
}
