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
import io.crossdock.ops.v1.ListDeadLettersResponse;
import io.crossdock.ops.v1.RedeliverDeadLetterRequest;
import io.crossdock.policy.v1.Lane;
import io.crossdock.terminal.ExitCode;
import io.crossdock.terminal.ProtoJson;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Redelivers dead letters. */
@Command(
    name = "redeliver",
    mixinStandardHelpOptions = true,
    description = {
      "Delivers dead letters to their consumers again, oldest first, and waits for the outcome.",
      "Events waiting behind one are delivered next. If one fails again, later ones with its key"
          + " are skipped and the others go on. At most 10 per second unless --rate is given.",
      "Exits with 1 if one of them was not delivered."
    },
    footer = {
      "",
      "Examples:",
      "  ctl dead-letters redeliver D-771 D-774 --reason \"mapping fixed\"",
      "  ctl dead-letters redeliver --consumer erp-sales --reason \"it is back\"",
      "  ctl dead-letters redeliver --consumer erp-old --to erp-sales --reason \"removed\""
    })
final class DeadLettersRedeliverCommand
    extends DeadLetterCommand<DeadLettersRedeliverCommand.Outcome> {

  private static final int USUAL_RATE = 10;
  private static final int FASTEST = 1_000;

  private static final Comparator<DeadLetter> OLDEST_FIRST =
      Comparator.comparing(DeadLetter::getFailedAt, Timestamps.comparator())
          .thenComparingInt(letter -> letter.getDeadLetterId().length())
          .thenComparing(DeadLetter::getDeadLetterId);

  private static final Columns<Tried> FAILED =
      new Columns<Tried>()
          .add("ID", each -> each.letter().getDeadLetterId())
          .add("CONSUMER", each -> each.letter().getConsumer())
          .add("KEY", each -> each.letter().getKey())
          .add("NOT DELIVERED BECAUSE", Tried::why);

  @Parameters(paramLabel = "ID", arity = "0..*", description = "Dead letters, for example D-771.")
  private List<String> ids = new ArrayList<>();

  @Mixin private DeadLetterFilterOptions filter = new DeadLetterFilterOptions();

  @Mixin private ReasonOption reason = new ReasonOption();

  @Mixin private RateOption rate = new RateOption();

  @Option(
      names = "--to",
      paramLabel = "NAME",
      description = "Consumer that receives them, when their own was removed.")
  private String to = "";

  @Option(names = "--dry-run", description = "Only show which would be delivered.")
  private boolean dryRun;

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

  /** Letters that must stay in order. */
  private record Ordered(String consumer, Lane lane, String key) {
    static Ordered of(DeadLetter letter) {
      return new Ordered(letter.getConsumer(), letter.getLane(), letter.getKey());
    }
  }

  DeadLettersRedeliverCommand() {
    super("ctl dead-letters redeliver");
  }

  @Override
  protected void check() {
    rate.check(FASTEST, this::mistake);
    if (ids.isEmpty() == filter.isEmpty()) {
      throw mistake(
          ids.isEmpty()
              ? "ID: none (expected: one or more, or --consumer, --type, --key)"
              : "ID: together with --consumer, --type or --key (expected: one or the other)");
    }
  }

  @Override
  protected Outcome ask(Hub hub) {
    List<DeadLetter> meant =
        ids.isEmpty() ? list(hub) : getAll(hub, ids).stream().sorted(OLDEST_FIRST).toList();
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
        DeadLettersListCommand.COLUMNS.table(outcome.meant()).print(out);
      }
      long behind = outcome.meant().stream().mapToLong(DeadLetter::getWaitingBehind).sum();
      out.printf(
          "%s would be redelivered, and %s waiting behind.%n",
          count(outcome.meant().size(), "dead letter"), count(behind, "event"));
      return;
    }
    if (!outcome.failed().isEmpty()) {
      FAILED.table(outcome.failed()).print(out);
    }
    out.printf(
        "%s delivered, %s not delivered.%n",
        number(outcome.delivered().size()), number(outcome.failed().size()));
  }

  @Override
  protected JsonObject json(Outcome outcome) {
    JsonObject json = new JsonObject();
    json.addProperty("dry_run", dryRun);
    if (dryRun) {
      json.add("meant", array(outcome.meant()));
      return json;
    }
    json.add("delivered", array(outcome.delivered().stream().map(Tried::letter).toList()));
    JsonArray failed = new JsonArray();
    for (Tried each : outcome.failed()) {
      JsonObject entry = ProtoJson.of(each.letter());
      entry.addProperty("why", each.why());
      failed.add(entry);
    }
    json.add("not_delivered", failed);
    return json;
  }

  private List<DeadLetter> list(Hub hub) {
    return ListCommand.all(
            ListDeadLettersResponse.class,
            ListDeadLettersResponse::getDeadLettersList,
            Integer.MAX_VALUE,
            page ->
                hub.stub(DeadLetterServiceGrpc::newBlockingStub)
                    .listDeadLetters(
                        filter
                            .request()
                            .setPageSize(page.size())
                            .setPageToken(page.token())
                            .build()))
        .getDeadLettersList();
  }

  private List<Tried> redeliver(Hub hub, List<DeadLetter> meant) {
    List<Tried> tried = new ArrayList<>();
    Set<Ordered> stopped = new HashSet<>();
    Pacer pace = new Pacer(rate.perSecond(USUAL_RATE));
    try (Progress progress =
        new Progress(screen(), !forProgram() && Progress.terminal().isPresent())) {
      for (DeadLetter letter : meant) {
        progress.say(() ->
            "%s of %s, %s failed"
                .formatted(number(tried.size()), number(meant.size()), number(stopped.size())));
        if (stopped.contains(Ordered.of(letter))) {
          tried.add(new Tried(letter, "an earlier one with its key could not be delivered"));
          continue;
        }
        pace.await();
        Tried each = redeliver(hub, letter);
        tried.add(each);
        if (!each.why().isEmpty()) {
          stopped.add(Ordered.of(letter));
        }
      }
    } catch (StatusRuntimeException e) {
      err()
          .printf(
              "%s of %s were tried before this failure:%n",
              number(tried.size()), count(meant.size(), "dead letter"));
      throw e;
    }
    return tried;
  }

  private Tried redeliver(Hub hub, DeadLetter letter) {
    if (letter.getStatus() == DeadLetterStatus.DEAD_LETTER_STATUS_DELIVERED) {
      return new Tried(letter, "");
    }
    DeadLetter after;
    try {
      after =
          about(hub, letter.getDeadLetterId())
              .redeliverDeadLetter(
                  RedeliverDeadLetterRequest.newBuilder()
                      .setContext(context(letter))
                      .setDeadLetterId(letter.getDeadLetterId())
                      .setReason(reason.text())
                      .setToConsumer(to)
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
            : "no consumer has picked it up yet");
  }

  // Somebody else, or the hub, acted in the meantime.
  private static String why(Failure failure) {
    return switch (failure.metadata().getOrDefault("status", "")) {
      case "DELIVERED" -> "";
      case "DISCARDED" -> "it was discarded";
      case "RELEASED" -> "it is being delivered";
      case "BEHIND" -> "an earlier one with its key has to go first";
      default -> failure.message();
    };
  }
}
