package io.crossdock.client;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/** Makes one readable failure of whatever a call ended with. */
public final class Failures {

  private Failures() {}

  /**
   * Tells why a call failed.
   *
   * <p>A failure of the hub is read from its details. What never reached the hub, or did not come
   * back from it, gets the reason that fits: HUB_UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED.
   *
   * @param thrown what a stub threw, or its cause at any depth
   */
  public static Failure of(Throwable thrown) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof FailureException expected) {
        return expected.failure();
      }
      if (each instanceof StatusRuntimeException || each instanceof StatusException) {
        Status status = Status.fromThrowable(each);
        return Failure.from(each).orElseGet(() -> withoutDetails(status));
      }
    }
    return Failure.of(Reason.REASON_INTERNAL, "The call failed: " + thrown);
  }

  /**
   * Whether a failed write certainly had no effect.
   *
   * <p>A reason of the hub or a connector says so, unless it is one that the hub itself gives when
   * a connector did not answer. A status without a reason was made on the way, and says nothing.
   */
  static boolean isCertain(Failure failure, Status status) {
    return switch (failure.reason()) {
      case REASON_DEADLINE_EXCEEDED,
          REASON_CANCELLED,
          REASON_INTERNAL,
          REASON_CONNECTOR_UNAVAILABLE,
          REASON_HUB_UNAVAILABLE ->
          false;
      case REASON_MESSAGE_TOO_LARGE -> status.getCode() != Status.Code.RESOURCE_EXHAUSTED;
      default -> true;
    };
  }

  private static Failure withoutDetails(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          failure(Reason.REASON_HUB_UNAVAILABLE, "The hub cannot be reached", status);
      case DEADLINE_EXCEEDED ->
          Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "The answer did not come in time.");
      case CANCELLED -> Failure.of(Reason.REASON_CANCELLED, "The call was given up.");
      case RESOURCE_EXHAUSTED ->
          failure(Reason.REASON_MESSAGE_TOO_LARGE, "The answer is too large", status);
      case UNIMPLEMENTED ->
          failure(Reason.REASON_METHOD_NOT_SERVED, "The server does not serve this", status);
      case OK,
          UNKNOWN,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          INTERNAL,
          DATA_LOSS,
          UNAUTHENTICATED ->
          failure(Reason.REASON_INTERNAL, "The server failed without a reason", status)
              .with("status", status.getCode().name());
    };
  }

  private static Failure failure(Reason reason, String sentence, Status status) {
    String detail = innermost(status.getCause());
    String description = status.getDescription() == null ? "" : status.getDescription();
    String why = detail.isEmpty() ? description : detail;
    return Failure.of(reason, why.isEmpty() ? sentence + "." : sentence + ": " + why);
  }

  private static String innermost(@Nullable Throwable cause) {
    String message = "";
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each.getMessage() != null) {
        message = each.getMessage();
      }
    }
    return message;
  }
}
