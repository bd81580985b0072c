package io.crossdock.gateway.server;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A real gRPC server in the place of a connector process; notes what it was asked. */
final class ScriptedConnector implements AutoCloseable {

  /** What came with one call. */
  record Seen(String method, Metadata headers, boolean hadDeadline) {}

  final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final Server server;

  private ScriptedConnector(Server server) {
    this.server = server;
  }

  static ScriptedConnector serve(int port, BindableService... services) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .executor(Executors.newVirtualThreadPerTaskExecutor());
    return start(builder, List.of(services).stream().map(BindableService::bindService).toList());
  }

  static ScriptedConnector serve(ServerServiceDefinition definition) throws IOException {
    return serve(List.of(definition));
  }

  static ScriptedConnector serve(List<ServerServiceDefinition> definitions) throws IOException {
    return start(
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
        definitions);
  }

  private static ScriptedConnector start(
      NettyServerBuilder builder, List<ServerServiceDefinition> services) throws IOException {
    ScriptedConnector[] self = new ScriptedConnector[1];
    services.forEach(builder::addService);
    self[0] =
        new ScriptedConnector(
            builder
                .addService(new HealthStatusManager().getHealthService())
                .intercept(
                    new ServerInterceptor() {
                      @Override
                      public <Q, A> ServerCall.Listener<Q> interceptCall(
                          ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        self[0].note(call, headers);
                        return next.startCall(call, headers);
                      }
                    })
                .permitKeepAliveWithoutCalls(true)
                .build());
    self[0].server.start();
    return self[0];
  }

  private void note(ServerCall<?, ?> call, Metadata headers) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (!method.startsWith("grpc.")) {
      seen.add(new Seen(method, headers, Context.current().getDeadline() != null));
    }
  }

  int port() {
    return server.getPort();
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
}
