package io.crossdock.gateway.local;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.List;

/**
 * Carries the trace of a call to a service inside the hub into the calls that its handler makes.
 * The deadline and the cancellation travel by themselves, in gRPC's context.
 */
public final class TraceRelay {

  private static final Context.Key<Metadata> CALLER = Context.key("crossdock-trace");
  // What W3C trace context and baggage consist of.
  private static final List<Metadata.Key<String>> HEADERS =
      List.of(ascii("traceparent"), ascii("tracestate"), ascii("baggage"));

  /** Keeps the trace while a handler runs. */
  static final ServerInterceptor RECEIVES =
      new ServerInterceptor() {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
          return Contexts.interceptCall(
              Context.current().withValue(CALLER, headers), call, headers, next);
        }
      };

  /** Gives the trace to the calls of a handler. */
  public static final ClientInterceptor PASSES_ON =
      new ClientInterceptor() {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(
            MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
          Metadata caller = CALLER.get();
          return caller == null
              ? next.newCall(method, options)
              : new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata headers) {
                  HEADERS.forEach(key -> relay(caller, headers, key));
                  super.start(listener, headers);
                }
              };
        }
      };

  private TraceRelay() {}

  private static void relay(Metadata from, Metadata to, Metadata.Key<String> key) {
    String value = from.get(key);
    if (value != null && !to.containsKey(key)) {
      to.put(key, value);
    }
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
