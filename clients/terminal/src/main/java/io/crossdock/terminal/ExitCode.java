package io.crossdock.terminal;

import io.crossdock.failure.Failure;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a program ends, for the script that called it. */
public enum ExitCode {
  /** Answered, from the cache too. */
  OK(0, "answered"),
  /** Nothing was found, or something is not as it should be. */
  NOT_FOUND(1, "nothing found, or a check failed"),
  /** Invalid arguments, or the hub refused the request as invalid. */
  INVALID(2, "invalid arguments or values"),
  /** Hub or backend cannot be reached, or has no room. */
  UNAVAILABLE(3, "hub or backend unavailable: try again"),
  /** The answer did not come in time. */
  DEADLINE(4, "no answer in time"),
  /** Anything else. */
  OTHER(5, "anything else");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  /** The number. */
  public int code() {
    return code;
  }

  static ExitCode of(Failure failure) {
    return switch (failure.code()) {
      case NOT_FOUND -> NOT_FOUND;
      case INVALID_ARGUMENT, OUT_OF_RANGE -> INVALID;
      case UNAVAILABLE -> UNAVAILABLE;
      case RESOURCE_EXHAUSTED -> FailureMessages.isTooLarge(failure) ? OTHER : UNAVAILABLE;
      case DEADLINE_EXCEEDED -> DEADLINE;
      case OK,
          CANCELLED,
          UNKNOWN,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          ABORTED,
          UNIMPLEMENTED,
          INTERNAL,
          DATA_LOSS,
          UNAUTHENTICATED ->
          OTHER;
    };
  }

  static Map<String, String> help() {
    Map<String, String> lines = new LinkedHashMap<>();
    for (ExitCode each : values()) {
      lines.put(Integer.toString(each.code), each.meaning);
    }
    return lines;
  }
}
