package io.crossdock.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Date;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.event.v1.DeliverRequest;
import io.crossdock.event.v1.DeliverResponse;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.EventSinkServiceGrpc;
import io.crossdock.event.v1.PostingCompleted;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.finance.v1.SourceDocumentKind;
import io.crossdock.gateway.server.DataPlane;
import io.crossdock.gateway.server.Gateway;
import io.crossdock.hub.config.HubSettings;
import io.crossdock.hub.gateway.CallPathModule;
import io.crossdock.hub.ledger.EventDelivery;
import io.crossdock.ledger.assembly.HubLedger;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServiceDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A till's call, the event that it publishes and the connector that is told of it: one trace. */
@Timeout(60)
class OneTraceIT {

  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String TILL = "00f067aa0ba902b7";
  private static final String CORRELATION = "EU-001:till-03:000123:2026-11-21";

  @TempDir Path dir;
  private final BlockingQueue<String> traces = new LinkedBlockingQueue<>();
  private final BlockingQueue<DeliverRequest> told = new LinkedBlockingQueue<>();

  @Test
  void leadsFromTheTillOverTheEventToTheConnector() throws Exception {
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    Server connector = connector();
    try (OpenTelemetrySdk telemetry = telemetry(exporter)) {
      HubSettings settings = settings(connector.getPort());
      HubConfig config = settings.config();
      try (HubLedger ledger =
              HubLedger.open(config.getLedger(), dir, settings.catalogue(), Clock.systemUTC());
          Gateway gateway = gateway(config, settings, telemetry, ledger)) {
        gateway.start();
        try (EventDelivery _ =
            EventDelivery.start(ledger, gateway, telemetry, config.getConsumersList(), List.of())) {
          publish(gateway.port());
          String atConnector = traces.poll(20, TimeUnit.SECONDS);
          DeliverRequest request = told.take();

          assertThat(atConnector).startsWith("00-" + TRACE + "-");
          assertThat(request.getContext().getCorrelationId()).isEqualTo(CORRELATION);
          assertThat(request.getEvent().getTraceparent()).startsWith("00-" + TRACE + "-");
        }
      }

      List<SpanData> spans = exporter.getFinishedSpanItems();
      SpanData published = named(spans, "crossdock.event.v1.EventService/Publish");
      SpanData processed = named(spans, "process crossdock.event.v1.PostingCompleted");
      SpanData called = named(spans, "crossdock.event.v1.EventSinkService/Deliver");
      assertThat(published.getTraceId()).isEqualTo(TRACE);
      assertThat(published.getParentSpanId()).isEqualTo(TILL);
      assertThat(processed.getTraceId()).isEqualTo(TRACE);
      assertThat(processed.getParentSpanId()).isEqualTo(published.getSpanId());
      assertThat(processed.getKind()).isEqualTo(SpanKind.CONSUMER);
      assertThat(called.getTraceId()).isEqualTo(TRACE);
      assertThat(called.getParentSpanId()).isEqualTo(processed.getSpanId());
    } finally {
      connector.shutdownNow();
    }
  }

  private static Gateway gateway(
      HubConfig config, HubSettings settings, OpenTelemetrySdk telemetry, HubLedger ledger) {
    DataPlane plane = DataPlane.of(config, settings.contracts(), telemetry);
    return new Gateway(plane, CallPathModule.of(config, plane), ledger.services());
  }

  private static SpanData named(List<SpanData> spans, String name) {
    // Attempts to reach the connector have the same name.
    return spans.stream()
        .filter(span -> span.getName().equals(name) && span.getKind() != SpanKind.CLIENT)
        .findFirst()
        .orElseThrow();
  }

  private Server connector() throws Exception {
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .intercept(
            new ServerInterceptor() {
              @Override
              public <Q, A> ServerCall.Listener<Q> interceptCall(
                  ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                String trace = headers.get(TRACEPARENT);
                if (trace != null) {
                  traces.add(trace);
                }
                return next.startCall(call, headers);
              }
            })
        .addService(
            new EventSinkServiceGrpc.EventSinkServiceImplBase() {
              @Override
              public void deliver(DeliverRequest request, StreamObserver<DeliverResponse> answer) {
                told.add(request);
                answer.onNext(DeliverResponse.getDefaultInstance());
                answer.onCompleted();
              }
            })
        .build()
        .start();
  }

  private HubSettings settings(int connectorPort) throws Exception {
    Path file =
        Files.writeString(
            dir.resolve("hub.yaml"),
            """
            listen: {port: 0}
            ledger: {directory: ledger}
            connectors:
              - {name: books, instances: ["127.0.0.1:%d"]}
            routes:
              - {service: crossdock.event.v1.EventSinkService, connector: books}
              - {service: crossdock.event.v1.EventService, local: true}
            consumers:
              - {name: books}
            """
                .formatted(connectorPort));
    return HubSettings.read(
        file,
        Set.of(),
        HubLedger.SERVICES.stream().map(ServiceDescriptor::getName).collect(Collectors.toSet()));
  }

  private static OpenTelemetrySdk telemetry(InMemorySpanExporter exporter) {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                .build())
        .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
        .build();
  }

  private static void publish(int port) {
    ManagedChannel till =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .intercept(
                new ClientInterceptor() {
                  @Override
                  public <Q, A> ClientCall<Q, A> interceptCall(
                      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                      @Override
                      public void start(Listener<A> listener, Metadata headers) {
                        headers.put(TRACEPARENT, "00-" + TRACE + "-" + TILL + "-01");
                        super.start(listener, headers);
                      }
                    };
                  }
                })
            .build();
    try {
      var _ =
          EventServiceGrpc.newBlockingStub(till)
              .publish(
                  PublishRequest.newBuilder()
                      .setContext(
                          CommandContext.newBuilder()
                              .setRequestId(UUID.randomUUID().toString())
                              .setCorrelationId(CORRELATION))
                      .addEvents(
                          EventEnvelope.newBuilder()
                              .setEventId(UUID.randomUUID().toString())
                              .setSource("till-03")
                              .setType("crossdock.event.v1.PostingCompleted")
                              .setKey("PO-1")
                              .setOccurredAt(Timestamps.parseUnchecked("2026-11-21T08:00:00Z"))
                              .setData(
                                  Any.pack(
                                      PostingCompleted.newBuilder()
                                          .setPostingId("PO-1")
                                          .setSourceKind(
                                              SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER)
                                          .setSourceId(CORRELATION)
                                          .setAccountingDate(
                                              Date.newBuilder()
                                                  .setYear(2026)
                                                  .setMonth(11)
                                                  .setDay(21))
                                          .build())))
                      .build());
    } finally {
      till.shutdownNow();
    }
  }
}
