package io.crossdock.drill.hostile;

import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Freshness;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.MembershipStatus;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;

/** The connector behind the innocent calls: answers at once and rightly. */
final class HonestConnector extends LoyaltyServiceGrpc.LoyaltyServiceImplBase
    implements AutoCloseable {

  private final Server server;

  private HonestConnector() throws IOException {
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(this)
            .build()
            .start();
  }

  static HonestConnector start() throws IOException {
    return new HonestConnector();
  }

  int port() {
    return server.getPort();
  }

  @Override
  public void getBalance(GetBalanceRequest request, StreamObserver<GetBalanceResponse> caller) {
    caller.onNext(
        GetBalanceResponse.newBuilder()
            .setBalance(
                Balance.newBuilder()
                    .setMemberId(request.getMemberId())
                    .setStatus(MembershipStatus.MEMBERSHIP_STATUS_ACTIVE)
                    .setTier("GOLD")
                    .addBalances(
                        PointsBalance.newBuilder()
                            .setAvailable(Points.newBuilder().setUnits(12_480))))
            .setFreshness(
                Freshness.newBuilder()
                    .setSourceSystem("drill")
                    .setAsOf(Timestamps.fromMillis(Instant.now().toEpochMilli())))
            .build());
    caller.onCompleted();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
