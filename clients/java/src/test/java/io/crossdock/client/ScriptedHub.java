package io.crossdock.client;

import io.crossdock.common.v1.CommandContext;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.crossdock.loyalty.v1.ReservePointsRequest;
import io.crossdock.loyalty.v1.ReservePointsResponse;
import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.InvalidateCacheResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real gRPC server in the place of a hub: fails as scripted, then answers; notes every attempt.
 */
final class ScriptedHub implements AutoCloseable {

  /** What came with one attempt. */
  record Seen(Metadata headers, @Nullable Long remainingMillis) {

    String header(String name) {
      String value = headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
      return value == null ? "" : value;
    }
  }

  final List<Seen> seen = new CopyOnWriteArrayList<>();
  final List<CommandContext> contexts = new CopyOnWriteArrayList<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Server server;
  private final int port;
  private volatile boolean silent;

  ScriptedHub() throws IOException {
    this(InsecureServerCredentials.create());
  }

  ScriptedHub(ServerCredentials credentials) throws IOException {
    this.server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), credentials)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(new Loyalty())
            .addService(new Ops())
            .intercept(new Notes())
            .build()
            .start();
    this.port = server.getPort();
  }

  /** The next attempts fail so, in this order. */
  ScriptedHub failing(Throwable... next) {
    failures.addAll(List.of(next));
    return this;
  }

  /** From now on nothing is answered. */
  void fallSilent() {
    silent = true;
  }

  int port() {
    return port;
  }

  String address() {
    return "127.0.0.1:" + port();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private <A> void answer(StreamObserver<A> caller, A answer) {
    if (silent) {
      return;
    }
    Throwable failure = failures.poll();
    if (failure != null) {
      caller.onError(failure);
    } else {
      caller.onNext(answer);
      caller.onCompleted();
    }
  }

  private final class Loyalty extends LoyaltyServiceGrpc.LoyaltyServiceImplBase {

    @Override
    public void getBalance(GetBalanceRequest request, StreamObserver<GetBalanceResponse> caller) {
      GetBalanceResponse.Builder answer = GetBalanceResponse.newBuilder();
      answer
          .getBalanceBuilder()
          .setMemberId(request.getMemberId())
          .addBalances(
              PointsBalance.newBuilder().setAvailable(Points.newBuilder().setUnits(12_480)));
      answer(caller, answer.build());
    }

    @Override
    public void reservePoints(
        ReservePointsRequest request, StreamObserver<ReservePointsResponse> caller) {
      contexts.add(request.getContext());
      answer(caller, ReservePointsResponse.getDefaultInstance());
    }
  }

  private final class Ops extends OpsServiceGrpc.OpsServiceImplBase {

    @Override
    public void invalidateCache(
        InvalidateCacheRequest request, StreamObserver<InvalidateCacheResponse> caller) {
      contexts.add(request.getContext());
      answer(caller, InvalidateCacheResponse.getDefaultInstance());
    }
  }

  private final class Notes implements ServerInterceptor {

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      Deadline deadline = Context.current().getDeadline();
      seen.add(
          new Seen(
              headers, deadline == null ? null : deadline.timeRemaining(TimeUnit.MILLISECONDS)));
      return next.startCall(call, headers);
    }
  }
}
