package io.crossdock.ctl;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.crossdock.ops.v1.GetCacheStatisticsRequest;
import io.crossdock.ops.v1.GetCacheStatisticsResponse;
import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.InvalidateCacheResponse;
import io.crossdock.ops.v1.ListConnectorsRequest;
import io.crossdock.ops.v1.ListConnectorsResponse;
import io.crossdock.ops.v1.ListContractsRequest;
import io.crossdock.ops.v1.ListContractsResponse;
import io.crossdock.ops.v1.ListRoutesRequest;
import io.crossdock.ops.v1.ListRoutesResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A real gRPC server in the place of a hub: gives the answers it was given, one call after the
 * other.
 */
final class ScriptedOps extends OpsServiceGrpc.OpsServiceImplBase implements AutoCloseable {

  final List<Message> asked = new CopyOnWriteArrayList<>();
  private final Queue<Object> answers = new ArrayDeque<>();
  private final Server server;
  private final int port;

  ScriptedOps() throws IOException {
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(this)
            .build()
            .start();
    this.port = server.getPort();
  }

  /** The next answer, as protobuf text. */
  <M extends Message> void answers(Class<M> type, String text) {
    try {
      answers.add(TextFormat.parse(text, type));
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The next call fails so. */
  void fails(RuntimeException failure) {
    answers.add(failure);
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void listRoutes(ListRoutesRequest request, StreamObserver<ListRoutesResponse> caller) {
    answer(request, ListRoutesResponse.class, caller);
  }

  @Override
  public void listConnectors(
      ListConnectorsRequest request, StreamObserver<ListConnectorsResponse> caller) {
    answer(request, ListConnectorsResponse.class, caller);
  }

  @Override
  public void listContracts(
      ListContractsRequest request, StreamObserver<ListContractsResponse> caller) {
    answer(request, ListContractsResponse.class, caller);
  }

  @Override
  public void getCacheStatistics(
      GetCacheStatisticsRequest request, StreamObserver<GetCacheStatisticsResponse> caller) {
    answer(request, GetCacheStatisticsResponse.class, caller);
  }

  @Override
  public void invalidateCache(
      InvalidateCacheRequest request, StreamObserver<InvalidateCacheResponse> caller) {
    answer(request, InvalidateCacheResponse.class, caller);
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

  private synchronized <A extends Message> void answer(
      Message request, Class<A> type, StreamObserver<A> caller) {
    asked.add(request);
    Object next = answers.remove();
    if (next instanceof RuntimeException failure) {
      caller.onError(failure);
    } else {
      caller.onNext(type.cast(next));
      caller.onCompleted();
    }
  }
}
