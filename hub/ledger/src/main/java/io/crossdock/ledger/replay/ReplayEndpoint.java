package io.crossdock.ledger.replay;

import com.google.protobuf.util.Timestamps;
import io.crossdock.answer.Answers;
import io.crossdock.answer.PageToken;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.audit.OperatorAction;
import io.crossdock.ledger.audit.OperatorActions;
import io.crossdock.ledger.audit.Outcome;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Consumers;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventType;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.replay.ReplayRecord.Status;
import io.crossdock.ops.v1.GetReplayRequest;
import io.crossdock.ops.v1.GetReplayResponse;
import io.crossdock.ops.v1.ListReplaysRequest;
import io.crossdock.ops.v1.ListReplaysResponse;
import io.crossdock.ops.v1.Replay;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.ops.v1.ReplayServiceGrpc;
import io.crossdock.ops.v1.ReplayStatus;
import io.crossdock.ops.v1.StartReplayRequest;
import io.crossdock.ops.v1.StartReplayResponse;
import io.crossdock.ops.v1.StopReplayRequest;
import io.crossdock.ops.v1.StopReplayResponse;
import io.grpc.stub.StreamObserver;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * {@code crossdock.ops.v1.ReplayService}. A start or a stop, its audit record and the claim of its
 * request id are one transaction. Its handlers may block, so they run on virtual threads.
 */
public final class ReplayEndpoint extends ReplayServiceGrpc.ReplayServiceImplBase {

  private static final String PREFIX = "RP-";
  private static final String SUBJECT = "replay";
  private static final int USUAL_PAGE = 50;
  private static final int MOST_IN_PAGE = 200;
  private static final int MOST_NAMED = 5;

  private final EventLog log;
  private final Consumers consumers;
  private final Replayer replayer;
  private final Replays replays;
  private final OperatorActions actions;
  private final Clock clock;

  /** Makes the service. */
  public ReplayEndpoint(
      EventLog log, Consumers consumers, Replayer replayer, OperatorActions actions, Clock clock) {
    this.log = log;
    this.consumers = consumers;
    this.replayer = replayer;
    this.replays = replayer.replays();
    this.actions = actions;
    this.clock = clock;
  }

  @Override
  public void startReplay(StartReplayRequest request, StreamObserver<StartReplayResponse> answer) {
    Answers.reply(
        answer,
        () -> StartReplayResponse.newBuilder().setReplay(told(find(start(request)))).build());
  }

  @Override
  public void getReplay(GetReplayRequest request, StreamObserver<GetReplayResponse> answer) {
    Answers.reply(
        answer,
        () ->
            GetReplayResponse.newBuilder()
                .setReplay(told(find(request.getReplayId())))
                .setFreshness(Answers.live(clock))
                .build());
  }

  @Override
  public void listReplays(ListReplaysRequest request, StreamObserver<ListReplaysResponse> answer) {
    Answers.reply(answer, () -> list(request));
  }

  @Override
  public void stopReplay(StopReplayRequest request, StreamObserver<StopReplayResponse> answer) {
    Answers.reply(
        answer, () -> StopReplayResponse.newBuilder().setReplay(told(find(stop(request)))).build());
  }

  private String start(StartReplayRequest request) {
    Consumer consumer =
        consumers.find(request.getConsumer()).orElseThrow(() -> unknown(request.getConsumer()));
    check(request.getSelection(), consumer);
    long upTo = log.newest();
    long after = Math.min(upTo, new ReplayFilter(request.getSelection(), consumer).start(log));
    String id =
        actions.once(
            new OperatorAction(
                ReplayServiceGrpc.getStartReplayMethod(),
                request.getContext(),
                request,
                SUBJECT,
                request.getReason()),
            connection -> start(connection, request, after, upTo));
    replayer.scheduled();
    return id;
  }

  private Outcome start(Connection connection, StartReplayRequest request, long after, long upTo)
      throws SQLException {
    OptionalLong id = replays.start(connection, request, after, upTo);
    if (id.isEmpty()) {
      Failure busy =
          Failure.of(Reason.REASON_INVALID_STATE, "Another replay to this consumer is running.")
              .with("status", Status.RUNNING.name());
      Optional<ReplayRecord> other = replays.running(connection, request.getConsumer());
      return new Outcome.Refused(
          other.isEmpty() ? busy : busy.with("replay_id", PREFIX + other.get().id()));
    }
    replayer.schedule(connection, id.getAsLong());
    return new Outcome.Done(PREFIX + id.getAsLong());
  }

  private String stop(StopReplayRequest request) {
    long id = number(request.getReplayId());
    String stopped =
        actions.once(
            new OperatorAction(
                ReplayServiceGrpc.getStopReplayMethod(),
                request.getContext(),
                request,
                SUBJECT,
                request.getReason()),
            connection -> stop(connection, id));
    replayer.cancelled(id);
    return stopped;
  }

  private Outcome stop(Connection connection, long id) throws SQLException {
    Optional<ReplayRecord> replay = replays.find(connection, id);
    if (replay.isEmpty()) {
      return new Outcome.Refused(notFound());
    }
    if (!replays.end(connection, id, Status.STOPPED, "")) {
      return new Outcome.Refused(
          Failure.of(Reason.REASON_INVALID_STATE, "The replay is not running.")
              .with("status", replay.get().status().name()));
    }
    replayer.cancel(connection, id);
    return new Outcome.Done(PREFIX + id);
  }

  private ListReplaysResponse list(ListReplaysRequest request) {
    int size = Math.min(PageToken.size(request, USUAL_PAGE), MOST_IN_PAGE);
    List<ReplayRecord> found =
        replays.list(request.getConsumer(), PageToken.number(request, Long.MAX_VALUE), size + 1);
    ListReplaysResponse.Builder response =
        ListReplaysResponse.newBuilder().setFreshness(Answers.live(clock));
    found.stream().limit(size).map(ReplayEndpoint::told).forEach(response::addReplays);
    if (found.size() > size) {
      response.setNextPageToken(PageToken.of(request, Long.toString(found.get(size - 1).id())));
    }
    return response.build();
  }

  /** Finds out now what would make a replay of nothing. */
  private void check(ReplaySelection selection, Consumer consumer) {
    List<Failure.Violation> wrong = new ArrayList<>();
    for (int i = 0; i < selection.getEventTypesCount(); i++) {
      String name = selection.getEventTypes(i);
      Optional<EventType> type = log.catalogue().type(name);
      if (type.isEmpty()) {
        wrong.add(violation("event_types[" + i + "]", "expected: an event of the catalogue"));
      } else if (!consumer.lanes().contains(type.get().lane())
          || !(consumer.types().isEmpty() || consumer.types().contains(name))) {
        wrong.add(violation("event_types[" + i + "]", "expected: an event the consumer takes"));
      }
    }
    if (selection.hasOccurredFrom()
        && selection.hasOccurredUntil()
        && Timestamps.compare(selection.getOccurredFrom(), selection.getOccurredUntil()) >= 0) {
      wrong.add(violation("occurred_until", "expected: after occurred_from"));
    }
    if (!wrong.isEmpty()) {
      throw new FailureException(
          Failure.of(Reason.REASON_RULE_VIOLATED, "The selection cannot match any event.")
              .withViolations(wrong));
    }
    checkKept(selection);
  }

  private void checkKept(ReplaySelection selection) {
    if (selection.getEventIdsCount() == 0) {
      return;
    }
    Set<String> kept = new HashSet<>();
    for (StoredEvent event : log.find(selection.getEventIdsList())) {
      kept.add(event.envelope().getEventId());
    }
    List<String> missing =
        selection.getEventIdsList().stream().filter(id -> !kept.contains(id)).toList();
    if (!missing.isEmpty()) {
      throw new FailureException(
          Failure.of(
                  Reason.REASON_NOT_FOUND,
                  missing.size() + " of the events are not in the log, or no longer.")
              .with(
                  "event_ids",
                  String.join(", ", missing.subList(0, Math.min(MOST_NAMED, missing.size())))));
    }
  }

  private static Failure.Violation violation(String field, String expectation) {
    return new Failure.Violation("selection." + field, "replay.selection", expectation);
  }

  private FailureException unknown(String consumer) {
    String known = String.join(", ", consumers.names());
    return new FailureException(
        Failure.of(
                Reason.REASON_NOT_FOUND,
                "There is no consumer "
                    + consumer
                    + (known.isEmpty() ? "; this hub has none." : " (expected: " + known + ")."))
            .with("consumers", known));
  }

  private ReplayRecord find(String id) {
    return replays.find(number(id)).orElseThrow(() -> new FailureException(notFound()));
  }

  private static Failure notFound() {
    return Failure.of(Reason.REASON_NOT_FOUND, "There is no such replay.");
  }

  private static long number(String id) {
    try {
      return id.startsWith(PREFIX) ? Long.parseLong(id.substring(PREFIX.length())) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static Replay told(ReplayRecord replay) {
    Replay.Builder told =
        Replay.newBuilder()
            .setReplayId(PREFIX + replay.id())
            .setConsumer(replay.consumer())
            .setSelection(replay.selection())
            .setStatus(status(replay.status()))
            .setMatched(replay.progress().matched())
            .setDelivered(replay.progress().delivered())
            .setDeadLettered(replay.progress().deadLettered())
            .setDryRun(replay.dryRun())
            .setStartedAt(Timestamps.fromMillis(replay.startedAt().toEpochMilli()))
            .setStartedBy(replay.actor())
            .setReason(replay.reason())
            .setFailure(replay.failure());
    replay.endedAt().ifPresent(at -> told.setEndedAt(Timestamps.fromMillis(at.toEpochMilli())));
    return told.build();
  }

  private static ReplayStatus status(Status status) {
    return switch (status) {
      case RUNNING -> ReplayStatus.REPLAY_STATUS_RUNNING;
      case COMPLETED -> ReplayStatus.REPLAY_STATUS_COMPLETED;
      case STOPPED -> ReplayStatus.REPLAY_STATUS_STOPPED;
      case FAILED -> ReplayStatus.REPLAY_STATUS_FAILED;
    };
  }
}
