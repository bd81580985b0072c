package io.crossdock.ctl;

import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.DeadLetterStatus;
import io.crossdock.ops.v1.ListDeadLettersRequest;
import io.crossdock.ops.v1.ListDeadLettersResponse;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists dead letters. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists dead letters, oldest first; without --status or --all those that wait.",
    footer = {
      "",
      "Examples:",
      "  ctl dead-letters list",
      "  ctl dead-letters list --consumer loyalty-accrual --type PointsAccrued",
      "  ctl dead-letters list --status delivered,discarded --key M-1001"
    })
final class DeadLettersListCommand extends ListCommand<ListDeadLettersResponse, DeadLetter> {

  static final Columns<DeadLetter> COLUMNS =
      new Columns<DeadLetter>()
          .add("ID", DeadLetter::getDeadLetterId)
          .add("CONSUMER", DeadLetter::getConsumer)
          .add("TYPE", letter -> EventTypes.brief(letter.getEventType()))
          .add("KEY", DeadLetter::getKey)
          .add("STATUS", letter -> word(letter.getStatus(), "DEAD_LETTER_STATUS_"))
          .add("REASON", letter -> orDash(letter.getFailureReason()))
          .number("ATTEMPTS", DeadLetter::getAttempts)
          .number("BEHIND", DeadLetter::getWaitingBehind)
          .add("FAILED AT", letter -> moment(letter.getFailedAt()));

  @Mixin private DeadLetterFilterOptions filter = new DeadLetterFilterOptions();

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

    @Option(names = "--all", description = "Include delivered and discarded dead letters.")
    private boolean all;
  }

  /** The contract's statuses as people write them. */
  private enum Status {
    waiting(DeadLetterStatus.DEAD_LETTER_STATUS_WAITING),
    delivered(DeadLetterStatus.DEAD_LETTER_STATUS_DELIVERED),
    discarded(DeadLetterStatus.DEAD_LETTER_STATUS_DISCARDED);

    private final DeadLetterStatus status;

    Status(DeadLetterStatus status) {
      this.status = status;
    }
  }

  DeadLettersListCommand() {
    super(
        "ctl dead-letters list",
        DeadLetterServiceGrpc.getServiceDescriptor(),
        ListDeadLettersResponse.class,
        ListDeadLettersResponse::getDeadLettersList,
        COLUMNS);
  }

  @Override
  protected void check() {
    limit.check(this::mistake);
  }

  @Override
  int limit() {
    return limit.most();
  }

  @Override
  long total(ListDeadLettersResponse answer) {
    return answer.getTotal();
  }

  @Override
  ListDeadLettersResponse page(Hub hub, Page page) {
    ListDeadLettersRequest.Builder request =
        filter.request().setPageSize(page.size()).setPageToken(page.token());
    List<Status> wanted = statuses.all ? List.of(Status.values()) : statuses.some;
    wanted.stream().distinct().forEach(each -> request.addStatuses(each.status));
    return hub.stub(DeadLetterServiceGrpc::newBlockingStub).listDeadLetters(request.build());
  }
}
