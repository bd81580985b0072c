package io.crossdock.ledger.deadletter;

import com.google.protobuf.util.Timestamps;
import io.crossdock.answer.Answers;
import io.crossdock.answer.PageToken;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.audit.OperatorAction;
import io.crossdock.ledger.audit.OperatorActions;
import io.crossdock.ledger.audit.Outcome;
import io.crossdock.ledger.deadletter.DeadLetter.Status;
import io.crossdock.ops.v1.DeadLetterAction;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.DeadLetterStatus;
import io.crossdock.ops.v1.DiscardDeadLetterRequest;
import io.crossdock.ops.v1.DiscardDeadLetterResponse;
import io.crossdock.ops.v1.EditDeadLetterRequest;
import io.crossdock.ops.v1.EditDeadLetterResponse;
import io.crossdock.ops.v1.GetDeadLetterRequest;
import io.crossdock.ops.v1.GetDeadLetterResponse;
import io.crossdock.ops.v1.ListDeadLettersRequest;
import io.crossdock.ops.v1.ListDeadLettersResponse;
import io.crossdock.ops.v1.RedeliverDeadLetterRequest;
import io.crossdock.ops.v1.RedeliverDeadLetterResponse;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * {@code crossdock.ops.v1.DeadLetterService} over the ledger. An action, its audit record and the
 * claim of its request id are one transaction. Its handlers may block, so they run on virtual
 * threads.
 */
public final class DeadLetterEndpoint extends DeadLetterServiceGrpc.DeadLetterServiceImplBase {

  private static final String PREFIX = "D-";
  private static final String SUBJECT = "dead_letter";
  private static final int USUAL_PAGE = 50;
  private static final int MOST_IN_PAGE = 200;
  // Less than the deadline of the contract: whoever asks is told how it stands by then.
  private static final Duration MOST_WAIT = Duration.ofSeconds(5);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final DeadLetters deadLetters;
  private final Predicate<String> receivers;
  private final OperatorActions actions;
  private final Clock clock;

  /**
   * Makes the service.
   *
   * @param receivers whether a consumer can receive dead letters of another, removed one: it
   *     recognises what it has done before, wherever that was
   */
  public DeadLetterEndpoint(
      DeadLetters deadLetters, Predicate<String> receivers, OperatorActions actions, Clock clock) {
    this.deadLetters = deadLetters;
    this.receivers = receivers;
    this.actions = actions;
    this.clock = clock;
  }

  @Override
  public void listDeadLetters(
      ListDeadLettersRequest request, StreamObserver<ListDeadLettersResponse> answer) {
    Answers.reply(answer, () -> list(request));
  }

  @Override
  public void getDeadLetter(
      GetDeadLetterRequest request, StreamObserver<GetDeadLetterResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          DeadLetter letter = find(request.getDeadLetterId());
          return GetDeadLetterResponse.newBuilder()
              .setDeadLetter(told(letter))
              .setEvent(letter.event().envelope())
              .addAllHistory(
                  deadLetters.history(letter.id()).stream().map(DeadLetterEndpoint::told).toList())
              .setFreshness(Answers.live(clock))
              .build();
        });
  }

  @Override
  public void redeliverDeadLetter(
      RedeliverDeadLetterRequest request, StreamObserver<RedeliverDeadLetterResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          checkReceiver(request.getToConsumer());
          OperatorAction action =
              new OperatorAction(
                  DeadLetterServiceGrpc.getRedeliverDeadLetterMethod(),
                  request.getContext(),
                  request,
                  SUBJECT,
                  request.getReason());
          String id = request.getDeadLetterId();
          once(
              action,
              id,
              connection ->
                  deadLetters.release(
                      connection,
                      number(id),
                      request.getToConsumer(),
                      action.context().getActor().getId(),
                      action.reason()));
          deadLetters.releaseRequested();
          return RedeliverDeadLetterResponse.newBuilder()
              .setDeadLetter(told(outcome(request.getDeadLetterId())))
              .build();
        });
  }

  @Override
  public void editDeadLetter(
      EditDeadLetterRequest request, StreamObserver<EditDeadLetterResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          edit(request);
          return EditDeadLetterResponse.newBuilder()
              .setDeadLetter(told(find(request.getDeadLetterId())))
              .build();
        });
  }

  @Override
  public void discardDeadLetter(
      DiscardDeadLetterRequest request, StreamObserver<DiscardDeadLetterResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          OperatorAction action =
              new OperatorAction(
                  DeadLetterServiceGrpc.getDiscardDeadLetterMethod(),
                  request.getContext(),
                  request,
                  SUBJECT,
                  request.getReason());
          String id = request.getDeadLetterId();
          once(
              action,
              id,
              connection ->
                  deadLetters.discard(
                      connection,
                      number(id),
                      action.context().getActor().getId(),
                      action.reason()));
          deadLetters.releaseRequested();
          return DiscardDeadLetterResponse.newBuilder()
              .setDeadLetter(told(find(request.getDeadLetterId())))
              .build();
        });
  }

  private ListDeadLettersResponse list(ListDeadLettersRequest request) {
    Set<Status> statuses = EnumSet.noneOf(Status.class);
    if (request.getStatusesCount() == 0) {
      statuses.addAll(statuses(DeadLetterStatus.DEAD_LETTER_STATUS_WAITING));
    }
    request.getStatusesList().forEach(status -> statuses.addAll(statuses(status)));
    ListDeadLettersResponse.Builder response =
        ListDeadLettersResponse.newBuilder().setFreshness(Answers.live(clock));
    if (statuses.isEmpty()) {
      return response.build();
    }
    DeadLetters.Query query =
        new DeadLetters.Query(
            statuses, request.getConsumer(), request.getEventType(), request.getKey());
    int size =
        request.getPageSize() == 0 ? USUAL_PAGE : Math.min(request.getPageSize(), MOST_IN_PAGE);
    long after = PageToken.number(request, 0);
    List<DeadLetter> letters = deadLetters.list(query, after, size + 1);
    letters.stream().limit(size).map(this::told).forEach(response::addDeadLetters);
    if (letters.size() > size) {
      response.setNextPageToken(PageToken.of(request, Long.toString(letters.get(size - 1).id())));
    }
    return response.setTotal(deadLetters.count(query)).build();
  }

  private void checkReceiver(String consumer) {
    if (!consumer.isEmpty() && !receivers.test(consumer)) {
      throw new FailureException(
          Failure.of(
                  Reason.REASON_INVALID_STATE,
                  "No consumer of this hub can receive it: name one that is configured here and"
                      + " whose effects are outside the ledger.")
              .with("consumer", consumer));
    }
  }

  private void edit(EditDeadLetterRequest request) {
    try {
      deadLetters.check(request.getEvent());
      once(
          new OperatorAction(
              DeadLetterServiceGrpc.getEditDeadLetterMethod(),
              request.getContext(),
              request,
              SUBJECT,
              request.getReason()),
          request.getDeadLetterId(),
          connection ->
              deadLetters.edit(
                  connection,
                  number(request.getDeadLetterId()),
                  request.getEvent(),
                  request.getContext().getActor().getId(),
                  request.getReason()));
    } catch (FailureException e) {
      throw new FailureException(e.failure().under("event"));
    }
  }

  private void once(OperatorAction action, String letterId, DeadLetters.Action change) {
    // What is answered is how the dead letter stands then, so only its id is to be remembered.
    var _ =
        actions.once(
            action,
            connection -> {
              Failure failure = change.in(connection);
              return failure == null ? new Outcome.Done(letterId) : new Outcome.Refused(failure);
            });
  }

  /** Waits until a dispatcher, of this node or of another, has delivered what was released. */
  private DeadLetter outcome(String id) {
    long end = System.nanoTime() + MOST_WAIT.toNanos();
    DeadLetter letter = find(id);
    while (letter.status() == Status.RELEASED && System.nanoTime() < end) {
      LockSupport.parkNanos(LOOK_NANOS);
      letter = find(id);
    }
    return letter;
  }

  private DeadLetter find(String id) {
    return deadLetters
        .find(number(id))
        .orElseThrow(
            () -> new FailureException(Reason.REASON_NOT_FOUND, "There is no such dead letter."));
  }

  private io.crossdock.ops.v1.DeadLetter told(DeadLetter letter) {
    EventEnvelope event = letter.event().envelope();
    return io.crossdock.ops.v1.DeadLetter.newBuilder()
        .setDeadLetterId(PREFIX + letter.id())
        .setConsumer(letter.consumer())
        .setEventId(event.getEventId())
        .setEventType(event.getType())
        .setKey(event.getKey())
        .setLane(letter.event().lane())
        .setStatus(status(letter.status()))
        .setFailureReason(letter.reason())
        .setFailureMessage(letter.message())
        .setAttempts(letter.attempts())
        .setWaitingBehind(deadLetters.waitingBehind(letter))
        .setOccurredAt(event.getOccurredAt())
        .setFailedAt(Timestamps.fromMillis(letter.failedAt().toEpochMilli()))
        .setCorrelationId(event.getCorrelationId())
        .build();
  }

  private static DeadLetterAction told(DeadLetter.History history) {
    DeadLetterAction.Builder action =
        DeadLetterAction.newBuilder()
            .setAt(Timestamps.fromMillis(history.at().toEpochMilli()))
            .setAction(history.action())
            .setActor(history.actor())
            .setReason(history.reason());
    EventEnvelope before = history.before();
    if (before != null) {
      action.setEventBefore(before);
    }
    return action.build();
  }

  private static DeadLetterStatus status(Status status) {
    return switch (status) {
      case WAITING, RELEASED, BEHIND -> DeadLetterStatus.DEAD_LETTER_STATUS_WAITING;
      case DELIVERED -> DeadLetterStatus.DEAD_LETTER_STATUS_DELIVERED;
      case DISCARDED -> DeadLetterStatus.DEAD_LETTER_STATUS_DISCARDED;
    };
  }

  // Events that only wait behind a sick one are told with it, as a number.
  private static Set<Status> statuses(DeadLetterStatus status) {
    return switch (status) {
      case DEAD_LETTER_STATUS_WAITING -> EnumSet.of(Status.WAITING, Status.RELEASED);
      case DEAD_LETTER_STATUS_DELIVERED -> EnumSet.of(Status.DELIVERED);
      case DEAD_LETTER_STATUS_DISCARDED -> EnumSet.of(Status.DISCARDED);
      case DEAD_LETTER_STATUS_UNSPECIFIED, UNRECOGNIZED -> EnumSet.noneOf(Status.class);
    };
  }

  private static long number(String id) {
    try {
      return id.startsWith(PREFIX) ? Long.parseLong(id.substring(PREFIX.length())) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
