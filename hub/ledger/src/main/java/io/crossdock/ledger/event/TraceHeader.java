package io.crossdock.ledger.event;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import org.jspecify.annotations.Nullable;

/** Keeps the trace of a call for the events that it publishes. */
final class TraceHeader {

  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<String> CURRENT = Context.key("crossdock-event-trace");
  private static final int MOST_CHARACTERS = 64;

  static final ServerInterceptor KEEPS =
      new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
          String trace = headers.get(TRACEPARENT);
          return trace == null || trace.length() > MOST_CHARACTERS
              ? next.startCall(call, headers)
              : Contexts.interceptCall(
                  Context.current().withValue(CURRENT, trace), call, headers, next);
        }
      };

  private TraceHeader() {}

  /** The W3C trace context of the call under way; empty when it has none. */
  static String current() {
    @Nullable String trace = CURRENT.get();
    return trace == null ? "" : trace;
  }
}
