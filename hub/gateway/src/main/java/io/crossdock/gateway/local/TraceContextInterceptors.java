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
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.List;

/**
 * Carries the trace of a call to a service inside the hub, or the current span where there is no
 * call, into the calls that are made there. The deadline and the cancellation travel by themselves,
 * in gRPC's context.
 */
public final class TraceContextInterceptors {

  private static final Context.Key<Metadata> CALLER = Context.key("crossdock-trace");
  // What W3C trace context and baggage consist of.
  private static final List<Metadata.Key<String>> HEADERS =
      List.of(ascii("traceparent"), ascii("tracestate"), ascii("baggage"));

  private static final TextMapSetter<Metadata> SETTER =
      (headers, name, value) -> {
        if (headers != null) {
          headers.put(ascii(name), value);
        }
      };

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
          return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<A> listener, Metadata headers) {
              if (caller == null) {
                // No call is behind it; perhaps a span is, such as that of an event's delivery.
                W3CTraceContextPropagator.getInstance()
                    .inject(io.opentelemetry.context.Context.current(), headers, SETTER);
              } else {
                HEADERS.forEach(key -> relay(caller, headers, key));
              }
              super.start(listener, headers);
            }
          };
        }
      };

  private TraceContextInterceptors() {}

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
