package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * How gRPC ended a call's stream before the call did. gRPC tells a handler only that the call is
 * cancelled, whether the caller gave up or sent a frame that cannot be read; what it was stands
 * here.
 */
public final class StreamEnd extends ServerStreamTracer {

  /** To be added to a server whose calls come from outside. */
  public static final ServerStreamTracer.Factory FACTORY =
      new ServerStreamTracer.Factory() {
        @Override
        public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
          return new StreamEnd();
        }
      };

  private static final Context.Key<StreamEnd> KEY = Context.key("crossdock-stream-end");

  // Written and read on the call's event loop.
  private @Nullable Status status;

  @Override
  public Context filterContext(Context context) {
    return context.withValue(KEY, this);
  }

  @Override
  public void streamClosed(Status ended) {
    status = ended;
  }

  static Failure tooLarge(int maxRequestBytes) {
    return Failure.of(
            Reason.REASON_MESSAGE_TOO_LARGE,
            "The request is larger than " + maxRequestBytes + " bytes.")
        .with("max_bytes", Integer.toString(maxRequestBytes));
  }

  /** The caller's fault that ended the running call's stream; null when the caller gave up. */
  static @Nullable Failure fault(int maxRequestBytes) {
    StreamEnd end = KEY.get();
    Status ended = end == null ? null : end.status;
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
