package io.crossdock.connector.service;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.grpc.Context;
import io.grpc.Status;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what a handler threw into the one failure that the caller gets. */
final class FailureMapper {

  private static final Logger LOG = LoggerFactory.getLogger(FailureMapper.class);

  private FailureMapper() {}

  /**
   * @param write whether the call may have changed something
   */
  static Failure of(Throwable thrown, String operation, boolean write) {
    return switch (thrown) {
      case FailureException expected -> logged(doubtful(expected.failure(), write), operation);
      case InterruptedException _ -> ended(write);
      default -> unexpected(thrown, operation, write);
    };
  }

  /** Whether a failure is the connector's or the backend's fault rather than the caller's. */
  static boolean isOurs(Status.Code code) {
    return switch (code) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, INTERNAL, UNKNOWN, DATA_LOSS -> true;
      default -> false;
    };
  }

  // The backend may have done what it was asked to before it answered with something unreadable.
  private static Failure doubtful(Failure failure, boolean write) {
    return write && failure.reason() == Reason.REASON_BACKEND_ANSWER_INVALID
        ? failure.withUnknownOutcome()
        : failure;
  }

  private static Failure logged(Failure failure, String operation) {
    if (isOurs(failure.code())) {
      LOG.atWarn()
          .addKeyValue("operation", operation)
          .addKeyValue("reason", failure.reasonName())
          .log(failure.message());
    }
    return failure;
  }

  // The call ended before its work: at its deadline, or because its caller left.
  private static Failure ended(boolean write) {
    Failure failure =
        Context.current().cancellationCause() instanceof TimeoutException
            ? Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "The answer did not come in time.")
            : Failure.of(Reason.REASON_CANCELLED, "The caller gave up.");
    return write ? failure.withUnknownOutcome() : failure;
  }

  private static Failure unexpected(Throwable thrown, String operation, boolean write) {
    String callId = UUID.randomUUID().toString();
    LOG.atError()
        .addKeyValue("call_id", callId)
        .addKeyValue("operation", operation)
        .setCause(thrown)
        .log("a fault of the connector");
    Failure failure =
        Failure.of(Reason.REASON_INTERNAL, "A fault of the connector; its log has call_id.")
            .with("call_id", callId);
    return write ? failure.withUnknownOutcome() : failure;
  }
}
