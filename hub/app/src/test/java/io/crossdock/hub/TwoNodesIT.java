package io.crossdock.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Freshness;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.PointsReversed;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.Points;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two hubs on one PostgreSQL, each with a cache of its own. */
@Timeout(120)
class TwoNodesIT {

  @TempDir Path dir;
  private EmbeddedPostgres postgres;
  private Server loyalty;

  @BeforeEach
  void startBackends() throws Exception {
    postgres = EmbeddedPostgres.builder().setServerConfig("fsync", "on").start();
    loyalty =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
                  @Override
                  public void getBalance(
                      GetBalanceRequest request, StreamObserver<GetBalanceResponse> answer) {
                    answer.onNext(
                        GetBalanceResponse.newBuilder()
                            .setBalance(Balance.newBuilder().setMemberId(request.getMemberId()))
                            .build());
                    answer.onCompleted();
                  }
                })
            .build()
            .start();
  }

  @AfterEach
  void stopBackends() throws Exception {
    loyalty.shutdownNow();
    postgres.close();
  }

  @Test
  void anEventDropsTheAnswersThatItMakesUntrueOnEveryNode() throws Exception {
    try (HubProcess one = start("one");
        HubProcess two = start("two")) {
      LoyaltyServiceGrpc.LoyaltyServiceBlockingStub first =
          LoyaltyServiceGrpc.newBlockingStub(one.grpc());
      LoyaltyServiceGrpc.LoyaltyServiceBlockingStub second =
          LoyaltyServiceGrpc.newBlockingStub(two.grpc());
      var _ = first.getBalance(of("M-1"));
      var _ = second.getBalance(of("M-1"));
      var _ = second.getBalance(of("M-2"));
      assertThat(mode(second.getBalance(of("M-1")))).isEqualTo(Freshness.Mode.MODE_CACHED);

      var _ =
          EventServiceGrpc.newBlockingStub(one.grpc())
              .publish(
                  PublishRequest.newBuilder()
                      .setContext(
                          CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()))
                      .addEvents(reversal("M-1"))
                      .build());

      awaitLive(first);
      awaitLive(second);
      assertThat(mode(second.getBalance(of("M-2")))).isEqualTo(Freshness.Mode.MODE_CACHED);
    }
  }

  // Well before the answer would have ended its life of 15 s by itself.
  private static void awaitLive(LoyaltyServiceGrpc.LoyaltyServiceBlockingStub node) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    Freshness.Mode mode;
    do {
      mode = mode(node.getBalance(of("M-1")));
    } while (mode != Freshness.Mode.MODE_LIVE && System.nanoTime() < end);
    assertThat(mode).isEqualTo(Freshness.Mode.MODE_LIVE);
  }

  private static Freshness.Mode mode(GetBalanceResponse answer) {
    return answer.getHubFreshness().getMode();
  }

  private static GetBalanceRequest of(String member) {
    return GetBalanceRequest.newBuilder().setMemberId(member).build();
  }

  private static EventEnvelope reversal(String member) {
    return EventEnvelope.newBuilder()
        .setEventId(UUID.randomUUID().toString())
        .setSource("loyalty")
        .setType("crossdock.event.v1.PointsReversed")
        .setKey(member)
        .setOccurredAt(Timestamps.parseUnchecked("2026-11-21T08:00:00Z"))
        .setData(
            Any.pack(
                PointsReversed.newBuilder()
                    .setMemberId(member)
                    .setEntryId("E-2")
                    .setReversedEntryId("E-1")
                    .setPoints(Points.newBuilder().setUnits(-10))
                    .build()))
        .build();
  }

  private HubProcess start(String node) throws Exception {
    return HubProcess.start(
        Files.createDirectory(dir.resolve(node)),
        """
        listen: {port: 0}
        ops: {port: 0}
        ledger: {postgresql: {url: "%s"}}
        connectors:
          - {name: loyalty, instances: ["127.0.0.1:%d"]}
        routes:
          - {service: crossdock.loyalty.v1.LoyaltyService, connector: loyalty}
          - {service: crossdock.event.v1.EventService, local: true}
        """
            .formatted(postgres.getJdbcUrl("postgres", "postgres"), loyalty.getPort()));
  }
}
