package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What gRPC tells of a caller's stream beside its messages: how long the caller waits, and how the
 * stream ended.
 *
 * <p>gRPC tells a handler only that the call is cancelled, whether the caller gave up or sent a
 * frame that cannot be read; which of the two it was is known here. Belongs to the event loop of
 * its connection.
 */
public final class CallerStream extends ServerStreamTracer {

  /** To be added to a server whose calls come from outside. */
  public static final ServerStreamTracer.Factory FACTORY =
      new ServerStreamTracer.Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
          return new CallerStream(GrpcTimeout.take(headers));
        }
      };

  private static final Context.Key<CallerStream> KEY = Context.key("crossdock-caller-stream");

  private final long timeoutNanos;
  private @Nullable Status status;

  private CallerStream(long timeoutNanos) {
    this.timeoutNanos = timeoutNanos;
  }

  /** The stream whose call is handled; null for a call from inside the hub. */
  public static @Nullable CallerStream current() {
    return KEY.get();
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(KEY, this);
  }

  @Override
  public void streamClosed(Status ended) {
    status = ended;
  }

  /** How long the caller waits from the headers on, or what {@link GrpcTimeout} says else. */
  long timeoutNanos() {
    return timeoutNanos;
  }

  static Failure tooLarge(int maxRequestBytes) {
    return Failure.of(
            Reason.REASON_MESSAGE_TOO_LARGE,
            "The request is larger than " + maxRequestBytes + " bytes.")
        .with("max_bytes", Integer.toString(maxRequestBytes));
  }

  /** The caller's fault that ended the stream; null when the caller gave up. */
  @Nullable Failure fault(int maxRequestBytes) {
    Status ended = status;
    if (ended == null) {
      return null;
    }
    return switch (ended.getCode()) {
      case RESOURCE_EXHAUSTED -> tooLarge(maxRequestBytes);
      // UNKNOWN is what gRPC makes of a message that it cannot decompress.
      case UNKNOWN, INTERNAL, INVALID_ARGUMENT, UNIMPLEMENTED ->
          Failure.of(
              Reason.REASON_MALFORMED_REQUEST, "A frame of the request is broken or cut off.");
      default -> null;
    };
  }
}
