package io.crossdock.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.Limits;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that ask for more than their share, and their neighbours. */
@Timeout(60)
class ConnectionGuardIT {

  private static final String GET_BALANCE = "crossdock.loyalty.v1.LoyaltyService/GetBalance";
  private static final int WINDOW = 65_535;
  private static final int FRAME = 16_384;
  private static final int MESSAGE = 256 << 10;

  private ScriptedConnector connector;
  private Gateway gateway;
  private ManagedChannel neighbour;

  @BeforeEach
  void serve() throws Exception {
    connector =
        ScriptedConnector.serve(
            0,
            new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
              @Override
              public void getBalance(
                  GetBalanceRequest request, StreamObserver<GetBalanceResponse> answer) {
                Balance.Builder balance = Balance.newBuilder().setMemberId(request.getMemberId());
                for (int i = 0; i < 500; i++) {
                  balance.addBalances(
                      PointsBalance.newBuilder()
                          .setAvailable(Points.newBuilder().setUnits(1_000_000_000L + i)));
                }
                answer.onNext(GetBalanceResponse.newBuilder().setBalance(balance).build());
                answer.onCompleted();
              }
            });
    gateway = serving(limits -> {});
    neighbour = connected();
    ask();
  }

  @AfterEach
  void stop() {
    neighbour.shutdownNow();
    gateway.close();
    connector.close();
  }

  @Test
  void cutsOffWhoBeginsLargeMessagesAndNeverEndsThem() throws Exception {
    restart(limits -> limits.setMaxMessageBytes(MESSAGE).setMaxConnectionBytes(1 << 20));
    byte[] begun = Arrays.copyOf(framed(new byte[MESSAGE - 5]), FRAME);

    try (RawFrames attacker = new RawFrames(gateway.port(), WINDOW)) {
      for (int stream = 1; stream < 200; stream += 2) {
        attacker.open(stream, GET_BALANCE);
        attacker.frame(RawFrames.DATA, 0, stream, begun);
      }
      attacker.flush();

      assertThat(attacker.goodbye()).contains("too much memory");
    }

    assertThat(gateway.connections().cutOff()).containsEntry("MEMORY", 1L);
    assertThatTheNeighbourIsUnharmed();
    until(() -> gateway.connections().requestBytes() == 0);
  }

  @Test
  void cutsOffWhoTakesNoAnswers() throws Exception {
    restart(limits -> limits.setMaxMessageBytes(MESSAGE).setMaxConnectionBytes(1 << 20));
    ask();

    try (RawFrames attacker = new RawFrames(gateway.port(), 0)) {
      for (int stream = 1; stream < 400; stream += 2) {
        attacker.open(stream, GET_BALANCE);
        attacker.frame(RawFrames.DATA, RawFrames.END_STREAM, stream, framed(request()));
      }
      attacker.flush();

      assertThat(attacker.goodbye()).contains("too much memory");
    }

    assertThat(gateway.connections().cutOff()).containsEntry("MEMORY", 1L);
    assertThatTheNeighbourIsUnharmed();
    until(() -> gateway.connections().answerBytes() == 0);
  }

  @Test
  void cutsOffTheOneThatHoldsMostWhenAllTogetherHoldTooMuch() throws Exception {
    restart(limits -> limits.setMaxMessageBytes(MESSAGE).setMaxBufferedBytes(1 << 20));
    byte[] begun = Arrays.copyOf(framed(new byte[MESSAGE - 5]), FRAME);

    try (RawFrames small = new RawFrames(gateway.port(), WINDOW);
        RawFrames large = new RawFrames(gateway.port(), WINDOW)) {
      small.open(1, GET_BALANCE);
      small.frame(RawFrames.DATA, 0, 1, begun);
      small.flush();
      until(() -> gateway.connections().requestBytes() > FRAME / 2);
      for (int stream = 1; stream < 200; stream += 2) {
        large.open(stream, GET_BALANCE);
        large.frame(RawFrames.DATA, 0, stream, begun);
      }
      large.flush();

      assertThat(large.goodbye()).contains("too much memory");
      assertThat(gateway.connections().cutOff()).containsEntry("MEMORY", 1L);
      assertThatTheNeighbourIsUnharmed();
      // The small one has a deadline of its own, so only the cut-off is certain.
    }
  }

  @Test
  void cutsOffWhoResetsOneStreamAfterTheOther() throws Exception {
    try (RawFrames attacker = new RawFrames(gateway.port(), WINDOW)) {
      for (int stream = 1; stream < 20_000; stream += 2) {
        attacker.open(stream, GET_BALANCE);
        attacker.frame(RawFrames.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
      }
      attacker.flush();

      var _ = attacker.goodbye();
    }

    assertThatTheNeighbourIsUnharmed();
    assertThat(gateway.connections().cutOff()).containsEntry("RESETS", 1L);
  }

  @Test
  void cutsOffWhoMakesTheHubResetOneStreamAfterTheOther() throws Exception {
    try (RawFrames attacker = new RawFrames(gateway.port(), WINDOW)) {
      for (int stream = 1; stream < 20_000; stream += 2) {
        attacker.open(stream, GET_BALANCE);
        // A window that grows by nothing is an error of its stream.
        attacker.frame(RawFrames.WINDOW_UPDATE, 0, stream, new byte[4]);
      }
      attacker.flush();

      // It hangs up; else this waits until the test's time is over.
      var _ = attacker.goodbye();
    }

    assertThatTheNeighbourIsUnharmed();
  }

  @Test
  void sendsNothingOnAStreamThatWasReset() throws Exception {
    try (RawFrames caller = new RawFrames(gateway.port(), WINDOW)) {
      caller.open(1, GET_BALANCE);
      caller.frame(RawFrames.DATA, 0, 1, framed(request()));
      caller.frame(RawFrames.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});

      assertThat(caller.typesUntilPing(1)).isEmpty();
    }
  }

  @Test
  void cutsOffWhoSendsNothingButFramesThatAskForNothing() throws Exception {
    try (RawFrames attacker = new RawFrames(gateway.port(), WINDOW)) {
      for (int i = 0; i < 30_000; i++) {
        attacker.frame(RawFrames.UNKNOWN, 0, 0, new byte[8]);
      }
      attacker.flush();

      var _ = attacker.goodbye();
    }

    assertThat(gateway.connections().cutOff()).containsEntry("CONTROL_FRAMES", 1L);
    assertThatTheNeighbourIsUnharmed();
  }

  @Test
  void closesAConnectionTooMany() throws Exception {
    restart(limits -> limits.setMaxConnections(2));
    ask();

    try (RawFrames second = new RawFrames(gateway.port(), WINDOW)) {
      second.flush();
      until(() -> gateway.connections().count() == 2);
      try (RawFrames third = new RawFrames(gateway.port(), WINDOW)) {
        assertThat(third.goodbye()).isEmpty();
      }
    }

    assertThat(gateway.connections().cutOff()).containsEntry("CONNECTIONS", 1L);
    assertThatTheNeighbourIsUnharmed();
  }

  @Test
  void givesBackWhatEachCallHeld() throws Exception {
    for (int i = 0; i < 200; i++) {
      ask();
    }

    until(() ->
        gateway.connections().requestBytes() == 0 && gateway.connections().answerBytes() == 0);
    assertThat(gateway.connections().cutOff().values()).containsOnly(0L);
    neighbour.shutdownNow();
    until(() -> gateway.connections().count() == 0);
  }

  private void restart(Consumer<Limits.Builder> limits) throws Exception {
    neighbour.shutdownNow();
    gateway.close();
    gateway = serving(limits);
    neighbour = connected();
    ask();
  }

  private Gateway serving(Consumer<Limits.Builder> limits) throws Exception {
    HubConfig.Builder config = HubConfig.newBuilder();
    config.getListenBuilder().setPort(0);
    limits.accept(config.getLimitsBuilder());
    config.addConnectorsBuilder().setName("loyalty").addInstances("127.0.0.1:" + connector.port());
    config
        .addRoutesBuilder()
        .setService("crossdock.loyalty.v1.LoyaltyService")
        .setConnector("loyalty");
    Gateway serving =
        TestGateway.create(
            config.build(), ContractSet.ofBuild(), OpenTelemetry.noop(), _ -> List.of());
    serving.start();
    return serving;
  }

  private ManagedChannel connected() {
    return NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
  }

  private void ask() {
    var _ =
        LoyaltyServiceGrpc.newBlockingStub(neighbour)
            .withWaitForReady()
            .getBalance(GetBalanceRequest.newBuilder().setMemberId("M-1").build());
  }

  private void assertThatTheNeighbourIsUnharmed() {
    for (int i = 0; i < 10; i++) {
      ask();
    }
  }

  // The hub may hang up before everything is written.

  private static byte[] request() {
    return GetBalanceRequest.newBuilder().setMemberId("M-1").build().toByteArray();
  }

  private static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }

  private static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("it did not come about");
      }
      Thread.onSpinWait();
    }
  }
}
