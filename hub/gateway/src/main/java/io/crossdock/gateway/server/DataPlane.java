package io.crossdock.gateway.server;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.gateway.cache.AnswerCache;
import io.crossdock.gateway.connector.Connectors;
import io.crossdock.gateway.local.TraceContextInterceptors;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.pipeline.EventLoops;
import io.crossdock.gateway.routing.RouteTable;
import io.crossdock.gateway.routing.Routes;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.opentelemetry.api.OpenTelemetry;

/**
 * What a {@link Gateway} is made of, before there is one: event loops, routes, connectors and
 * cache. Services inside the hub and features of the call path are built from it.
 *
 * <p>Opens nothing but an in-process channel. Safe for any thread. The gateway closes it.
 */
public final class DataPlane implements AutoCloseable {

  private final GatewaySettings settings;
  private final ContractSet contracts;
  private final OpenTelemetry telemetry;
  private final RouteTable routes;
  private final EventLoops loops;
  private final Connectors connectors;
  private final AnswerCache cache;
  private final String innerName = InProcessServerBuilder.generateName();
  private final ManagedChannel innerChannel;

  private DataPlane(
      HubConfig config, ContractSet contracts, OpenTelemetry telemetry, Routes routes) {
    this.settings = GatewaySettings.of(config);
    this.contracts = contracts;
    this.telemetry = telemetry;
    this.routes = new RouteTable(routes);
    this.loops = new EventLoops(Runtime.getRuntime().availableProcessors());
    this.connectors = new Connectors(config.getConnectorsList(), settings.maxMessageBytes(), loops);
    this.cache = new AnswerCache(settings.cacheBytes(), System::nanoTime);
    this.innerChannel =
        InProcessChannelBuilder.forName(innerName)
            .intercept(TraceContextInterceptors.PASSES_ON)
            .build();
  }

  /**
   * Builds the parts.
   *
   * @param config the checked configuration
   * @param contracts every contract that the routes speak of
   * @throws IllegalArgumentException when routes and contracts do not fit
   */
  public static DataPlane of(HubConfig config, ContractSet contracts, OpenTelemetry telemetry) {
    return new DataPlane(
        config, contracts, telemetry, Routes.compile(config.getRoutesList(), contracts));
  }

  /** The contracts that this hub knows. */
  public ContractSet contracts() {
    return contracts;
  }

  /** Where traces and metrics go. */
  public OpenTelemetry telemetry() {
    return telemetry;
  }

  /** Which connector serves which service. */
  public RouteTable routes() {
    return routes;
  }

  /** The connectors and their states. */
  public Connectors connectors() {
    return connectors;
  }

  /** The cached answers. */
  public AnswerCache cache() {
    return cache;
  }

  /** Calls through the same pipeline, for services inside the hub. */
  public Channel innerChannel() {
    return innerChannel;
  }

  GatewaySettings settings() {
    return settings;
  }

  EventLoops loops() {
    return loops;
  }

  String innerName() {
    return innerName;
  }

  @Override
  public void close() {
    innerChannel.shutdownNow();
    connectors.close();
    loops.close();
  }
}
