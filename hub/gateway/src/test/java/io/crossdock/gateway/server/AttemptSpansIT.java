package io.crossdock.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossdock.common.v1.Reason;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a trace shows of the hub and the connector behind it. */
@Timeout(60)
class AttemptSpansIT {

  @RegisterExtension
  private static final OpenTelemetryExtension TELEMETRY = OpenTelemetryExtension.create();

  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  private ScriptedConnector connector;
  private Gateway gateway;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    connector =
        ScriptedConnector.serve(
            0,
            new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
              @Override
              public void getBalance(
                  GetBalanceRequest request, StreamObserver<GetBalanceResponse> answer) {
                if (request.getMemberId().equals("M-0")) {
                  answer.onError(
                      Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "Down.").toException());
                } else {
                  answer.onNext(GetBalanceResponse.getDefaultInstance());
                  answer.onCompleted();
                }
              }
            });
    HubConfig.Builder config = HubConfig.newBuilder();
    config.getListenBuilder().setPort(0);
    config.addConnectorsBuilder().setName("loyalty").addInstances("127.0.0.1:" + connector.port());
    config
        .addRoutesBuilder()
        .setService("crossdock.loyalty.v1.LoyaltyService")
        .setConnector("loyalty");
    gateway =
        TestGateway.create(
            config.build(), ContractSet.ofBuild(), TELEMETRY.getOpenTelemetry(), _ -> List.of());
    gateway.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    gateway.close();
    connector.close();
  }

  @Test
  void anAttemptIsASpanBetweenTheCallsAndTheConnectors() {
    var _ = ask("M-1");

    SpanData call = span(SpanKind.SERVER);
    SpanData attempt = span(SpanKind.CLIENT);
    assertThat(attempt.getName()).isEqualTo("crossdock.loyalty.v1.LoyaltyService/GetBalance");
    assertThat(attempt.getParentSpanId()).isEqualTo(call.getSpanId());
    assertThat(connector.seen.getFirst().headers().getAll(TRACEPARENT))
        .singleElement()
        .asString()
        .startsWith("00-" + call.getTraceId() + "-" + attempt.getSpanId() + "-");
    assertThat(attempt.getAttributes().asMap())
        .containsAllEntriesOf(
            Map.of(
                AttributeKey.stringKey("rpc.system.name"), "grpc",
                AttributeKey.stringKey("rpc.method"), attempt.getName(),
                AttributeKey.stringKey("rpc.response.status_code"), "OK",
                AttributeKey.stringKey("crossdock.connector"), "loyalty",
                AttributeKey.stringKey("server.address"), "127.0.0.1",
                AttributeKey.longKey("server.port"), (long) connector.port()));
  }

  @Test
  void aFailedAttemptAndItsCallSayTheSameReason() {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> ask("M-0"));

    assertThat(error).isNotNull();
    for (SpanKind kind : List.of(SpanKind.SERVER, SpanKind.CLIENT)) {
      SpanData span = span(kind);
      assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(span.getAttributes().asMap())
          .containsEntry(AttributeKey.stringKey("error.type"), "BACKEND_UNAVAILABLE")
          .containsEntry(AttributeKey.stringKey("crossdock.reason"), "BACKEND_UNAVAILABLE")
          .containsEntry(AttributeKey.stringKey("rpc.response.status_code"), "UNAVAILABLE");
    }
  }

  @Test
  void aCachedAnswerIsNoAttempt() {
    var _ = ask("M-2");
    var _ = span(SpanKind.SERVER);
    TELEMETRY.clearSpans();

    var _ = ask("M-2");

    assertThat(span(SpanKind.SERVER).getAttributes().asMap())
        .containsEntry(AttributeKey.stringKey("rpc.response.status_code"), "OK");
    assertThat(TELEMETRY.getSpans()).hasSize(1);
  }

  private GetBalanceResponse ask(String member) {
    return LoyaltyServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .getBalance(GetBalanceRequest.newBuilder().setMemberId(member).build());
  }

  // The answer may be at the caller before the hub's spans have ended.
  private static SpanData span(SpanKind kind) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (true) {
      List<SpanData> found =
          TELEMETRY.getSpans().stream().filter(span -> span.getKind() == kind).toList();
      if (!found.isEmpty()) {
        return found.getFirst();
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("no span of kind " + kind);
      }
      Thread.onSpinWait();
    }
  }
}
