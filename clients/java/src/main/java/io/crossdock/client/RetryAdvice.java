package io.crossdock.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.grpc.ClientStreamTracer;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells gRPC's retries what a failure's {@code RetryInfo} says, in the one word that they listen
 * to: the trailer {@code grpc-retry-pushback-ms}.
 *
 * <p>A call is asked again when the hub said when to come back, or that the same request is still
 * being worked on. It fails at once when that would be after its deadline, so that the caller
 * learns the reason instead of waiting for a time-out.
 */
final class RetryAdvice extends ClientStreamTracer {

  static final ClientStreamTracer.Factory FACTORY =
      new ClientStreamTracer.Factory() {
        @Override
        public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
          return new RetryAdvice(info.getCallOptions().getDeadline());
        }
      };

  static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final Duration STILL_WORKED_ON = Duration.ofMillis(100);
  private static final String NEVER = "-1";

  private final @Nullable Deadline deadline;

  RetryAdvice(@Nullable Deadline deadline) {
    this.deadline = deadline;
  }

  @Override
  public void inboundTrailers(Metadata trailers) {
    byte[] details = trailers.get(DETAILS);
    if (details == null || trailers.containsKey(PUSHBACK)) {
      return;
    }
    Optional<Duration> wait = failure(details).flatMap(RetryAdvice::waitFor);
    if (wait.isPresent()) {
      trailers.put(PUSHBACK, pushback(wait.get()));
    }
  }

  private static Optional<Failure> failure(byte[] details) {
    try {
      return Failure.from(com.google.rpc.Status.parseFrom(details));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  // Empty leaves the decision to the retry policy.
  private static Optional<Duration> waitFor(Failure failure) {
    boolean inProgress = failure.reason() == Reason.REASON_REQUEST_IN_PROGRESS;
    boolean passing =
        inProgress
            || failure.code() == Status.Code.UNAVAILABLE
            || failure.code() == Status.Code.RESOURCE_EXHAUSTED;
    if (!passing) {
      return Optional.empty();
    }
    return Optional.ofNullable(
        failure.retryAfter() == null && inProgress ? STILL_WORKED_ON : failure.retryAfter());
  }

  private String pushback(Duration wait) {
    long millis = wait.toMillis();
    // Those who were told the same come back one after the other.
    long spread = millis + ThreadLocalRandom.current().nextLong(millis / 10 + 1);
    boolean tooLate = deadline != null && deadline.timeRemaining(TimeUnit.MILLISECONDS) <= spread;
    return tooLate || spread > Integer.MAX_VALUE ? NEVER : Long.toString(spread);
  }
}
