package io.crossdock.ledger.deadletter;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * Why an event could not be taken.
 *
 * @param reason a reason of the contract, without prefix
 * @param message one sentence, without a vendor's words or personal data
 * @param attempts how often it was tried
 */
public record DeliveryFailure(String reason, String message, int attempts) {

  /** Of what a consumer threw. */
  public static DeliveryFailure of(Exception error, int attempts) {
    Failure failure = failure(error);
    return new DeliveryFailure(failure.reasonName(), failure.message(), attempts);
  }

  /** Of an event that is not what was recorded, so that nobody may be given it. */
  public static DeliveryFailure damaged() {
    return new DeliveryFailure(
        "INTERNAL",
        "The event was changed in the ledger after it was recorded: compare it with a backup.",
        0);
  }

  /** Whether the error says itself what is wrong, so that its stack adds nothing. */
  public static boolean isExpected(Exception error) {
    return error instanceof FailureException || error instanceof StatusRuntimeException;
  }

  /**
   * Whether the other side is at fault rather than the event: it cannot be reached, or it does not
   * offer the method or refuses the hub itself, which somebody has to configure.
   */
  public static boolean isOutage(Exception error) {
    return switch (code(error)) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED -> true;
      default -> isMisconfigured(error);
    };
  }

  /** Whether no event will be taken until somebody configures the other side, or the hub. */
  public static boolean isMisconfigured(Exception error) {
    return switch (code(error)) {
      case UNIMPLEMENTED, PERMISSION_DENIED, UNAUTHENTICATED -> true;
      default -> false;
    };
  }

  private static Status.Code code(Exception error) {
    return error instanceof StatusRuntimeException status
        ? status.getStatus().getCode()
        : failure(error).code();
  }

  private static Failure failure(Exception error) {
    if (error instanceof FailureException expected) {
      return expected.failure();
    }
    // What an unexpected error says may quote the event; it stands in the log.
    return Failure.from(error)
        .orElseGet(() ->
            Failure.of(
                Reason.REASON_INTERNAL,
                "The consumer failed with " + error.getClass().getSimpleName() + "."));
  }
}
