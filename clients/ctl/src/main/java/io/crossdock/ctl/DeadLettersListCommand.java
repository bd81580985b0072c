package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.DeadLetterStatus;
import io.crossdock.ops.v1.ListDeadLettersRequest;
import io.crossdock.ops.v1.ListDeadLettersResponse;
import io.crossdock.terminal.ProtoJson;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells the dead letters. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description =
        "Lists dead letters, the oldest first; those that wait when nothing more is said.",
    footer = {
      "",
      "Examples:",
      "  ctl dead-letters list",
      "  ctl dead-letters list --consumer loyalty-accrual --type PointsAccrued",
      "  ctl dead-letters list --status delivered,discarded --key M-1001"
    })
final class DeadLettersListCommand extends OperatorCommand<ListDeadLettersResponse> {

  @Mixin private DeadLetterFilter filter = new DeadLetterFilter();

  @ArgGroup private Statuses statuses = new Statuses();

  @Mixin private ListLimit limit = new ListLimit();

  /** Some statuses, or all. */
  private static final class Statuses {
    @Option(
        names = "--status",
        paramLabel = "STATUS",
        split = ",",
        description = "Only these: ${COMPLETION-CANDIDATES}.")
    private List<Status> some = new ArrayList<>();

    @Option(names = "--all", description = "Also those delivered after all or discarded.")
    private boolean all;
  }

  /** The contract's statuses as people write them. */
  private enum Status {
    waiting,
    delivered,
    discarded;

    DeadLetterStatus ofContract() {
      return switch (this) {
        case waiting -> DeadLetterStatus.DEAD_LETTER_STATUS_WAITING;
        case delivered -> DeadLetterStatus.DEAD_LETTER_STATUS_DELIVERED;
        case discarded -> DeadLetterStatus.DEAD_LETTER_STATUS_DISCARDED;
      };
    }
  }

  DeadLettersListCommand() {
    super("ctl dead-letters list", DeadLetterServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    limit.check(this::mistake);
  }

  @Override
  protected ListDeadLettersResponse ask(Hub hub) {
    ListDeadLettersRequest.Builder request = filter.request();
    List<Status> wanted = statuses.all ? List.of(Status.values()) : statuses.some;
    wanted.stream().distinct().map(Status::ofContract).forEach(request::addStatuses);
    return DeadLetterClient.list(hub, request.build(), limit.most());
  }

  @Override
  protected void print(ListDeadLettersResponse answer, PrintWriter out) {
    if (answer.getDeadLettersCount() == 0) {
      out.println("none");
      return;
    }
    table(answer.getDeadLettersList()).print(out);
    if (answer.getTotal() > answer.getDeadLettersCount()) {
      out.println(limit.cut(answer.getDeadLettersCount(), answer.getTotal()));
    }
  }

  @Override
  protected JsonObject json(ListDeadLettersResponse answer) {
    return ProtoJson.of(answer);
  }

  static Table table(List<DeadLetter> letters) {
    Table table =
        new Table(
            "ID", "CONSUMER", "TYPE", "KEY", "STATUS", "REASON", "ATTEMPTS", "BEHIND", "FAILED AT");
    for (DeadLetter letter : letters) {
      table.row(
          letter.getDeadLetterId(),
          letter.getConsumer(),
          EventTypes.brief(letter.getEventType()),
          letter.getKey(),
          word(letter.getStatus(), "DEAD_LETTER_STATUS_"),
          orDash(letter.getFailureReason()),
          number(letter.getAttempts()),
          number(letter.getWaitingBehind()),
          moment(letter.getFailedAt()));
    }
    return table;
  }
}
