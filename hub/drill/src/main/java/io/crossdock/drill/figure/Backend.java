package io.crossdock.drill.figure;

import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.WatchAvailabilityRequest;
import io.crossdock.inventory.v1.WatchAvailabilityResponse;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A connector that can go away and come back on the same port. Any thread may change what it
 * answers.
 */
final class Backend implements AutoCloseable {

  /** Who is answered late. */
  static final String SLOW_MEMBER = "M-SLOW";

  private static final long SLOW_MILLIS = 500;

  private final AtomicLong points = new AtomicLong();
  private final AtomicInteger slowCalls = new AtomicInteger();
  private final int port;
  private Server server;

  private Backend() throws IOException {
    this.server = listen(0);
    this.port = server.getPort();
  }

  static Backend start() throws IOException {
    return new Backend();
  }

  int port() {
    return port;
  }

  /** What every member has from now on. */
  void points(long now) {
    points.set(now);
  }

  /** How many calls of slow members have begun. */
  int slowCalls() {
    return slowCalls.get();
  }

  void stop() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }

  void startAgain() throws IOException {
    server = listen(port);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private Server listen(int at) throws IOException {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), at))
        .addService(
            new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
              @Override
              public void getBalance(
                  GetBalanceRequest request, StreamObserver<GetBalanceResponse> caller) {
                answer(request.getMemberId(), caller);
              }
            })
        .addService(
            new InventoryServiceGrpc.InventoryServiceImplBase() {
              @Override
              public void watchAvailability(
                  WatchAvailabilityRequest request,
                  StreamObserver<WatchAvailabilityResponse> caller) {
                // Nothing ever changes.
              }
            })
        .build()
        .start();
  }

  private void answer(String member, StreamObserver<GetBalanceResponse> caller) {
    if (member.startsWith(SLOW_MEMBER)) {
      slowCalls.incrementAndGet();
      try {
        TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    caller.onNext(
        GetBalanceResponse.newBuilder()
            .setBalance(
                Balance.newBuilder()
                    .setMemberId(member)
                    .setStatus(MembershipStatus.MEMBERSHIP_STATUS_ACTIVE)
                    .addBalances(
                        PointsBalance.newBuilder()
                            .setAvailable(Points.newBuilder().setUnits(points.get()))))
            .build());
    caller.onCompleted();
  }
}
