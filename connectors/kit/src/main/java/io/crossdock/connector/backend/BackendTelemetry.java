package io.crossdock.connector.backend;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;

/**
 * One CLIENT span and one entry of {@code http.client.request.duration} per HTTP call, named by its
 * template: the path itself may hold personal data.
 */
final class BackendTelemetry {

  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> TEMPLATE = AttributeKey.stringKey("url.template");
  private static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final List<Double> BUCKETS =
      List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0);

  private final Tracer tracer;
  private final TextMapPropagator propagator;
  private final DoubleHistogram duration;
  private final String host;
  private final long port;

  BackendTelemetry(OpenTelemetry telemetry, URI base) {
    this.tracer = telemetry.getTracer("io.crossdock.connector");
    this.propagator = telemetry.getPropagators().getTextMapPropagator();
    this.duration =
        telemetry
            .getMeter("io.crossdock.connector")
            .histogramBuilder("http.client.request.duration")
            .setDescription("Time of a call to the backend")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(BUCKETS)
            .build();
    this.host = base.getHost() == null ? "" : base.getHost();
    this.port = base.getPort() >= 0 ? base.getPort() : "https".equals(base.getScheme()) ? 443 : 80;
  }

  Exchange begin(BackendRequest request) {
    Span span =
        tracer
            .spanBuilder(request.method() + " " + request.template())
            .setSpanKind(SpanKind.CLIENT)
            .setAttribute(METHOD, request.method())
            .setAttribute(TEMPLATE, request.template())
            .setAttribute(SERVER, host)
            .setAttribute(PORT, port)
            .startSpan();
    return new Exchange(request, span);
  }

  void inject(Context context, HttpRequest.Builder http) {
    propagator.inject(
        context,
        http,
        (headers, name, value) -> {
          if (headers != null) {
            headers.setHeader(name, value);
          }
        });
  }

  /** One HTTP call as it goes on. */
  final class Exchange {

    private final Span span;
    private final AttributesBuilder attributes;
    private final long start = System.nanoTime();

    private Exchange(BackendRequest request, Span span) {
      this.span = span;
      this.attributes =
          Attributes.builder().put(METHOD, request.method()).put(TEMPLATE, request.template());
    }

    Context context() {
      return Context.current().with(span);
    }

    void status(int status) {
      span.setAttribute(STATUS, status);
      attributes.put(STATUS, (long) status);
      if (status >= 400) {
        span.setStatus(StatusCode.ERROR);
      }
    }

    void failed(Reason reason) {
      String word = Failure.of(reason, "").reasonName();
      span.setAttribute(ERROR, word);
      span.setStatus(StatusCode.ERROR);
      attributes.put(ERROR, word);
    }

    void end() {
      span.end();
      duration.record((System.nanoTime() - start) / 1e9, attributes.build());
    }
  }
}
