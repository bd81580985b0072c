package io.crossdock.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.gateway.connector.Connector.InstanceState;
import io.crossdock.gateway.connector.Health;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.loyalty.v1.ListEntriesRequest;
import io.crossdock.loyalty.v1.ListEntriesResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connector with two processes: calls go to those that can take them. */
@Timeout(60)
class InstancesIT {

  private Instance first;
  private Instance second;
  private Gateway gateway;
  private ManagedChannel channel;
  private LoyaltyServiceGrpc.LoyaltyServiceBlockingStub till;

  @BeforeEach
  void start() throws Exception {
    first = new Instance(0, true);
    second = new Instance(0, true);
    open();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    gateway.close();
    first.close();
    second.close();
  }

  @Test
  void callsGoToEachInTurn() {
    call(20);

    assertThat(first.calls).hasValue(10);
    assertThat(second.calls).hasValue(10);
    assertThat(states()).extracting(InstanceState::calls).containsExactly(10L, 10L);
  }

  @Test
  void aProcessThatDiesIsLeftOutAndFoundAgain() throws Exception {
    call(2);
    int port = first.port();

    first.close();
    until(() -> tries() && second.calls.get() >= 20);

    first = new Instance(port, true);
    until(() -> tries() && first.calls.get() > 0);
  }

  @Test
  void isBackSoonAfterALongOutage() throws Exception {
    call(2);
    int port = first.port();
    first.close();
    second.close();
    // Long enough for gRPC's own back-off to have grown to several seconds.
    long outage = System.nanoTime() + TimeUnit.SECONDS.toNanos(7);
    while (System.nanoTime() < outage) {
      assertThat(tries()).isFalse();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }

    first = new Instance(port, true);
    long listens = System.nanoTime();
    until(() -> states().getFirst().state() == io.grpc.ConnectivityState.READY);
    Duration took = Duration.ofNanos(System.nanoTime() - listens);

    assertThat(took).isLessThan(Duration.ofMillis(1_500));
    List<ManagedChannel> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      // New connections, so that every event loop has callers.
      ManagedChannel caller =
          NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
      callers.add(caller);
      var _ =
          LoyaltyServiceGrpc.newBlockingStub(caller)
              .listEntries(ListEntriesRequest.newBuilder().setMemberId("M-1").build());
    }
    callers.forEach(ManagedChannel::shutdownNow);
  }

  @Test
  void aProcessThatStopsIsNotHeldUpByTheHubsHealthWatch() throws Exception {
    first.health.enterTerminalState();
    first.server.shutdown();

    assertThat(first.server.awaitTermination(3, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aProcessThatSaysItServesNoCallsGetsNone() {
    call(2);

    first.health.setStatus("", ServingStatus.NOT_SERVING);
    until(() -> states().getFirst().health() == Health.NOT_SERVING);
    int before = first.calls.get();
    call(10);

    assertThat(first.calls).hasValue(before);
    first.health.setStatus("", ServingStatus.SERVING);
    until(() -> states().getFirst().health() == Health.SERVING);
    call(10);
    assertThat(first.calls.get()).isGreaterThan(before);
  }

  @Test
  void aProcessWithoutHealthProtocolIsTrusted() throws Exception {
    stop();
    first = new Instance(0, false);
    second = new Instance(0, false);
    open();

    until(() -> states().getFirst().health() == Health.NOT_OFFERED);

    call(10);
    assertThat(first.calls).hasValue(5);
  }

  private void open() throws Exception {
    HubConfig.Builder config = HubConfig.newBuilder();
    config.getListenBuilder().setPort(0);
    config
        .addConnectorsBuilder()
        .setName("loyalty")
        .addInstances("127.0.0.1:" + first.port())
        .addInstances("127.0.0.1:" + second.port());
    config
        .addRoutesBuilder()
        .setService("crossdock.loyalty.v1.LoyaltyService")
        .setConnector("loyalty");
    gateway =
        TestGateway.create(
            config.build(), ContractSet.ofBuild(), OpenTelemetry.noop(), _ -> List.of());
    gateway.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
    till = LoyaltyServiceGrpc.newBlockingStub(channel);
    until(() ->
        states().stream()
            .allMatch(each ->
                each.state() == io.grpc.ConnectivityState.READY
                    && each.health() != Health.UNKNOWN));
  }

  private List<InstanceState> states() {
    return gateway.connectors().find("loyalty").orElseThrow().instances();
  }

  private void call(int times) {
    for (int i = 0; i < times; i++) {
      var _ = till.listEntries(ListEntriesRequest.newBuilder().setMemberId("M-1").build());
    }
  }

  // A call on a connection that breaks at that moment may fail; the next ones must not.
  private boolean tries() {
    try {
      call(1);
    } catch (StatusRuntimeException e) {
      return false;
    }
    return true;
  }

  private static void until(BooleanSupplier holds) {
    while (!holds.getAsBoolean()) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static final class Instance extends LoyaltyServiceGrpc.LoyaltyServiceImplBase {

    final AtomicInteger calls = new AtomicInteger();
    final HealthStatusManager health = new HealthStatusManager();
    private final Server server;

    Instance(int port, boolean offersHealth) throws Exception {
      ServerBuilder<?> builder =
          NettyServerBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .addService(this);
      server = (offersHealth ? builder.addService(health.getHealthService()) : builder).build();
      server.start();
    }

    int port() {
      return server.getPort();
    }

    void close() {
      server.shutdownNow();
    }

    @Override
    public void listEntries(
        ListEntriesRequest request, StreamObserver<ListEntriesResponse> answer) {
      calls.incrementAndGet();
      answer.onNext(ListEntriesResponse.getDefaultInstance());
      answer.onCompleted();
    }
  }
}
