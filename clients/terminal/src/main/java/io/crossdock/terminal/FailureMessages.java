package io.crossdock.terminal;

import io.crossdock.common.v1.Reason;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.failure.Failure;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a command says about its failures, so that the person in front of it knows what to do next.
 *
 * @param system who did not answer. Example: {@code The loyalty system}
 * @param instead what can be done without an answer. Example: {@code sell without points}; empty
 *     for nothing
 * @param missing what to say when there is no such thing. Example: {@code There is no member M-9.}
 * @param invalid what to say when the arguments are refused. Example: {@code M 9 is not a member
 *     number.}
 */
public record FailureMessages(String system, String instead, String missing, String invalid) {

  /** One or two sentences about a failure. */
  String about(Failure failure, String hub, String traceId) {
    return switch (failure.code()) {
      case NOT_FOUND -> missing;
      case INVALID_ARGUMENT, OUT_OF_RANGE -> invalid;
      case UNAVAILABLE ->
          failure.reason() == Reason.REASON_HUB_UNAVAILABLE
              ? "The hub at %s does not answer. %s".formatted(hub, tryAgain(null))
              : "%s does not answer. %s".formatted(system, tryAgain(failure.retryAfter()));
      case DEADLINE_EXCEEDED -> "%s did not answer in time. %s".formatted(system, tryAgain(null));
      case RESOURCE_EXHAUSTED ->
          isTooLarge(failure)
              ? "The answer is too large for this program."
              : "%s is busy. %s".formatted(system, tryAgain(failure.retryAfter()));
      case UNIMPLEMENTED -> "The hub at %s cannot do this.".formatted(hub);
      case PERMISSION_DENIED, UNAUTHENTICATED -> "This is not allowed.";
      case FAILED_PRECONDITION, ABORTED, ALREADY_EXISTS -> failure.message();
      case OK, CANCELLED, UNKNOWN, INTERNAL, DATA_LOSS ->
          "Something went wrong. If it happens again, contact support and quote this trace ID: %s"
              .formatted(traceId);
    };
  }

  /**
   * What to say of a change that may have been made although it failed, line by line; nothing when
   * it certainly was not.
   */
  static List<String> unknownOutcome(Failure failure) {
    UnknownOutcome outcome = failure.unknownOutcome();
    if (outcome == null) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add("The outcome is unknown: the change may have been made.");
    if (!outcome.getRequestId().isEmpty()) {
      lines.add("request id " + outcome.getRequestId());
    }
    lines.add(
        outcome.getLookUpMethod().isEmpty()
            ? "Check whether the change is there before you repeat it."
            : "look it up with " + outcome.getLookUpMethod());
    return lines;
  }

  static boolean isTooLarge(Failure failure) {
    return failure.reason() == Reason.REASON_MESSAGE_TOO_LARGE;
  }

  private String tryAgain(@Nullable Duration wait) {
    String when =
        wait == null || wait.isZero()
            ? "Try again"
            : "Try again in "
                + DurationConverter.text(wait.plusMillis(999).truncatedTo(ChronoUnit.SECONDS));
    return instead.isEmpty() ? when + "." : "%s, or %s.".formatted(when, instead);
  }
}
