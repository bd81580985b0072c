package io.crossdock.ctl;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ops.v1.DeadLetter;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Edits the event of a dead letter. */
@Command(
    name = "edit",
    mixinStandardHelpOptions = true,
    description = {
      "Replaces the event of a dead letter by an edited one; the old one is kept.",
      "Opens $VISUAL or $EDITOR with the event as JSON. ID, type and key cannot be changed.",
      "The consumer receives the edited event with: ctl dead-letters redeliver ID."
    },
    footer = {
      "",
      "Examples:",
      "  ctl dead-letters edit D-771 --reason \"currency was missing\"",
      "  ctl dead-letters show D-771 --json | jq .event > event.json",
      "  ctl dead-letters edit D-771 --reason \"currency was missing\" --file event.json"
    })
final class DeadLettersEditCommand extends DeadLetterCommand<DeadLettersEditCommand.Edit> {

  @Parameters(paramLabel = "ID", description = "The dead letter, for example D-771.")
  private String id = "";

  @Mixin private ReasonOption reason = new ReasonOption();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "File with the edited event, JSON; no editor is opened.")
  private @Nullable Path file;

  @Mixin private TypeSource types = new TypeSource();

  /**
   * The result.
   *
   * @param letter after it
   */
  record Edit(DeadLetter letter, boolean changed) {}

  DeadLettersEditCommand() {
    super("ctl dead-letters edit");
  }

  @Override
  protected void check() {
    types.check(this::mistake);
  }

  @Override
  protected Edit ask(Hub hub) {
    GetDeadLetterResponse found = get(hub, id);
    EventJson events = types.json(hub);
    EventEnvelope event = found.getEvent();
    JsonObject json = events.of(event);
    if (!events.same(events.parse(json), event)) {
      throw new CommandException(
          ExitCode.OTHER,
          "The event has fields that this program does not know and that an edit would lose."
              + " Use ctl of the hub's version, or --descriptor-set.");
    }
    if (file != null) {
      return edit(hub, found.getDeadLetter(), event, read(events, file), events);
    }
    Path draft = write(json);
    boolean keep = true;
    try {
      openEditor(draft);
      Edit edit = edit(hub, found.getDeadLetter(), event, read(events, draft), events);
      keep = false;
      return edit;
    } finally {
      if (keep) {
        err()
            .printf(
                "Your edit is kept. Continue with: ctl dead-letters edit %s --reason TEXT --file %s%n",
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
          "%s is edited. Redeliver it with: ctl dead-letters redeliver %1$s --reason TEXT%n",
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

  private Edit edit(
      Hub hub, DeadLetter letter, EventEnvelope event, EventEnvelope edited, EventJson events) {
    if (events.same(event, edited)) {
      return new Edit(letter, false);
    }
    EditDeadLetterResponse answer =
        about(hub, id)
            .editDeadLetter(
                EditDeadLetterRequest.newBuilder()
                    .setContext(context(letter))
                    .setDeadLetterId(id)
                    .setEvent(edited)
                    .setReason(reason.text())
                    .build());
    return new Edit(answer.getDeadLetter(), true);
  }

  private EventEnvelope read(EventJson events, Path from) {
    try {
      return events.parse(JsonParser.parseString(Files.readString(from)));
    } catch (IOException e) {
      throw mistake("%s: cannot be read (%s)".formatted(from, FileErrors.of(e)));
    } catch (JsonParseException e) {
      throw mistake("%s: not an event (%s)".formatted(from, FileErrors.of(e)));
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
          ExitCode.OTHER, "Cannot write a temporary file: " + FileErrors.of(e));
    }
  }

  private static void openEditor(Path draft) {
    String editor =
        Stream.of("VISUAL", "EDITOR")
            .map(System::getenv)
            .filter(each -> each != null && !each.isBlank())
            .findFirst()
            .orElse("vi");
    try {
      // Through the shell, because people put arguments into the variable.
      int exit =
          new ProcessBuilder("/bin/sh", "-c", editor + " \"$1\"", "sh", draft.toString())
              .inheritIO()
              .start()
              .waitFor();
      if (exit != 0) {
        throw new CommandException(
            ExitCode.OTHER, "%s exited with %d; nothing was sent.".formatted(editor, exit));
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.OTHER, "Cannot start %s: %s".formatted(editor, FileErrors.of(e)));
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
