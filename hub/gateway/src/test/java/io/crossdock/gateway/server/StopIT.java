package io.crossdock.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.crossdock.common.v1.Reason;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.WatchAvailabilityRequest;
import io.crossdock.inventory.v1.WatchAvailabilityResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** gRPC's own services, and streams that never end by themselves while the hub stops. */
@Timeout(60)
class StopIT {

  private static final String SERVICE = "crossdock.inventory.v1.InventoryService";

  private final CountDownLatch watched = new CountDownLatch(1);
  private ScriptedConnector connector;
  private Gateway gateway;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    connector =
        ScriptedConnector.serve(
            0,
            new InventoryServiceGrpc.InventoryServiceImplBase() {
              @Override
              public void watchAvailability(
                  WatchAvailabilityRequest request,
                  StreamObserver<WatchAvailabilityResponse> answer) {
                answer.onNext(WatchAvailabilityResponse.getDefaultInstance());
                watched.countDown();
              }
            });
    HubConfig.Builder config = HubConfig.newBuilder();
    config.getListenBuilder().setPort(0);
    config.addConnectorsBuilder().setName("erp").addInstances("127.0.0.1:" + connector.port());
    config.addRoutesBuilder().setService(SERVICE).setConnector("erp");
    gateway =
        TestGateway.create(
            config.build(), ContractSet.ofBuild(), OpenTelemetry.noop(), _ -> List.of());
    gateway.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    gateway.close();
    connector.close();
  }

  @Test
  void stopsAtOnceWithWatchersOfEveryKind() throws Exception {
    Watcher<HealthCheckResponse> health = new Watcher<>();
    HealthGrpc.newStub(channel).watch(HealthCheckRequest.getDefaultInstance(), health);
    Watcher<ServerReflectionResponse> reflection = new Watcher<>();
    ServerReflectionGrpc.newStub(channel)
        .serverReflectionInfo(reflection)
        .onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    Watcher<WatchAvailabilityResponse> stock = new Watcher<>();
    InventoryServiceGrpc.newStub(channel)
        .withWaitForReady()
        .watchAvailability(
            WatchAvailabilityRequest.newBuilder()
                .setLocationId("EU-001")
                .addItemIds("SKU-1")
                .build(),
            stock);
    health.next();
    reflection.next();
    watched.await();
    stock.next();

    long begin = System.nanoTime();
    gateway.close();
    Duration took = Duration.ofNanos(System.nanoTime() - begin);

    assertThat(took).isLessThan(Duration.ofSeconds(3));
    assertThat(Status.fromThrowable(health.end()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(Status.fromThrowable(reflection.end()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(Failure.from(stock.end()).orElseThrow().reason())
        .isEqualTo(Reason.REASON_SHUTTING_DOWN);
  }

  @Test
  void saysOfEachServiceThatItServes() {
    HealthCheckResponse answer =
        HealthGrpc.newBlockingStub(channel)
            .check(HealthCheckRequest.newBuilder().setService(SERVICE).build());

    assertThat(answer.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "google.rpc.ErrorInfo",
        "google.rpc.BadRequest.FieldViolation",
        "crossdock.event.v1.PointsAccrued",
        "crossdock.inventory.v1.InventoryService.GetAvailability",
        "grpc.health.v1.Health"
      })
  void reflectsEveryTypeThatACallerCanMeet(String symbol) throws Exception {
    Watcher<ServerReflectionResponse> answers = new Watcher<>();
    ServerReflectionGrpc.newStub(channel)
        .serverReflectionInfo(answers)
        .onNext(ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol).build());

    ServerReflectionResponse answer = answers.next();

    assertThat(answer.hasErrorResponse()).as(answer.toString()).isFalse();
    List<String> packages = new ArrayList<>();
    for (var file : answer.getFileDescriptorResponse().getFileDescriptorProtoList()) {
      packages.add(FileDescriptorProto.parseFrom(file).getPackage());
    }
    assertThat(packages).anyMatch(symbol::startsWith);
  }

  @Test
  void speaksTheOlderReflectionToo() throws Exception {
    var answers = new Watcher<io.grpc.reflection.v1alpha.ServerReflectionResponse>();
    io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(channel)
        .serverReflectionInfo(answers)
        .onNext(
            io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                .setListServices("")
                .build());

    assertThat(answers.next().getListServicesResponse().getServiceList())
        .extracting(io.grpc.reflection.v1alpha.ServiceResponse::getName)
        .contains(SERVICE, "grpc.health.v1.Health");
  }

  private static final class Watcher<T> implements StreamObserver<T> {

    private final BlockingQueue<T> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();

    @Override
    public void onNext(T message) {
      messages.add(message);
    }

    @Override
    public void onError(Throwable error) {
      end.complete(error);
    }

    @Override
    public void onCompleted() {
      end.complete(null);
    }

    T next() throws InterruptedException {
      T message = messages.poll(10, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("no message; " + end.getNow(null));
      }
      return message;
    }

    Throwable end() throws Exception {
      Throwable error = end.get(10, TimeUnit.SECONDS);
      if (error == null) {
        throw new AssertionError("ended well");
      }
      return error;
    }
  }
}
