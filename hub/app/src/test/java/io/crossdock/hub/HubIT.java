package io.crossdock.hub;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.loyalty.v1.ListEntriesRequest;
import io.crossdock.loyalty.v1.ListEntriesResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.ops.v1.ConnectionState;
import io.crossdock.ops.v1.Connector;
import io.crossdock.ops.v1.GetCacheStatisticsRequest;
import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.ListConnectorsRequest;
import io.crossdock.ops.v1.ListContractsRequest;
import io.crossdock.ops.v1.ListContractsResponse;
import io.crossdock.ops.v1.ListRoutesRequest;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.ops.v1.Route;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the hub as its own process. */
@Timeout(60)
class HubIT {

  private static final String GOOD =
      """
      listen: {port: 0}
      ops: {port: 0}
      connectors:
        - name: erp-eu
          instances: ["127.0.0.1:1"]
        - name: erp-us
          instances: ["127.0.0.1:1"]
      routes:
        - service: crossdock.inventory.v1.InventoryService
          rules:
            - when: location.startsWith("EU-")
              connector: erp-eu
            - connector: erp-us
        - service: crossdock.ops.v1.OpsService
          local: true
      """;

  @TempDir Path dir;
  private @Nullable Process process;
  private @Nullable ManagedChannel channel;

  @AfterEach
  void stop() throws Exception {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void tellsOperatorsHowItIsWired() throws Exception {
    OpsServiceGrpc.OpsServiceBlockingStub ops = OpsServiceGrpc.newBlockingStub(start(GOOD).grpc());

    List<Route> routes = ops.listRoutes(ListRoutesRequest.getDefaultInstance()).getRoutesList();
    List<Connector> connectors =
        ops.listConnectors(ListConnectorsRequest.getDefaultInstance()).getConnectorsList();
    ListContractsResponse contracts =
        ops.listContracts(
            ListContractsRequest.newBuilder()
                .setServicePrefix("crossdock.inventory.")
                .setPageSize(1)
                .build());

    assertThat(routes)
        .extracting(Route::getTarget)
        .containsExactly(Route.Target.TARGET_RULES, Route.Target.TARGET_LOCAL);
    assertThat(routes.getFirst().getConnectorsList()).containsExactly("erp-eu", "erp-us");
    assertThat(routes.getFirst().getRoutingAttributesList()).contains("location");
    assertThat(connectors).extracting(Connector::getName).containsExactly("erp-eu", "erp-us");
    assertThat(connectors.getFirst().getServicesList())
        .containsExactly("crossdock.inventory.v1.InventoryService");
    assertThat(contracts.getContracts(0).getServedByList()).containsExactly("erp-eu", "erp-us");
    assertThat(contracts.getContracts(0).getMethodsList())
        .anySatisfy(method -> {
          assertThat(method.getMethod()).isEqualTo("GetAvailability");
          assertThat(method.getPolicy().getCache().getTtlMs()).isPositive();
          assertThat(method.getCacheKeyFieldsList()).isNotEmpty();
        });
  }

  @Test
  void tellsThatAConnectorIsDownAndWhy() throws Exception {
    OpsServiceGrpc.OpsServiceBlockingStub ops = OpsServiceGrpc.newBlockingStub(start(GOOD).grpc());

    Connector connector;
    do {
      connector =
          ops.listConnectors(ListConnectorsRequest.newBuilder().setName("erp-eu").build())
              .getConnectors(0);
    } while (connector.getInstances(0).getLastFailure().isEmpty());

    assertThat(connector.getInstances(0).getState())
        .isIn(ConnectionState.CONNECTION_STATE_DOWN, ConnectionState.CONNECTION_STATE_CONNECTING);
    assertThat(connector.getInstances(0).getLastFailure()).isEqualTo("connection refused");
  }

  @Test
  void emptiesTheCacheOnRequest() throws Exception {
    OpsServiceGrpc.OpsServiceBlockingStub ops = OpsServiceGrpc.newBlockingStub(start(GOOD).grpc());

    long dropped =
        ops.invalidateCache(
                InvalidateCacheRequest.newBuilder()
                    .setContext(
                        CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()))
                    .setAll(true)
                    .build())
            .getDroppedEntries();

    assertThat(dropped).isZero();
    assertThat(ops.getCacheStatistics(GetCacheStatisticsRequest.getDefaultInstance()).getMaxBytes())
        .isEqualTo(64L << 20);
  }

  @Test
  void isHealthyForGrpcAndHttp() throws Exception {
    HubProcess hub = start(GOOD);

    HttpResponse<String> ready = hub.get("/health/ready");
    HttpResponse<String> metrics = hub.get("/metrics");

    assertThat(
            HealthGrpc.newBlockingStub(hub.grpc())
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body()).contains("\"connector-erp-eu\":\"DEGRADED\"");
    assertThat(metrics.body())
        .contains("jvm_memory_used_bytes")
        .containsPattern("crossdock_connector_ready\\{[^}]*crossdock_connector=\"erp-eu\"[^}]*} 0")
        .contains("crossdock_cache_max_bytes")
        .containsPattern(
            "crossdock_caller_connections_cut_off_total\\{[^}]*crossdock_cause=\"MEMORY\"[^}]*} 0")
        .containsPattern(
            "crossdock_caller_memory_held\\{[^}]*crossdock_memory_kind=\"requests\"[^}]*} ")
        .containsPattern("crossdock_caller_connections\\{[^}]*} 0")
        .contains("crossdock_caller_memory_largest", "crossdock_caller_memory_max");
  }

  @Test
  void refusesAWrongConfigurationWithEveryMistake() throws Exception {
    Process hub =
        launch(
            """
            listen: {host: 0.0.0.0, port: 0}
            contracts:
              - descriptor_set: none.binpb
            connectors:
              - name: erp-eu
                instances: ["127.0.0.1:1"]
              - name: erp-eu
                instances: ["127.0.0.1:2"]
            routes:
              - service: crossdock.inventory.v1.InventoryServic
                connector: erp-eu
              - service: crossdock.inventory.v1.InventoryService
                rules:
                  - when: locatio == "EU"
                    connector: erp
              - service: crossdock.loyalty.v1.LoyaltyService
                local: true
              - service: crossdock.loyalty.v1.LoyaltyService
                connector: erp-eu
              - service: crossdock.event.v1.EventService
                local: true
            consumers:
              - name: points
                types: [crossdock.event.v1.OrderPlace]
            """);

    String errors = new String(hub.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(hub.waitFor()).isEqualTo(2);
    assertThat(errors.lines().map(line -> line.substring(line.indexOf("hub.yaml"))))
        .satisfiesExactly(
            line ->
                assertThat(line).startsWith("hub.yaml:1: listen.host: 0.0.0.0 (expected: a loop"),
            line ->
                assertThat(line).startsWith("hub.yaml:3: contracts[0].descriptor_set: none.binpb"),
            line -> assertThat(line).startsWith("hub.yaml:7: connectors[1].name: erp-eu"),
            line ->
                assertThat(line).contains("did you mean crossdock.inventory.v1.InventoryService?)"),
            line -> assertThat(line).startsWith("hub.yaml:14: routes[1].rules[0].when"),
            line -> assertThat(line).contains("erp (expected: erp-eu)"),
            line -> assertThat(line).startsWith("hub.yaml:17: routes[2].local: true"),
            line -> assertThat(line).contains("(expected: one route for each service)"),
            line ->
                assertThat(line).startsWith("hub.yaml:21: routes[4].local: true (expected: a led"),
            line ->
                assertThat(line)
                    .startsWith("hub.yaml:22: consumers: given (expected: a ledger section, which"),
            line -> assertThat(line).contains("a route of crossdock.event.v1.EventSinkService"),
            line -> assertThat(line).contains("did you mean crossdock.event.v1.OrderPlaced?)"));
  }

  @Test
  void saysWhichPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process hub =
          launch(GOOD.replace("listen: {port: 0}", "listen: {port: " + taken.getLocalPort() + "}"));

      String errors = new String(hub.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(hub.waitFor()).isEqualTo(4);
      assertThat(errors)
          .contains(taken.getLocalPort() + " is taken by another process (change listen.port)");
    }
  }

  @Test
  void stopsOnSigterm() throws Exception {
    start(GOOD);

    process().destroy();

    assertThat(process().waitFor(20, SECONDS)).isTrue();
  }

  @Test
  void endsTheCallsInFlightBeforeItStops() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Server backend =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
                  @Override
                  public void listEntries(
                      ListEntriesRequest request, StreamObserver<ListEntriesResponse> answer) {
                    asked.countDown();
                    Uninterruptibles.awaitUninterruptibly(release);
                    answer.onNext(ListEntriesResponse.newBuilder().setNextPageToken("n").build());
                    answer.onCompleted();
                  }
                })
            .build()
            .start();
    try {
      HubProcess hub =
          start(
              """
              listen: {port: 0}
              ops: {port: 0}
              connectors:
                - name: loyalty
                  instances: ["127.0.0.1:%d"]
              routes:
                - service: crossdock.loyalty.v1.LoyaltyService
                  connector: loyalty
              """
                  .formatted(backend.getPort()));
      ListenableFuture<ListEntriesResponse> inFlight =
          LoyaltyServiceGrpc.newFutureStub(hub.grpc())
              .listEntries(ListEntriesRequest.newBuilder().setMemberId("M-1").build());
      asked.await();

      process().destroy();
      awaitRefusal(hub.grpcPort());
      release.countDown();

      assertThat(inFlight.get(10, SECONDS).getNextPageToken()).isEqualTo("n");
      assertThat(process().waitFor(20, SECONDS)).isTrue();
    } finally {
      release.countDown();
      backend.shutdownNow();
    }
  }

  // The stop has begun when no new connection is taken any more.
  private static void awaitRefusal(int port) {
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      } catch (IOException e) {
        return;
      }
    }
  }

  private HubProcess start(String config) throws IOException {
    HubProcess started = HubProcess.start(dir, config);
    process = started.process();
    channel = started.grpc();
    return started;
  }

  private Process launch(String config) throws IOException {
    Process hub = HubProcess.launch(dir, config);
    process = hub;
    return hub;
  }

  private Process process() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("no hub was started");
    }
    return running;
  }
}
