package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What gRPC tells of a caller's stream beside its messages: how long the caller waits, what the
 * stream holds of the hub's memory, and how it ended.
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
  // A piece of a message may be the last that keeps a buffer alive which was read with it.
  private static final long PIECE_BYTES = 512;
  // The smallest buffer that gRPC takes for a message.
  private static final long MESSAGE_BYTES = 4096;

  private final long timeoutNanos;
  private @Nullable ConnectionMemory memory;
  private long requestBytes;
  private long answerBytes;
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
  public void serverCallStarted(ServerCallInfo<?, ?> call) {
    memory = call.getAttributes().get(ConnectionMemory.KEY);
  }

  @Override
  public void inboundWireSize(long bytes) {
    if (memory != null) {
      requestBytes += bytes + PIECE_BYTES;
      memory.addRequestBytes(bytes + PIECE_BYTES);
    }
  }

  @Override
  public void outboundMessageSent(int number, long wireSize, long uncompressedSize) {
    if (memory != null) {
      long bytes = Math.max(MESSAGE_BYTES, wireSize);
      answerBytes += bytes;
      memory.addAnswerBytes(bytes);
    }
  }

  @Override
  public void streamClosed(Status ended) {
    status = ended;
    requestTaken();
    answersTaken();
  }

  /** The request was passed on, so the hub holds nothing of it any more. */
  public void requestTaken() {
    if (memory != null && requestBytes > 0) {
      memory.addRequestBytes(-requestBytes);
      requestBytes = 0;
    }
  }

  /** The caller took what it was sent. */
  public void answersTaken() {
    if (memory != null && answerBytes > 0) {
      memory.addAnswerBytes(-answerBytes);
      answerBytes = 0;
    }
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
