package io.crossdock.drill.node;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PointsRedeemed;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.assembly.HubLedger;
import io.crossdock.ledger.event.CheckedEvent;
import io.crossdock.ledger.idempotency.Claim;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.offline.Authorisation;
import io.crossdock.ledger.offline.Decision;
import io.crossdock.ledger.offline.Limits;
import io.crossdock.loyalty.v1.CommitRedemptionRequest;
import io.crossdock.loyalty.v1.CommitRedemptionResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.RedemptionStatus;
import io.crossdock.ops.v1.AuditRecord;
import io.grpc.stub.StreamObserver;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Accepts redemptions as if the loyalty platform were down: the claim of the request id, the
 * authorisation within its limits, the event, the audit record and the answer in one transaction.
 */
public final class OfflineRedemptions extends LoyaltyServiceGrpc.LoyaltyServiceImplBase {

  /** Full name of its method, under which it writes. */
  public static final String OPERATION =
      LoyaltyServiceGrpc.getCommitRedemptionMethod().getFullMethodName();

  /** The most points of a member in a day without the platform. */
  public static final long MEMBER_DAY = 5_000;

  private static final Limits LIMITS = new Limits(1_000, MEMBER_DAY, 1_000_000_000_000L);
  private static final Duration LEASE = Duration.ofSeconds(3);

  private final HubLedger ledger;

  /** What came of it: within a transaction a refusal is a value. */
  private sealed interface Result {
    record Answer(CommitRedemptionResponse response) implements Result {}

    record Refusal(Failure failure) implements Result {}
  }

  OfflineRedemptions(HubLedger ledger) {
    this.ledger = ledger;
  }

  @Override
  public void commitRedemption(
      CommitRedemptionRequest request, StreamObserver<CommitRedemptionResponse> answer) {
    Result result;
    try {
      byte[] fingerprint = Idempotency.fingerprint(request.toByteArray());
      String owner = UUID.randomUUID().toString();
      CheckedEvent event = ledger.log().catalogue().check(event(request));
      result =
          ledger
              .store()
              .write(connection -> commit(connection, request, fingerprint, owner, event));
    } catch (FailureException e) {
      answer.onError(e.failure().toException());
      return;
    }
    switch (result) {
      case Result.Answer(CommitRedemptionResponse response) -> {
        answer.onNext(response);
        answer.onCompleted();
      }
      case Result.Refusal(Failure failure) -> answer.onError(failure.toException());
    }
  }

  private Result commit(
      Connection connection,
      CommitRedemptionRequest request,
      byte[] fingerprint,
      String owner,
      CheckedEvent event)
      throws SQLException {
    Idempotency idempotency = ledger.idempotency();
    String requestId = request.getContext().getRequestId();
    return switch (idempotency.claim(connection, OPERATION, requestId, fingerprint, owner, LEASE)) {
      case Claim.New() -> {
        Decision decision = ledger.offline().record(connection, wish(request), LIMITS);
        if (!(decision instanceof Decision.Accepted accepted)) {
          var _ = idempotency.release(connection, OPERATION, requestId, owner);
          yield refusal(Reason.REASON_REFUSED_BY_POLICY, "No more without the platform.");
        }
        long sequence = ledger.log().append(connection, List.of(event)).getFirst().sequence();
        CommitRedemptionResponse response =
            response(request, accepted.authorisation().recordedAt(), sequence);
        var _ =
            idempotency.complete(connection, OPERATION, requestId, owner, response.toByteArray());
        var _ = ledger.audit().append(connection, deed(request));
        yield new Result.Answer(response);
      }
      case Claim.Done done -> {
        try {
          yield new Result.Answer(CommitRedemptionResponse.parseFrom(done.answer()));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("an answer of the ledger cannot be read", e);
        }
      }
      case Claim.InFlight() ->
          refusal(Reason.REASON_REQUEST_IN_PROGRESS, "The same request is being worked on.");
      case Claim.OtherRequest() ->
          refusal(Reason.REASON_REQUEST_ID_REUSED, "The request id belongs to another request.");
    };
  }

  private static Result refusal(Reason reason, String message) {
    return new Result.Refusal(Failure.of(reason, message));
  }

  private static Authorisation wish(CommitRedemptionRequest request) {
    return new Authorisation(
        OPERATION,
        request.getContext().getRequestId(),
        request.toByteString(),
        request.getMemberId(),
        request.getContext().getStore(),
        request.getPoints().getUnits(),
        request.getContext().getCorrelationId(),
        Instant.EPOCH);
  }

  private static EventEnvelope event(CommitRedemptionRequest request) {
    String id = request.getContext().getRequestId();
    return EventEnvelope.newBuilder()
        .setEventId(id)
        .setSource("drill")
        .setType(PointsRedeemed.getDescriptor().getFullName())
        .setKey(request.getMemberId())
        .setOccurredAt(Timestamps.fromMillis(Instant.now().toEpochMilli()))
        .setCorrelationId(request.getContext().getCorrelationId())
        .setCausationId(id)
        .setChannel(request.getContext().getChannel())
        .setData(
            Any.pack(
                PointsRedeemed.newBuilder()
                    .setMemberId(request.getMemberId())
                    .setRedemptionId(id)
                    .setPoints(request.getPoints())
                    .setOrderId(request.getOrderId())
                    .setOffline(true)
                    .build()))
        .build();
  }

  private static AuditRecord deed(CommitRedemptionRequest request) {
    return AuditRecord.newBuilder()
        .setActor(Actor.newBuilder().setId("drill"))
        .setOperation(OPERATION)
        .setSubjectKind("redemption")
        .setSubjectId(request.getContext().getRequestId())
        .setReason("accepted without the platform")
        .setOutcome("OK")
        .setRequestId(request.getContext().getRequestId())
        .setCorrelationId(request.getContext().getCorrelationId())
        .build();
  }

  private static CommitRedemptionResponse response(
      CommitRedemptionRequest request, Instant acceptedAt, long sequence) {
    CommitRedemptionResponse.Builder response = CommitRedemptionResponse.newBuilder();
    response
        .getRedemptionBuilder()
        .setRedemptionId(request.getContext().getRequestId())
        .setMemberId(request.getMemberId())
        .setStatus(RedemptionStatus.REDEMPTION_STATUS_COMMITTED)
        .setPoints(request.getPoints())
        .setOrderId(request.getOrderId())
        .setCreatedAt(Timestamps.fromMillis(acceptedAt.toEpochMilli()))
        .setCompletedAt(Timestamps.fromMillis(acceptedAt.toEpochMilli()))
        // The entry of the drill's platform: the number of its event.
        .addEntryIds("E-" + sequence);
    return response.build();
  }
}
