package io.crossdock.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.loyalty.v1.GetRedemptionRequest;
import io.crossdock.loyalty.v1.GetRedemptionResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc.LoyaltyServiceBlockingStub;
import io.crossdock.loyalty.v1.VoidRedemptionRequest;
import io.crossdock.loyalty.v1.VoidRedemptionResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Writes whose answer never came. */
@Timeout(60)
class UnknownOutcomeIT {

  private static final String REQUEST_ID = "0b4c8f0e-2f0e-4a51-9f0c-3f2c7f4f7c11";
  private static final VoidRedemptionRequest WRITE =
      VoidRedemptionRequest.newBuilder()
          .setContext(CommandContext.newBuilder().setRequestId(REQUEST_ID))
          .setMemberId("M-1")
          .setRedemptionId("R-1")
          .build();

  private volatile Consumer<StreamObserver<VoidRedemptionResponse>> script = _ -> {};
  private ScriptedConnector connector;
  private Gateway gateway;
  private ManagedChannel channel;
  private LoyaltyServiceBlockingStub till;

  @BeforeEach
  void start() throws Exception {
    connector =
        ScriptedConnector.serve(
            0,
            new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
              @Override
              public void voidRedemption(
                  VoidRedemptionRequest request, StreamObserver<VoidRedemptionResponse> answer) {
                script.accept(answer);
              }

              @Override
              public void getRedemption(
                  GetRedemptionRequest request, StreamObserver<GetRedemptionResponse> answer) {}
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
            config.build(), ContractSet.ofBuild(), OpenTelemetry.noop(), _ -> List.of());
    gateway.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
    till = LoyaltyServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    gateway.close();
    connector.close();
  }

  @Test
  void aWriteWhoseTimeIsOverMayHaveHappened() {
    // The contract's two seconds end before this, so the hub answers.
    Failure failure =
        failure(() -> till.withDeadlineAfter(10, TimeUnit.SECONDS).voidRedemption(WRITE));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    assertThat(failure.unknownOutcome())
        .isEqualTo(UnknownOutcome.newBuilder().setRequestId(REQUEST_ID).build());
  }

  @Test
  void aWriteWhoseConnectionBrokeMayHaveHappened() {
    script = _ -> Thread.startVirtualThread(connector::close);

    Failure failure = failure(() -> till.voidRedemption(WRITE));

    assertThat(failure.reason()).isIn(Reason.REASON_CONNECTOR_UNAVAILABLE, Reason.REASON_CANCELLED);
    assertThat(failure.unknownOutcome())
        .isEqualTo(UnknownOutcome.newBuilder().setRequestId(REQUEST_ID).build());
  }

  @Test
  void aWriteThatAConnectorBrokeOffMayHaveHappened() {
    script = answer -> answer.onError(Status.UNKNOWN.asRuntimeException());

    Failure failure = failure(() -> till.voidRedemption(WRITE));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_INTERNAL);
    assertThat(failure.unknownOutcome()).isNotNull();
  }

  @Test
  void aWriteThatWasRefusedHasNotHappened() {
    script = answer -> answer.onError(Status.NOT_FOUND.asRuntimeException());

    assertThat(failure(() -> till.voidRedemption(WRITE)).unknownOutcome()).isNull();
  }

  @Test
  void aWriteWhoseConnectorSaidWhyHasNotHappened() {
    script =
        answer ->
            answer.onError(
                Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "Not sent.").toException());

    assertThat(failure(() -> till.voidRedemption(WRITE)).unknownOutcome()).isNull();
  }

  @Test
  void aWriteThatNeverLeftHasNotHappened() {
    connector.close();

    Failure failure = failure(() -> till.voidRedemption(WRITE));

    assertThat(failure.unknownOutcome()).isNull();
  }

  @Test
  void aReadChangesNothing() {
    GetRedemptionRequest read =
        GetRedemptionRequest.newBuilder().setMemberId("M-1").setRedemptionId("R-1").build();

    Failure failure =
        failure(() -> till.withDeadlineAfter(10, TimeUnit.SECONDS).getRedemption(read));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    assertThat(failure.unknownOutcome()).isNull();
  }

  private static Failure failure(Runnable call) {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call::run);
    return Failure.from(error).orElseThrow();
  }
}
