package io.crossdock.gateway.pipeline;

import io.grpc.Metadata;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code grpc-timeout}: how long a caller waits, up to eight digits and a unit.
 *
 * <p>The hub reads it itself. gRPC would reset the stream of a call whose timeout is malformed or
 * over, and the caller would never learn why.
 */
final class GrpcTimeout {

  /** The caller waits without end. */
  static final long NONE = Long.MAX_VALUE;

  /** The header does not say how long. */
  static final long MALFORMED = -1;

  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
  private static final int MAX_DIGITS = 8;

  private GrpcTimeout() {}

  /** Takes the header away and returns what it says, nanoseconds. */
  static long take(Metadata headers) {
    String value = headers.get(HEADER);
    if (value == null) {
      return NONE;
    }
    headers.discardAll(HEADER);
    return parse(value);
  }

  static long parse(String value) {
    int digits = value.length() - 1;
    TimeUnit unit = digits < 1 ? null : unit(value.charAt(digits));
    if (unit == null || digits > MAX_DIGITS) {
      return MALFORMED;
    }
    long amount = 0;
    for (int i = 0; i < digits; i++) {
      char digit = value.charAt(i);
      if (digit < '0' || digit > '9') {
        return MALFORMED;
      }
      amount = 10 * amount + (digit - '0');
    }
    return unit.toNanos(amount);
  }

  private static @Nullable TimeUnit unit(char letter) {
    return switch (letter) {
      case 'H' -> TimeUnit.HOURS;
      case 'M' -> TimeUnit.MINUTES;
      case 'S' -> TimeUnit.SECONDS;
      case 'm' -> TimeUnit.MILLISECONDS;
      case 'u' -> TimeUnit.MICROSECONDS;
      case 'n' -> TimeUnit.NANOSECONDS;
      default -> null;
    };
  }
}
