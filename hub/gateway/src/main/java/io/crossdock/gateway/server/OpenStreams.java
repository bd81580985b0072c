package io.crossdock.gateway.server;

import io.crossdock.gateway.pipeline.CallerStream;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The open streams of gRPC's own services, such as a health watch, which never end by themselves
 * and would hold up a stop. Safe for any thread.
 */
final class OpenStreams implements ServerInterceptor {

  private final Set<ServerCall<?, ?>> open = ConcurrentHashMap.newKeySet();

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (call.getMethodDescriptor().getType() == MethodType.UNARY) {
      return next.startCall(call, headers);
    }
    open.add(call);
    CallerStream stream = CallerStream.current();
    ServerCall<Q, A> accounted =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(A message) {
            if (stream != null && isReady()) {
              stream.answersTaken();
            }
            super.sendMessage(message);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(accounted, headers)) {
      @Override
      public void onMessage(Q message) {
        if (stream != null) {
          stream.requestTaken();
        }
        super.onMessage(message);
      }

      @Override
      public void onReady() {
        if (stream != null) {
          stream.answersTaken();
        }
        super.onReady();
      }

      @Override
      public void onCancel() {
        open.remove(call);
        super.onCancel();
      }

      @Override
      public void onComplete() {
        open.remove(call);
        super.onComplete();
      }
    };
  }

  /** Ends all of them. */
  void end() {
    for (ServerCall<?, ?> call : List.copyOf(open)) {
      try {
        call.close(Status.UNAVAILABLE.withDescription("The hub is stopping."), new Metadata());
      } catch (IllegalStateException e) {
        // It ended at the same moment.
        open.remove(call);
      }
    }
  }
}
