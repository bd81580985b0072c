package io.crossdock.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.PointsAccrued;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who publishes an event reads its effect on the same hub. */
@Timeout(90)
class OwnEventsIT {

  private static final int ROUNDS = 500;

  @TempDir Path dir;

  @Test
  void nobodyReadsACachedAnswerFromBeforeAnEventThatWasAcknowledged() throws Exception {
    AtomicLong points = new AtomicLong();
    Server connector =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
                  @Override
                  public void getBalance(
                      GetBalanceRequest request, StreamObserver<GetBalanceResponse> answer) {
                    answer.onNext(balance(points.get()));
                    answer.onCompleted();
                  }
                })
            .build()
            .start();
    try (HubProcess hub = HubProcess.start(dir, config(connector.getPort()))) {
      var events = EventServiceGrpc.newBlockingStub(hub.grpc());
      var loyalty = LoyaltyServiceGrpc.newBlockingStub(hub.grpc());
      GetBalanceRequest request = GetBalanceRequest.newBuilder().setMemberId("M-1").build();
      List<Integer> stale = new ArrayList<>();
      for (int round = 1; round <= ROUNDS; round++) {
        points.set(round);
        var _ = events.publish(accrued(round));
        long read =
            loyalty.getBalance(request).getBalance().getBalances(0).getAvailable().getUnits();
        if (read != round) {
          stale.add(round);
        }
      }

      assertThat(stale).isEmpty();
    } finally {
      connector.shutdownNow();
    }
  }

  private static GetBalanceResponse balance(long points) {
    return GetBalanceResponse.newBuilder()
        .setBalance(
            Balance.newBuilder()
                .setMemberId("M-1")
                .addBalances(PointsBalance.newBuilder().setAvailable(points(points))))
        .build();
  }

  private static Points points(long units) {
    return Points.newBuilder().setUnits(units).build();
  }

  private static PublishRequest accrued(int round) {
    return PublishRequest.newBuilder()
        .setContext(CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()))
        .addEvents(
            EventEnvelope.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setSource("loyalty")
                .setType(PointsAccrued.getDescriptor().getFullName())
                .setKey("M-1")
                .setOccurredAt(Timestamps.parseUnchecked("2026-11-21T08:00:00Z"))
                .setData(
                    Any.pack(
                        PointsAccrued.newBuilder()
                            .setMemberId("M-1")
                            .setEntryId("E-" + round)
                            .setPoints(points(1))
                            .build())))
        .build();
  }

  private static String config(int port) {
    return """
    listen: {port: 0}
    ops: {port: 0}
    ledger: {directory: ledger}
    connectors:
      - {name: loyalty, instances: ["127.0.0.1:%d"]}
    routes:
      - {service: crossdock.loyalty.v1.LoyaltyService, connector: loyalty}
      - {service: crossdock.event.v1.EventService, local: true}
    """
        .formatted(port);
  }
}
