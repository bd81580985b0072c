package io.crossdock.gateway.server;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.Route;
import io.crossdock.gateway.cache.AnswerCache;
import io.crossdock.gateway.cache.CachePolicy;
import io.crossdock.gateway.connector.ConnectorExchange;
import io.crossdock.gateway.connector.Connectors;
import io.crossdock.gateway.local.LocalServices;
import io.crossdock.gateway.local.TraceRelay;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.CallHandler;
import io.crossdock.gateway.pipeline.DeadlinePolicy;
import io.crossdock.gateway.pipeline.EventLoops;
import io.crossdock.gateway.pipeline.Pipeline;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.StreamEnd;
import io.crossdock.gateway.routing.Routes;
import io.crossdock.gateway.telemetry.CallLogPolicy;
import io.crossdock.gateway.telemetry.MetricsPolicy;
import io.crossdock.gateway.telemetry.NettyMetrics;
import io.crossdock.gateway.telemetry.TracePolicy;
import io.crossdock.gateway.validation.ValidationPolicy;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The data plane: everything between a caller's connection and the connectors.
 *
 * <p>Built from a checked configuration, started once, closed once.
 */
public final class Gateway implements AutoCloseable {

  // Callers may probe an idle connection this often without being turned away.
  private static final long PERMIT_KEEP_ALIVE_SECONDS = 10;

  private final GatewaySettings settings;
  private final ContractSet contracts;
  private final Routes routes;
  private final EventLoops loops;
  private final EventLoopGroup acceptor;
  private final Connectors connectors;
  private final AnswerCache cache;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server inner;
  private final ManagedChannel innerChannel;
  private final LocalServices local;
  private final NettyMetrics nettyMetrics;
  private final List<Pipeline> pipelines = new ArrayList<>();
  private final Server server;

  /**
   * Builds a gateway and opens nothing but in-process channels.
   *
   * @param config the checked configuration
   * @param contracts every contract that the routes speak of
   * @param locals makes the services inside the hub, given the gateway that they report on or call
   *     through
   * @throws IllegalArgumentException when routes and contracts do not fit
   */
  public Gateway(
      HubConfig config,
      ContractSet contracts,
      OpenTelemetry telemetry,
      Function<Gateway, List<BindableService>> locals) {
    this.settings = GatewaySettings.of(config);
    this.contracts = contracts;
    this.routes = Routes.compile(config.getRoutesList(), contracts);
    this.loops = new EventLoops(Runtime.getRuntime().availableProcessors());
    this.acceptor = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    this.connectors = new Connectors(config.getConnectorsList(), settings.maxMessageBytes(), loops);
    this.cache = new AnswerCache(settings.cacheBytes(), System::nanoTime);

    this.nettyMetrics = new NettyMetrics(telemetry, EventLoops.MEMORY.metric(), loops);

    String innerName = InProcessServerBuilder.generateName();
    this.innerChannel =
        InProcessChannelBuilder.forName(innerName).intercept(TraceRelay.PASSES_ON).build();
    this.local = LocalServices.start(locals.apply(this));

    ValidationPolicy validation = new ValidationPolicy(settings.refuseUnknownFields());
    List<Policy> policies = policies(telemetry, cache, validation);
    ConnectorExchange exchange =
        new ConnectorExchange(routes, connectors, validation, local.channel());
    InProcessServerBuilder innerBuilder =
        InProcessServerBuilder.forName(innerName)
            .callExecutor(new OnEventLoops(loops))
            .fallbackHandlerRegistry(new UnservedMethods());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(settings.host(), settings.port()))
            .directExecutor()
            .bossEventLoopGroup(acceptor)
            .workerEventLoopGroup(loops.group())
            .channelType(NioServerSocketChannel.class)
            .withChildOption(ChannelOption.ALLOCATOR, EventLoops.MEMORY)
            .maxInboundMessageSize(settings.maxMessageBytes())
            .addStreamTracerFactory(StreamEnd.FACTORY)
            .maxInboundMetadataSize(settings.maxMetadataBytes())
            .permitKeepAliveTime(PERMIT_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .fallbackHandlerRegistry(new UnservedMethods())
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance());
    for (Route route : config.getRoutesList()) {
      ContractSet.Service service = contracts.service(route.getService()).orElseThrow();
      ServerServiceDefinition definition = define(service, policies, exchange, validation);
      builder.addService(definition);
      innerBuilder.addService(definition);
    }
    this.inner = innerBuilder.build();
    this.server = builder.build();
  }

  /**
   * Every policy, in the order in which a call meets them.
   *
   * <p>Places kept for what comes: authentication, authorisation and admission behind the deadline;
   * idempotency before the cache; the guard (breaker, bulkhead, retry budget) behind validation.
   */
  private static List<Policy> policies(
      OpenTelemetry telemetry, AnswerCache cache, ValidationPolicy validation) {
    return List.of(
        new TracePolicy(telemetry),
        new MetricsPolicy(telemetry),
        new CallLogPolicy(),
        new DeadlinePolicy(),
        new CachePolicy(cache),
        validation);
  }

  /**
   * Opens the connections to the connectors and then the port.
   *
   * @throws IOException when the port cannot be opened
   */
  public void start() throws IOException {
    connectors.connect();
    inner.start();
    server.start();
  }

  /** The port that callers reach, after {@link #start}. */
  public int port() {
    return server.getPort();
  }

  /** The contracts that this gateway knows. */
  public ContractSet contracts() {
    return contracts;
  }

  /** Which connector serves which service. */
  public Routes routes() {
    return routes;
  }

  /** The connectors and their states. */
  public Connectors connectors() {
    return connectors;
  }

  /** The answers kept in memory. */
  public AnswerCache cache() {
    return cache;
  }

  /** The way of each served operation's calls. */
  public List<Pipeline> pipelines() {
    return List.copyOf(pipelines);
  }

  /** Calls through the same pipeline, for services inside the hub. */
  public Channel innerChannel() {
    return innerChannel;
  }

  /**
   * Stops: takes no more calls, lets those in flight end within the drain time, then closes
   * everything.
   */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    try {
      if (!server.awaitTermination(settings.drain().toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
      local.drain(settings.drain());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.shutdownNow();
    }
    innerChannel.shutdownNow();
    inner.shutdownNow();
    local.close();
    connectors.close();
    nettyMetrics.close();
    loops.close();
    acceptor.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private ServerServiceDefinition define(
      ContractSet.Service service,
      List<Policy> policies,
      ConnectorExchange exchange,
      ValidationPolicy validation) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.name())
            .setSchemaDescriptor(
                (ProtoFileDescriptorSupplier)
                    () -> service.operations().getFirst().descriptor().getFile());
    service.operations().forEach(operation -> descriptor.addMethod(operation.inbound()));
    ServerServiceDefinition.Builder definition =
        ServerServiceDefinition.builder(descriptor.build());
    for (Operation operation : service.operations()) {
      validation.warmUp(operation);
      Pipeline pipeline = Pipeline.of(operation, policies, exchange);
      pipelines.add(pipeline);
      definition.addMethod(
          operation.inbound(), new CallHandler(pipeline, loops, settings.maxMessageBytes()));
    }
    return definition.build();
  }
}
