package io.crossdock.ctl;

import io.crossdock.common.v1.CommandContext;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.GetDeadLetterRequest;
import io.crossdock.ops.v1.GetDeadLetterResponse;
import io.crossdock.ops.v1.ListDeadLettersRequest;
import io.crossdock.ops.v1.ListDeadLettersResponse;
import io.crossdock.terminal.HubCommand.Hub;
import java.util.UUID;

/** What the commands for dead letters share. */
final class DeadLetterClient {

  private static final int MOST_IN_PAGE = 200;

  private DeadLetterClient() {}

  static GetDeadLetterResponse get(Hub hub, String id) {
    return hub.stub(DeadLetterServiceGrpc::newBlockingStub)
        .getDeadLetter(GetDeadLetterRequest.newBuilder().setDeadLetterId(id).build());
  }

  /** At most so many, the oldest first, as one answer; its total tells how many there are. */
  static ListDeadLettersResponse list(Hub hub, ListDeadLettersRequest which, int most) {
    ListDeadLettersResponse.Builder all = ListDeadLettersResponse.newBuilder();
    String page = "";
    do {
      ListDeadLettersResponse answer =
          hub.stub(DeadLetterServiceGrpc::newBlockingStub)
              .listDeadLetters(
                  which.toBuilder()
                      .setPageSize(Math.min(MOST_IN_PAGE, most - all.getDeadLettersCount()))
                      .setPageToken(page)
                      .build());
      page = answer.getNextPageToken();
      all.mergeFrom(answer);
    } while (!page.isEmpty() && all.getDeadLettersCount() < most);
    return all.clearNextPageToken().build();
  }

  /** Of a deed to a dead letter: the audit finds it by the transaction that the event is of. */
  static CommandContext context(DeadLetter letter) {
    return OperatorCommand.context(UUID.randomUUID(), letter.getCorrelationId());
  }
}
