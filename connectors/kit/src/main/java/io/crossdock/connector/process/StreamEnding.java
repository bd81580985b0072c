package io.crossdock.connector.process;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends the streams that are open when the connector stops: they have no end of their own, so
 * waiting for them would take the whole drain time. Their callers are asked to reconnect.
 *
 * <p>Safe for many threads; it makes the calls of streams safe to end from another thread.
 */
final class StreamEnding implements ServerInterceptor {

  private final Set<OpenStream<?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
      return next.startCall(call, headers);
    }
    OpenStream<Q, A> stream = new OpenStream<>(call);
    open.add(stream);
    ServerCall.Listener<Q> listener = next.startCall(stream, headers);
    if (stopping) {
      stream.end();
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onComplete() {
        open.remove(stream);
        super.onComplete();
      }

      @Override
      public void onCancel() {
        open.remove(stream);
        super.onCancel();
      }
    };
  }

  /** Ends every stream, and every one that begins from here on. */
  void end() {
    stopping = true;
    open.forEach(OpenStream::end);
  }

  /** A stream that may be ended while its handler is about to send. */
  private static final class OpenStream<Q, A> extends SimpleForwardingServerCall<Q, A> {

    private boolean closed;

    OpenStream(ServerCall<Q, A> call) {
      super(call);
    }

    synchronized void end() {
      Failure failure =
          Failure.of(Reason.REASON_SHUTTING_DOWN, "The connector is shutting down; reconnect.");
      close(failure.toStatus(), failure.toTrailers());
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(A message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }

    @Override
    public synchronized boolean isCancelled() {
      return closed || super.isCancelled();
    }
  }
}
