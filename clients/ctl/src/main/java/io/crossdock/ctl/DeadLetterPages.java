package io.crossdock.ctl;

import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.ListDeadLettersRequest;
import io.crossdock.ops.v1.ListDeadLettersResponse;
import io.crossdock.terminal.HubCommand.Hub;

/** Asks for dead letters page by page. */
final class DeadLetterPages {

  private static final int MOST_IN_PAGE = 200;

  private DeadLetterPages() {}

  /** At most so many, the oldest first, as one answer; its total tells how many there are. */
  static ListDeadLettersResponse of(Hub hub, ListDeadLettersRequest which, int most) {
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
}
