package io.crossdock.gateway.telemetry;

import io.grpc.Metadata;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a trace travels in gRPC's metadata, whose keys are lower case as the W3C standard's are. */
public final class TraceHeaders {

  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> TRACESTATE =
      Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> BAGGAGE =
      Metadata.Key.of("baggage", Metadata.ASCII_STRING_MARSHALLER);

  static final TextMapGetter<Metadata> GETTER =
      new TextMapGetter<>() {
        @Override
        @SuppressWarnings("deprecation") // abstract all the same
        public Iterable<String> keys(Metadata headers) {
          return List.copyOf(headers.keys());
        }

        @Override
        public @Nullable String get(@Nullable Metadata headers, String name) {
          return headers == null ? null : headers.get(key(name));
        }
      };
  static final TextMapSetter<Metadata> SETTER =
      (headers, name, value) -> {
        if (headers != null) {
          Metadata.Key<String> key = key(name);
          headers.discardAll(key);
          headers.put(key, value);
        }
      };

  private TraceHeaders() {}

  /**
   * Headers without what a caller says to its own tracing system, perhaps personal data; the same
   * object when they have none of it.
   */
  public static Metadata withoutCallersOwn(Metadata headers) {
    if (!headers.containsKey(BAGGAGE) && !headers.containsKey(TRACESTATE)) {
      return headers;
    }
    Metadata own = new Metadata();
    own.merge(headers);
    own.discardAll(BAGGAGE);
    own.discardAll(TRACESTATE);
    return own;
  }

  private static Metadata.Key<String> key(String name) {
    return switch (name) {
      case "traceparent" -> TRACEPARENT;
      case "tracestate" -> TRACESTATE;
      case "baggage" -> BAGGAGE;
      default -> Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    };
  }
}
