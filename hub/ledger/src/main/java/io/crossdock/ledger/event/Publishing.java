package io.crossdock.ledger.event;

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
import io.crossdock.ledger.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Takes events in: the claim of the request id, the events and the answer in one transaction. */
final class Publishing {

  private static final String OPERATION = EventServiceGrpc.getPublishMethod().getFullMethodName();
  // The claim is completed in its own transaction, so nobody ever waits for this to run out.
  private static final Duration LEASE = Duration.ofSeconds(3);

  private final Store store;
  private final EventLog log;
  private final Idempotency idempotency;

  /** What came of it: within a transaction a refusal is a value, see {@code Work}. */
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
    byte[] fingerprint = Idempotency.fingerprint(request.toByteArray());
    List<CheckedEvent> events = check(request, traceparent);
    String owner = UUID.randomUUID().toString();
    Result result =
        store.write(connection ->
            publish(connection, request.getContext().getRequestId(), fingerprint, owner, events));
    return switch (result) {
      case Result.Answer(PublishResponse response) -> response;
      case Result.Refusal(Failure failure) -> throw new FailureException(failure);
    };
  }

  private Result publish(
      Connection connection,
      String requestId,
      byte[] fingerprint,
      String owner,
      List<CheckedEvent> events)
      throws SQLException {
    switch (idempotency.claim(connection, OPERATION, requestId, fingerprint, owner, LEASE)) {
      case Claim.New() -> {
        Failure failure = log.refusal(connection, events);
        if (failure != null) {
          var _ = idempotency.release(connection, OPERATION, requestId, owner);
          return new Result.Refusal(failure);
        }
        PublishResponse.Builder response = PublishResponse.newBuilder();
        for (Appended each : log.append(connection, events)) {
          response
              .addEventsBuilder()
              .setEventId(each.eventId())
              .setSequence(each.sequence())
              .setPosition(each.position().toString())
              .setDuplicate(each.duplicate());
        }
        PublishResponse answer = response.build();
        var _ = idempotency.complete(connection, OPERATION, requestId, owner, answer.toByteArray());
        return new Result.Answer(answer);
      }
      case Claim.Done done -> {
        try {
          return new Result.Answer(PublishResponse.parseFrom(done.answer()));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("an answer of the ledger cannot be read", e);
        }
      }
      case Claim.InFlight() -> {
        return new Result.Refusal(
            Failure.of(Reason.REASON_REQUEST_IN_PROGRESS, "The same request is being worked on.")
                .withRetryAfter(LEASE));
      }
      case Claim.OtherRequest() -> {
        return new Result.Refusal(
            Failure.of(
                Reason.REASON_REQUEST_ID_REUSED,
                "The request id belongs to a request with another body."));
      }
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
