package io.crossdock.connector.process;

import io.crossdock.connector.backend.BackendClient;
import io.crossdock.runtime.ops.HealthChecks;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A connector that runs: its gRPC server with health and reflection, and its backend's client. */
public final class RunningConnector implements AutoCloseable {

  // The hub probes idle connections; the default of five minutes would break them off.
  private static final int KEEP_ALIVE_SECONDS = 1;

  private final Server server;
  private final HealthStatusManager health;
  private final StreamEnding streams;
  private final BackendClient backend;
  private final ExecutorService threads;
  private final Duration drain;

  private RunningConnector(
      Server server,
      HealthStatusManager health,
      StreamEnding streams,
      BackendClient backend,
      ExecutorService threads,
      Duration drain) {
    this.server = server;
    this.health = health;
    this.streams = streams;
    this.backend = backend;
    this.threads = threads;
    this.drain = drain;
  }

  static RunningConnector start(
      ConnectorSettings settings, List<ServerServiceDefinition> services, BackendClient backend)
      throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    StreamEnding streams = new StreamEnding();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(settings.listen())
            .executor(threads)
            .intercept(streams)
            .maxInboundMessageSize(settings.maxMessageBytes())
            .maxInboundMetadataSize(settings.maxMetadataBytes())
            .permitKeepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance());
    for (ServerServiceDefinition service : services) {
      builder.addService(service);
      health.setStatus(service.getServiceDescriptor().getName(), ServingStatus.SERVING);
    }
    try {
      return new RunningConnector(
          builder.build().start(), health, streams, backend, threads, settings.drain());
    } catch (IOException | RuntimeException e) {
      threads.close();
      throw e;
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  HealthChecks.State state() {
    return server.isShutdown() ? HealthChecks.State.DOWN : HealthChecks.State.UP;
  }

  HealthChecks.State backendState() {
    return backend.state();
  }

  /**
   * Takes no more calls, ends streams at once, lets other calls end within the drain time, then
   * ends the rest.
   */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    streams.end();
    try {
      if (!server.awaitTermination(drain.toNanos(), TimeUnit.NANOSECONDS)) {
        server.shutdownNow();
        server.awaitTermination();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    } finally {
      backend.close();
      threads.close();
    }
  }
}
