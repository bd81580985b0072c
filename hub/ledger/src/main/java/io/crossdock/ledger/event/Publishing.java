package io.crossdock.ledger.event;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.common.v1.Channel;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.PublishResponse;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.idempotency.Claim;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.idempotency.Idempotency.Claimant;
import io.crossdock.ledger.idempotency.Idempotency.Completion;
import io.crossdock.ledger.store.BatchedTransaction;
import io.crossdock.ledger.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Takes events in: the claim of the request id, the events and the answer in one transaction. */
final class Publishing {

  private static final String OPERATION = EventServiceGrpc.getPublishMethod().getFullMethodName();
  // The claim is completed in its own transaction, so nobody ever waits for this to run out.
  private static final Duration LEASE = Duration.ofSeconds(3);

  private final Store store;
  private final EventLog log;
  private final Idempotency idempotency;
  private final BatchedTransaction<Publication, Result> publishing = this::publish;

  /** What a caller wants to publish, with the claim of its request id. */
  private record Publication(Claimant claimant, List<CheckedEvent> events) {}

  /** What came of it: within a transaction a refusal is a value, see {@code Transaction}. */
  private sealed interface Result {
    record Answer(PublishResponse response) implements Result {}

    record Refusal(Failure failure) implements Result {}
  }

  Publishing(Store store, EventLog log, Idempotency idempotency) {
    this.store = store;
    this.log = log;
    this.idempotency = idempotency;
  }

  /**
   * Publishes.
   *
   * @param traceparent of the call; empty when it has none
   * @throws FailureException when the events are refused; none is written then
   */
  PublishResponse publish(PublishRequest request, String traceparent) {
    // Known before the transaction, which must not read on another connection.
    var _ = log.epoch();
    byte[] fingerprint = Idempotency.fingerprint(request.toByteArray());
    List<CheckedEvent> events = check(request, traceparent);
    Claimant claimant =
        new Claimant(
            request.getContext().getRequestId(), fingerprint, UUID.randomUUID().toString());
    return switch (store.write(publishing, new Publication(claimant, events))) {
      case Result.Answer(PublishResponse response) -> response;
      case Result.Refusal(Failure failure) -> throw new FailureException(failure);
    };
  }

  /** Publishes for several callers at once. */
  private List<Result> publish(Connection connection, List<Publication> publications)
      throws SQLException {
    Map<Publication, Result> results = new HashMap<>();
    List<Publication> left = publications;
    while (!left.isEmpty()) {
      // Who repeats the request of another comes after it and hears its answer.
      Map<String, Publication> first = new LinkedHashMap<>();
      List<Publication> repeated = new ArrayList<>();
      for (Publication each : left) {
        if (first.putIfAbsent(each.claimant.requestId(), each) != null) {
          repeated.add(each);
        }
      }
      publishDifferent(connection, List.copyOf(first.values()), results);
      left = repeated;
    }
    return publications.stream().map(each -> requireNonNull(results.get(each))).toList();
  }

  private void publishDifferent(
      Connection connection, List<Publication> publications, Map<Publication, Result> results)
      throws SQLException {
    List<Claim> claims =
        idempotency.claim(
            connection,
            OPERATION,
            publications.stream().map(Publication::claimant).toList(),
            LEASE);
    List<Publication> mine = new ArrayList<>();
    for (int i = 0; i < claims.size(); i++) {
      Publication each = publications.get(i);
      switch (claims.get(i)) {
        case Claim.New() -> mine.add(each);
        case Claim.Done(byte[] answer) -> results.put(each, answered(answer));
        case Claim.InFlight() ->
            results.put(
                each,
                new Result.Refusal(
                    Failure.of(
                            Reason.REASON_REQUEST_IN_PROGRESS, "The same request is in progress.")
                        .withRetryAfter(LEASE)));
        case Claim.OtherRequest() ->
            results.put(
                each,
                new Result.Refusal(
                    Failure.of(
                        Reason.REASON_REQUEST_ID_REUSED,
                        "This request id was already used for a different request.")));
      }
    }
    List<EventLog.Outcome> outcomes =
        log.appendEach(connection, mine.stream().map(Publication::events).toList());
    List<Completion> completions = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      Publication each = mine.get(i);
      String requestId = each.claimant.requestId();
      String owner = each.claimant.owner();
      switch (outcomes.get(i)) {
        case EventLog.Outcome.Done(List<Appended> appended) -> {
          PublishResponse response = response(appended);
          completions.add(new Completion(requestId, owner, response.toByteArray()));
          results.put(each, new Result.Answer(response));
        }
        case EventLog.Outcome.Refused(Failure failure) -> {
          var _ = idempotency.release(connection, OPERATION, requestId, owner);
          results.put(each, new Result.Refusal(failure));
        }
      }
    }
    var _ = idempotency.complete(connection, OPERATION, completions);
  }

  private PublishResponse response(List<Appended> appended) {
    PublishResponse.Builder response = PublishResponse.newBuilder();
    for (Appended each : appended) {
      response
          .addEventsBuilder()
          .setEventId(each.eventId())
          .setSequence(each.sequence())
          .setPosition(each.position().text(log.epoch()))
          .setDuplicate(each.duplicate());
    }
    return response.build();
  }

  private static Result answered(byte[] answer) {
    try {
      return new Result.Answer(PublishResponse.parseFrom(answer));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an answer of the ledger cannot be read", e);
    }
  }

  private List<CheckedEvent> check(PublishRequest request, String traceparent) {
    List<CheckedEvent> checked = new ArrayList<>(request.getEventsCount());
    for (int i = 0; i < request.getEventsCount(); i++) {
      EventEnvelope event = complete(request.getEvents(i), request.getContext(), traceparent);
      try {
        checked.add(log.catalogue().check(event));
      } catch (FailureException e) {
        throw new FailureException(e.failure().under("events[" + i + "]"));
      }
    }
    return checked;
  }

  /** What an event does not say about its transaction, its publisher's call says. */
  private static EventEnvelope complete(
      EventEnvelope event, CommandContext context, String traceparent) {
    EventEnvelope.Builder complete = event.toBuilder();
    if (event.getCorrelationId().isEmpty()) {
      complete.setCorrelationId(context.getCorrelationId());
    }
    if (event.getCausationId().isEmpty()) {
      complete.setCausationId(context.getCausationId());
    }
    if (event.getChannel() == Channel.CHANNEL_UNSPECIFIED) {
      complete.setChannel(context.getChannel());
    }
    if (event.getTraceparent().isEmpty()) {
      complete.setTraceparent(traceparent);
    }
    return complete.build();
  }
}
