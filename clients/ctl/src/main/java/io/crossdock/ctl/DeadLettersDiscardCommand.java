package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DiscardDeadLetterRequest;
import io.crossdock.terminal.CommandException;
import io.crossdock.terminal.ExitCode;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Discards dead letters. */
@Command(
    name = "discard",
    mixinStandardHelpOptions = true,
    description = {
      "Discards dead letters: their consumers never receive these events. Nothing is deleted.",
      "Events waiting behind one are delivered. Asks for confirmation unless --yes is given."
    },
    footer = {
      "",
      "Example:",
      "  ctl dead-letters discard D-771 --reason \"points credited by hand\""
    })
final class DeadLettersDiscardCommand extends DeadLetterCommand<List<DeadLetter>> {

  @Parameters(paramLabel = "ID", arity = "1..*", description = "Dead letters, for example D-771.")
  private List<String> ids = new ArrayList<>();

  @Mixin private ReasonOption reason = new ReasonOption();

  @Option(
      names = {"-y", "--yes"},
      description = "Skip confirmation (required without a terminal).")
  private boolean yes;

  DeadLettersDiscardCommand() {
    super("ctl dead-letters discard");
  }

  @Override
  protected void check() {
    if (!yes && (forProgram() || Progress.terminal().isEmpty())) {
      throw mistake("--yes: missing (expected: --yes, because there is no terminal to ask on)");
    }
  }

  @Override
  protected List<DeadLetter> ask(Hub hub) {
    List<DeadLetter> meant = getAll(hub, ids);
    if (!yes) {
      confirm(meant);
    }
    List<DeadLetter> discarded = new ArrayList<>();
    try {
      for (DeadLetter letter : meant) {
        discarded.add(
            about(hub, letter.getDeadLetterId())
                .discardDeadLetter(
                    DiscardDeadLetterRequest.newBuilder()
                        .setContext(context(letter))
                        .setDeadLetterId(letter.getDeadLetterId())
                        .setReason(reason.text())
                        .build())
                .getDeadLetter());
      }
    } catch (StatusRuntimeException e) {
      if (meant.size() > 1) {
        err()
            .printf(
                "%s of %s were discarded before %s:%n",
                number(discarded.size()), count(meant.size(), "dead letter"), asked());
      }
      throw e;
    }
    return discarded;
  }

  @Override
  protected void print(List<DeadLetter> discarded, PrintWriter out) {
    discarded.forEach(letter -> out.println(letter.getDeadLetterId() + " is discarded."));
  }

  @Override
  protected JsonObject json(List<DeadLetter> discarded) {
    JsonObject json = new JsonObject();
    json.add("dead_letters", array(discarded));
    return json;
  }

  private void confirm(List<DeadLetter> meant) {
    DeadLettersListCommand.COLUMNS.table(meant).print(err());
    err().flush();
    String answer =
        Progress.terminal()
            .map(console ->
                console.readLine("Discard %s? [y/N] ", count(meant.size(), "dead letter")))
            .orElse("");
    if (!List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT))) {
      throw new CommandException(ExitCode.OTHER, "Nothing was discarded.");
    }
  }
}
