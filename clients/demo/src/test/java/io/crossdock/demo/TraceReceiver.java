package io.crossdock.demo;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Receives spans by OTLP over gRPC, as Jaeger does. */
final class TraceReceiver implements AutoCloseable {

  private final List<Received> spans = new CopyOnWriteArrayList<>();
  private final Server server;

  /**
   * A span as it came.
   *
   * @param process {@code service.name} of whoever sent it
   */
  record Received(String process, Span span) {

    String name() {
      return span.getName();
    }

    String traceId() {
      return HexFormat.of().formatHex(span.getTraceId().toByteArray());
    }

    boolean isChildOf(Received parent) {
      return span.getTraceId().equals(parent.span.getTraceId())
          && span.getParentSpanId().equals(parent.span.getSpanId());
    }
  }

  TraceReceiver() throws IOException {
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new TraceServiceGrpc.TraceServiceImplBase() {
                  @Override
                  public void export(
                      ExportTraceServiceRequest request,
                      StreamObserver<ExportTraceServiceResponse> answer) {
                    request.getResourceSpansList().forEach(TraceReceiver.this::receive);
                    answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
                    answer.onCompleted();
                  }
                })
            .build()
            .start();
  }

  /** Where spans are to be sent, as {@code OTEL_EXPORTER_OTLP_ENDPOINT} wants it. */
  String endpoint() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** Everything that came so far. */
  List<Received> spans() {
    return spans;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private void receive(ResourceSpans from) {
    String process =
        from.getResource().getAttributesList().stream()
            .filter(attribute -> attribute.getKey().equals("service.name"))
            .map(KeyValue::getValue)
            .map(value -> value.getStringValue())
            .findFirst()
            .orElse("");
    for (ScopeSpans scope : from.getScopeSpansList()) {
      scope.getSpansList().forEach(span -> spans.add(new Received(process, span)));
    }
  }
}
