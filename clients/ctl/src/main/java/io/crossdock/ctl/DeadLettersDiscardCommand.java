package io.crossdock.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.DiscardDeadLetterRequest;
import io.crossdock.terminal.CommandException;
import io.crossdock.terminal.ExitCode;
import io.crossdock.terminal.ProtoJson;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives dead letters up. */
@Command(
    name = "discard",
    mixinStandardHelpOptions = true,
    description = {
      "Gives dead letters up: their consumers never get these events. Nothing is deleted.",
      "Events that wait behind one go on. Asks first, unless --yes says that it was thought over."
    },
    footer = {
      "",
      "Example:",
      "  ctl dead-letters discard D-771 --reason \"points credited by hand\""
    })
final class DeadLettersDiscardCommand extends OperatorCommand<List<DeadLetter>> {

  @Parameters(paramLabel = "ID", arity = "1..*", description = "Dead letters, for example D-771.")
  private List<String> ids = new ArrayList<>();

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for the audit.")
  private String reason = "";

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask. Needed where nobody can be asked.")
  private boolean yes;

  private String asked = "";

  DeadLettersDiscardCommand() {
    super("ctl dead-letters discard", DeadLetterServiceGrpc.getServiceDescriptor());
  }

  @Override
  String missing() {
    return "There is no dead letter %s.".formatted(asked);
  }

  @Override
  protected void check() {
    if (!yes && (forProgram() || Progress.terminal().isEmpty())) {
      throw mistake("--yes: missing (expected: --yes where nobody can be asked)");
    }
  }

  @Override
  protected List<DeadLetter> ask(Hub hub) {
    List<DeadLetter> meant = new ArrayList<>();
    for (String id : new LinkedHashSet<>(ids)) {
      asked = id;
      meant.add(DeadLetterClient.get(hub, id).getDeadLetter());
    }
    if (!yes) {
      confirm(meant);
    }
    List<DeadLetter> discarded = new ArrayList<>();
    try {
      for (DeadLetter letter : meant) {
        asked = letter.getDeadLetterId();
        discarded.add(
            hub.stub(DeadLetterServiceGrpc::newBlockingStub)
                .discardDeadLetter(
                    DiscardDeadLetterRequest.newBuilder()
                        .setContext(DeadLetterClient.context(letter))
                        .setDeadLetterId(letter.getDeadLetterId())
                        .setReason(reason)
                        .build())
                .getDeadLetter());
      }
    } catch (StatusRuntimeException e) {
      if (meant.size() > 1) {
        err()
            .printf(
                "%s of %s were discarded before %s:%n",
                number(discarded.size()), count(meant.size(), "dead letter"), asked);
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
    JsonArray letters = new JsonArray();
    discarded.stream().map(ProtoJson::of).forEach(letters::add);
    JsonObject json = new JsonObject();
    json.add("dead_letters", letters);
    return json;
  }

  private void confirm(List<DeadLetter> meant) {
    DeadLettersListCommand.table(meant).print(err());
    err().flush();
    String answer =
        Progress.terminal()
            .map(console ->
                console.readLine("Give up %s? [y/N] ", count(meant.size(), "dead letter")))
            .orElse("");
    if (!List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT))) {
      throw new CommandException(ExitCode.OTHER, "Nothing was discarded.");
    }
  }
}
