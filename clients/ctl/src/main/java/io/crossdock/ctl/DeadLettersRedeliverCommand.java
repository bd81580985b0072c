package io.crossdock.ctl;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.util.Timestamps;
import io.crossdock.client.Failures;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.DeadLetterStatus;
import io.crossdock.ops.v1.RedeliverDeadLetterRequest;
import io.crossdock.policy.v1.Lane;
import io.crossdock.terminal.ExitCode;
import io.crossdock.terminal.ProtoJson;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Delivers dead letters again. */
@Command(
    name = "redeliver",
    mixinStandardHelpOptions = true,
    description = {
      "Delivers dead letters to their consumers again, the oldest first, and waits for the outcome.",
      "Events that wait behind one follow by themselves. When one fails again, later ones of its"
          + " key are left alone and the others go on.",
      "Ends with 1 when one of them was not delivered."
    },
    footer = {
      "",
      "Examples:",
      "  ctl dead-letters redeliver D-771 D-774 --reason \"mapping fixed\"",
      "  ctl dead-letters redeliver --consumer erp-sales --reason \"it is back\""
    })
final class DeadLettersRedeliverCommand
    extends OperatorCommand<DeadLettersRedeliverCommand.Outcome> {

  private static final int FASTEST = 1_000;

  @Parameters(paramLabel = "ID", arity = "0..*", description = "Dead letters, for example D-771.")
  private List<String> ids = new ArrayList<>();

  @Mixin private DeadLetterFilter filter = new DeadLetterFilter();

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for the audit.")
  private String reason = "";

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "10",
      description = "Most each second, 1 to 1000. Default: ${DEFAULT-VALUE}.")
  private int rate;

  @Option(names = "--dry-run", description = "Only tell which would be delivered.")
  private boolean dryRun;

  private String asked = "";

  /** What was meant, and what came of each; nothing in a dry run. */
  record Outcome(List<DeadLetter> meant, List<Tried> tried) {
    List<Tried> delivered() {
      return tried.stream().filter(each -> each.why().isEmpty()).toList();
    }

    List<Tried> failed() {
      return tried.stream().filter(each -> !each.why().isEmpty()).toList();
    }
  }

  /**
   * What came of one.
   *
   * @param why it was not delivered; empty when it was
   */
  record Tried(DeadLetter letter, String why) {}

  /** Those that must stay in order. */
  private record Line(String consumer, Lane lane, String key) {
    static Line of(DeadLetter letter) {
      return new Line(letter.getConsumer(), letter.getLane(), letter.getKey());
    }
  }

  DeadLettersRedeliverCommand() {
    super("ctl dead-letters redeliver", DeadLetterServiceGrpc.getServiceDescriptor());
  }

  @Override
  String missing() {
    return "There is no dead letter %s.".formatted(asked);
  }

  @Override
  protected void check() {
    if (rate < 1 || rate > FASTEST) {
      throw mistake("--rate: %d (expected: 1..%d)".formatted(rate, FASTEST));
    }
    if (ids.isEmpty() == filter.isEmpty()) {
      throw mistake(
          ids.isEmpty()
              ? "ID: none (expected: one or more, or --consumer, --type, --key)"
              : "ID: beside --consumer, --type or --key (expected: one or the other)");
    }
  }

  @Override
  protected Outcome ask(Hub hub) {
    List<DeadLetter> meant =
        ids.isEmpty()
            ? DeadLetterClient.list(hub, filter.request().build(), Integer.MAX_VALUE)
                .getDeadLettersList()
            : find(hub);
    return new Outcome(meant, dryRun ? List.of() : redeliver(hub, meant));
  }

  @Override
  protected ExitCode exit(Outcome outcome) {
    return outcome.failed().isEmpty() ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  @Override
  protected void print(Outcome outcome, PrintWriter out) {
    if (dryRun) {
      if (!outcome.meant().isEmpty()) {
        DeadLettersListCommand.table(outcome.meant()).print(out);
      }
      long behind = outcome.meant().stream().mapToLong(DeadLetter::getWaitingBehind).sum();
      out.printf(
          "%s would be delivered again, and %s behind.%n",
          count(outcome.meant().size(), "dead letter"), count(behind, "event"));
      return;
    }
    if (!outcome.failed().isEmpty()) {
      Table table = new Table("ID", "CONSUMER", "KEY", "NOT DELIVERED BECAUSE");
      for (Tried each : outcome.failed()) {
        DeadLetter letter = each.letter();
        table.row(letter.getDeadLetterId(), letter.getConsumer(), letter.getKey(), each.why());
      }
      table.print(out);
    }
    out.printf(
        "%s delivered, %s not.%n",
        number(outcome.delivered().size()), number(outcome.failed().size()));
  }

  @Override
  protected JsonObject json(Outcome outcome) {
    JsonObject json = new JsonObject();
    json.addProperty("dry_run", dryRun);
    if (dryRun) {
      JsonArray meant = new JsonArray();
      outcome.meant().stream().map(ProtoJson::of).forEach(meant::add);
      json.add("meant", meant);
      return json;
    }
    JsonArray delivered = new JsonArray();
    outcome.delivered().forEach(each -> delivered.add(ProtoJson.of(each.letter())));
    json.add("delivered", delivered);
    JsonArray failed = new JsonArray();
    for (Tried each : outcome.failed()) {
      JsonObject entry = ProtoJson.of(each.letter());
      entry.addProperty("why", each.why());
      failed.add(entry);
    }
    json.add("not_delivered", failed);
    return json;
  }

  private List<DeadLetter> find(Hub hub) {
    List<DeadLetter> found = new ArrayList<>();
    for (String id : new LinkedHashSet<>(ids)) {
      asked = id;
      found.add(DeadLetterClient.get(hub, id).getDeadLetter());
    }
    found.sort(
        Comparator.comparing(DeadLetter::getFailedAt, Timestamps.comparator())
            .thenComparingInt(letter -> letter.getDeadLetterId().length())
            .thenComparing(DeadLetter::getDeadLetterId));
    return found;
  }

  private List<Tried> redeliver(Hub hub, List<DeadLetter> meant) {
    List<Tried> tried = new ArrayList<>();
    Set<Line> stopped = new HashSet<>();
    Pacer pace = new Pacer(rate);
    try (Progress progress =
        new Progress(err(), !forProgram() && Progress.terminal().isPresent())) {
      for (DeadLetter letter : meant) {
        progress.say(() ->
            "%s of %s, %s failed"
                .formatted(number(tried.size()), number(meant.size()), number(stopped.size())));
        if (stopped.contains(Line.of(letter))) {
          tried.add(new Tried(letter, "an earlier one of its key could not be delivered"));
          continue;
        }
        pace.await();
        Tried each = redeliver(hub, letter);
        tried.add(each);
        if (!each.why().isEmpty()) {
          stopped.add(Line.of(letter));
        }
      }
    } catch (StatusRuntimeException e) {
      err()
          .printf(
              "%s of %s were tried before this:%n",
              number(tried.size()), count(meant.size(), "dead letter"));
      throw e;
    }
    return tried;
  }

  private Tried redeliver(Hub hub, DeadLetter letter) {
    if (letter.getStatus() == DeadLetterStatus.DEAD_LETTER_STATUS_DELIVERED) {
      return new Tried(letter, "");
    }
    asked = letter.getDeadLetterId();
    DeadLetter after;
    try {
      after =
          hub.stub(DeadLetterServiceGrpc::newBlockingStub)
              .redeliverDeadLetter(
                  RedeliverDeadLetterRequest.newBuilder()
                      .setContext(DeadLetterClient.context(letter))
                      .setDeadLetterId(letter.getDeadLetterId())
                      .setReason(reason)
                      .build())
              .getDeadLetter();
    } catch (StatusRuntimeException e) {
      Failure failure = Failures.of(e);
      if (failure.reason() != Reason.REASON_INVALID_STATE) {
        throw e;
      }
      return new Tried(letter, why(failure));
    }
    if (after.getStatus() == DeadLetterStatus.DEAD_LETTER_STATUS_DELIVERED) {
      return new Tried(after, "");
    }
    return new Tried(
        after,
        after.getAttempts() > letter.getAttempts()
            ? DeadLettersShowCommand.reason(after)
            : "no consumer has taken it yet");
  }

  // Somebody else, or the hub, was here in the meantime.
  private static String why(Failure failure) {
    return switch (failure.metadata().getOrDefault("status", "")) {
      case "DELIVERED" -> "";
      case "DISCARDED" -> "it was discarded";
      case "RELEASED" -> "it is being delivered";
      case "BEHIND" -> "an earlier one of its key has to go first";
      default -> failure.message();
    };
  }
}
