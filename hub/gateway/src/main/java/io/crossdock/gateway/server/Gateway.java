package io.crossdock.gateway.server;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.ErrorDetailsProto;
import io.crossdock.gateway.cache.AnswerCache;
import io.crossdock.gateway.connector.ConnectorExchange;
import io.crossdock.gateway.connector.Connectors;
import io.crossdock.gateway.local.LocalServices;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.CallHandler;
import io.crossdock.gateway.pipeline.CallerStream;
import io.crossdock.gateway.pipeline.EventLoops;
import io.crossdock.gateway.pipeline.Exchange;
import io.crossdock.gateway.pipeline.LoopWatchdog;
import io.crossdock.gateway.pipeline.Pipeline;
import io.crossdock.gateway.routing.RouteTable;
import io.crossdock.gateway.telemetry.AttemptTracing;
import io.crossdock.gateway.telemetry.NettyMetrics;
import io.crossdock.gateway.telemetry.StallReport;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.health.v1.HealthProto;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionProto;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The data plane: everything between a caller's connection and the connectors.
 *
 * <p>Built from a checked configuration, started once, closed once.
 */
public final class Gateway implements AutoCloseable {

  // Callers may probe an idle connection this often without being turned away.
  private static final long PERMIT_KEEP_ALIVE_SECONDS = 10;

  private final DataPlane plane;
  private final EventLoopGroup acceptor;
  private final HealthStatusManager health = new HealthStatusManager();
  private final OpenStreams openStreams = new OpenStreams();
  private final CallerConnections connections;
  private final LoopWatchdog watchdog;
  private final LocalServices local;
  private final NettyMetrics nettyMetrics;
  private final List<Pipeline> pipelines;
  private final Server inner;
  private final Server server;

  /**
   * Builds a gateway and opens nothing but in-process channels.
   *
   * @param plane its parts; the gateway closes them
   * @param path what a call meets
   * @param locals the services inside the hub
   */
  public Gateway(DataPlane plane, CallPath path, List<BindableService> locals) {
    this.plane = plane;
    this.acceptor = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    this.nettyMetrics =
        new NettyMetrics(plane.telemetry(), EventLoops.MEMORY.metric(), plane.loops());
    this.connections = new CallerConnections(plane.loops(), plane.settings());
    this.watchdog = new LoopWatchdog(plane.loops(), new StallReport(plane.telemetry()));
    this.local = LocalServices.start(locals);
    Exchange exchange =
        new ConnectorExchange(
            plane.routes(),
            plane.connectors(),
            this.local.channel(),
            new AttemptTracing(plane.telemetry()));
    List<Pipeline> built = new ArrayList<>();
    List<ServerServiceDefinition> definitions = new ArrayList<>();
    for (String name : plane.routes().current().services()) {
      ContractSet.Service service = plane.contracts().service(name).orElseThrow();
      List<Pipeline> ofService =
          service.operations().stream()
              .map(
                  operation -> Pipeline.of(operation, path.policies(), path.decorators(), exchange))
              .toList();
      built.addAll(ofService);
      definitions.add(define(service, ofService, plane));
    }
    this.pipelines = List.copyOf(built);
    this.inner = innerServer(plane, definitions);
    this.server = server(plane, acceptor, health, openStreams, connections, definitions);
    for (ServerServiceDefinition definition : definitions) {
      health.setStatus(definition.getServiceDescriptor().getName(), ServingStatus.SERVING);
    }
  }

  /**
   * Opens the connections to the connectors and then the port.
   *
   * @throws IOException when the port cannot be opened
   */
  public void start() throws IOException {
    watchdog.start();
    plane.connectors().connect();
    inner.start();
    server.start();
  }

  /** The port that callers reach, after {@link #start}. */
  public int port() {
    return server.getPort();
  }

  /** The contracts that this gateway knows. */
  public ContractSet contracts() {
    return plane.contracts();
  }

  /** Which connector serves which service. */
  public RouteTable routes() {
    return plane.routes();
  }

  /** The connectors and their states. */
  public Connectors connectors() {
    return plane.connectors();
  }

  /** The connections of all callers. */
  public CallerConnections connections() {
    return connections;
  }

  /** The cached answers. */
  public AnswerCache cache() {
    return plane.cache();
  }

  /** The pipeline of each served operation. */
  public List<Pipeline> pipelines() {
    return pipelines;
  }

  /** Calls through the same pipeline, for services inside the hub. */
  public Channel innerChannel() {
    return plane.innerChannel();
  }

  /**
   * Stops: takes no more calls, lets those in flight end within the drain time, then closes
   * everything.
   */
  @Override
  public void close() {
    long drainMillis = plane.settings().drain().toMillis();
    health.enterTerminalState();
    server.shutdown();
    openStreams.end();
    plane.loops().endStreams(plane.settings().drain());
    try {
      if (!server.awaitTermination(drainMillis, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
      local.drain(plane.settings().drain());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.shutdownNow();
    }
    inner.shutdownNow();
    local.close();
    nettyMetrics.close();
    watchdog.close();
    plane.close();
    acceptor.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static Server innerServer(DataPlane plane, List<ServerServiceDefinition> definitions) {
    InProcessServerBuilder builder =
        InProcessServerBuilder.forName(plane.innerName())
            .callExecutor(new EventLoopExecutors(plane.loops()))
            .fallbackHandlerRegistry(new UnimplementedMethods());
    definitions.forEach(builder::addService);
    return builder.build();
  }

  private static Server server(
      DataPlane plane,
      EventLoopGroup acceptor,
      HealthStatusManager health,
      OpenStreams openStreams,
      CallerConnections connections,
      List<ServerServiceDefinition> definitions) {
    GatewaySettings settings = plane.settings();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(settings.host(), settings.port()))
            .directExecutor()
            .bossEventLoopGroup(acceptor)
            .workerEventLoopGroup(plane.loops().group())
            .channelFactory(connections::listener)
            .addTransportFilter(connections.accounts())
            // Streams that the hub resets count too; the guard counts those that the caller does.
            .maxRstFramesPerWindow(settings.maxResetsPerSecond(), 1)
            .withChildOption(ChannelOption.ALLOCATOR, EventLoops.MEMORY)
            .maxInboundMessageSize(settings.maxMessageBytes())
            .addStreamTracerFactory(CallerStream.FACTORY)
            .maxInboundMetadataSize(settings.maxMetadataBytes())
            .permitKeepAliveTime(PERMIT_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .fallbackHandlerRegistry(new UnimplementedMethods())
            .maxConcurrentCallsPerConnection(settings.maxConcurrentStreams())
            .addService(ServerInterceptors.intercept(health.getHealthService(), openStreams));
    definitions.forEach(builder::addService);
    Reflection reflection = reflection(plane, definitions);
    builder.addService(ServerInterceptors.intercept(reflection.bindService(), openStreams));
    builder.addService(ServerInterceptors.intercept(reflection.v1Alpha(), openStreams));
    return builder.build();
  }

  private static Reflection reflection(DataPlane plane, List<ServerServiceDefinition> definitions) {
    List<String> services = new ArrayList<>();
    definitions.forEach(each -> services.add(each.getServiceDescriptor().getName()));
    services.add(HealthGrpc.SERVICE_NAME);
    services.add(ServerReflectionGrpc.SERVICE_NAME);
    List<FileDescriptor> files = new ArrayList<>(plane.contracts().files());
    files.add(ErrorDetailsProto.getDescriptor());
    files.add(HealthProto.getDescriptor());
    files.add(ServerReflectionProto.getDescriptor());
    return new Reflection(services, files);
  }

  private static ServerServiceDefinition define(
      ContractSet.Service service, List<Pipeline> pipelines, DataPlane plane) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.name())
            .setSchemaDescriptor(
                (ProtoFileDescriptorSupplier)
                    () -> service.operations().getFirst().descriptor().getFile());
    service.operations().forEach(operation -> descriptor.addMethod(operation.inbound()));
    ServerServiceDefinition.Builder definition =
        ServerServiceDefinition.builder(descriptor.build());
    for (Pipeline pipeline : pipelines) {
      Operation operation = pipeline.operation();
      definition.addMethod(
          operation.inbound(),
          new CallHandler(pipeline, plane.loops(), plane.settings().maxMessageBytes()));
    }
    return definition.build();
  }
}
