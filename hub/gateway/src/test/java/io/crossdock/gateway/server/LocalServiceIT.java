package io.crossdock.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetAccountRequest;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.crossdock.support.v1.ListCasesRequest;
import io.crossdock.support.v1.ListCasesResponse;
import io.crossdock.support.v1.SupportServiceGrpc;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A service inside the hub that asks another service through the hub's own pipeline. */
@Timeout(60)
class LocalServiceIT {

  @RegisterExtension
  static final OpenTelemetryExtension TELEMETRY = OpenTelemetryExtension.create();

  private final List<Freshness.Mode> seen = new CopyOnWriteArrayList<>();
  private final AtomicReference<String> thread = new AtomicReference<>("");
  private final AtomicReference<Boolean> bounded = new AtomicReference<>(false);
  private ScriptedConnector connector;
  private Gateway gateway;
  private ManagedChannel channel;
  private SupportServiceGrpc.SupportServiceBlockingStub agent;

  @BeforeEach
  void start() throws Exception {
    connector =
        ScriptedConnector.serve(
            0,
            new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
              @Override
              public void getBalance(
                  GetBalanceRequest request, StreamObserver<GetBalanceResponse> answer) {
                answer.onNext(
                    GetBalanceResponse.newBuilder()
                        .setBalance(
                            Balance.newBuilder()
                                .addBalances(
                                    PointsBalance.newBuilder()
                                        .setAvailable(Points.newBuilder().setUnits(1))))
                        .build());
                answer.onCompleted();
              }
            });
    HubConfig.Builder config = HubConfig.newBuilder();
    config.getListenBuilder().setPort(0);
    config.addConnectorsBuilder().setName("loyalty").addInstances("127.0.0.1:" + connector.port());
    config
        .addRoutesBuilder()
        .setService("crossdock.loyalty.v1.LoyaltyService")
        .setConnector("loyalty");
    config.addRoutesBuilder().setService("crossdock.support.v1.SupportService").setLocal(true);
    gateway =
        TestGateway.create(
            config.build(),
            ContractSet.ofBuild(),
            TELEMETRY.getOpenTelemetry(),
            plane -> List.of(new Desk(plane)));
    gateway.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
    agent = SupportServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    gateway.close();
    connector.close();
  }

  @Test
  void runsOnAVirtualThreadAndItsCallsMeetThePolicies() {
    var _ = agent.listCases(ListCasesRequest.newBuilder().setCustomerId("C-1").build());
    var _ = agent.listCases(ListCasesRequest.newBuilder().setCustomerId("C-1").build());

    assertThat(thread.get()).startsWith("local-");
    assertThat(seen).containsExactly(Freshness.Mode.MODE_LIVE, Freshness.Mode.MODE_CACHED);
    assertThat(bounded.get()).isTrue();
  }

  @Test
  void itsCallsAreChildrenOfTheCallThatCausedThem() {
    var _ = agent.listCases(ListCasesRequest.newBuilder().setCustomerId("C-2").build());

    List<SpanData> spans = TELEMETRY.getSpans();
    SpanData outer = span(spans, "crossdock.support.v1.SupportService/ListCases");
    SpanData inner = span(spans, "crossdock.loyalty.v1.LoyaltyService/GetBalance");
    assertThat(inner.getTraceId()).isEqualTo(outer.getTraceId());
    assertThat(inner.getParentSpanId()).isEqualTo(outer.getSpanId());
  }

  @Test
  void anInnerRefusalIsToldInFull() {
    Failure failure =
        Failure.from(
                catchThrowableOfType(
                    StatusRuntimeException.class,
                    () ->
                        agent.listCases(
                            ListCasesRequest.newBuilder().setCustomerId("bad").build())))
            .orElseThrow();

    assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(failure.violations().getFirst().field()).isEqualTo("member_id");
  }

  private static SpanData span(List<SpanData> spans, String name) {
    // Attempts to reach the connector have the same name.
    return spans.stream()
        .filter(span -> span.getName().equals(name) && span.getKind() != SpanKind.CLIENT)
        .findFirst()
        .orElseThrow();
  }

  private final class Desk extends SupportServiceGrpc.SupportServiceImplBase {

    private final LoyaltyServiceGrpc.LoyaltyServiceBlockingStub loyalty;

    Desk(DataPlane plane) {
      this.loyalty = LoyaltyServiceGrpc.newBlockingStub(plane.innerChannel());
    }

    @Override
    public void listCases(ListCasesRequest request, StreamObserver<ListCasesResponse> answer) {
      thread.set(Thread.currentThread().getName());
      bounded.set(Context.current().getDeadline() != null);
      try {
        if (request.getCustomerId().equals("bad")) {
          var _ =
              loyalty.getAccount(GetAccountRequest.newBuilder().setMemberId("no blanks").build());
        }
        seen.add(
            loyalty
                .getBalance(GetBalanceRequest.newBuilder().setMemberId("M-1").build())
                .getHubFreshness()
                .getMode());
        answer.onNext(ListCasesResponse.getDefaultInstance());
        answer.onCompleted();
      } catch (StatusRuntimeException e) {
        answer.onError(e);
      }
    }
  }
}
