package io.crossdock.ledger.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.idempotency.Claim;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.Transaction;
import io.crossdock.ops.v1.AuditRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;

/**
 * Does actions: the claim of the request id, the action and its audit record in one transaction.
 */
public final class OperatorActions {

  // The claim is completed in its own transaction, so nobody ever waits for this to run out.
  private static final Duration LEASE = Duration.ofSeconds(3);

  private final Store store;
  private final Idempotency idempotency;
  private final Audit audit;

  /** Stands on a ledger. */
  public OperatorActions(Store store, Idempotency idempotency, Audit audit) {
    this.store = store;
    this.idempotency = idempotency;
    this.audit = audit;
  }

  /**
   * Does an action, unless it was done under its request id before.
   *
   * @param work that does it; run in the transaction
   * @return the thing that it was done to, now or before
   * @throws FailureException when it was refused
   */
  public String once(OperatorAction action, Transaction<Outcome> work) {
    byte[] fingerprint = Idempotency.fingerprint(action.request().toByteArray());
    String owner = UUID.randomUUID().toString();
    return switch (store.write(connection -> once(connection, action, fingerprint, owner, work))) {
      case Outcome.Done(String subjectId) -> subjectId;
      case Outcome.Refused(Failure failure) -> throw new FailureException(failure);
    };
  }

  private Outcome once(
      Connection connection,
      OperatorAction action,
      byte[] fingerprint,
      String owner,
      Transaction<Outcome> work)
      throws SQLException {
    String operation = action.operation();
    String requestId = action.context().getRequestId();
    return switch (idempotency.claim(connection, operation, requestId, fingerprint, owner, LEASE)) {
      case Claim.New() -> {
        Outcome outcome = work.in(connection);
        switch (outcome) {
          case Outcome.Done(String subjectId) -> {
            var _ =
                idempotency.complete(
                    connection, operation, requestId, owner, subjectId.getBytes(UTF_8));
            var _ = audit.append(connection, record(action, subjectId));
          }
          case Outcome.Refused _ -> {
            var _ = idempotency.release(connection, operation, requestId, owner);
          }
        }
        yield outcome;
      }
      case Claim.Done done -> new Outcome.Done(new String(done.answer(), UTF_8));
      case Claim.InFlight() ->
          new Outcome.Refused(
              Failure.of(Reason.REASON_REQUEST_IN_PROGRESS, "The same request is in progress.")
                  .withRetryAfter(LEASE));
      case Claim.OtherRequest() ->
          new Outcome.Refused(
              Failure.of(
                  Reason.REASON_REQUEST_ID_REUSED,
                  "This request id was already used for a different request."));
    };
  }

  private static AuditRecord record(OperatorAction action, String subjectId) {
    return AuditRecord.newBuilder()
        .setActor(action.context().getActor())
        .setOperation(action.operation())
        .setSubjectKind(action.subjectKind())
        .setSubjectId(subjectId)
        .setReason(action.reason())
        .setOutcome("OK")
        .setRequestId(action.context().getRequestId())
        .setCorrelationId(action.context().getCorrelationId())
        .build();
  }
}
