package io.crossdock.drill.figure;

import com.google.common.util.concurrent.ListenableFuture;
import io.crossdock.drill.hostile.RawCalls;
import io.crossdock.drill.process.HubProcess;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.SubscribeRequest;
import io.crossdock.event.v1.SubscribeResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.WatchAvailabilityRequest;
import io.crossdock.inventory.v1.WatchAvailabilityResponse;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * How long a hub takes to stop with watchers of every kind, and whether calls in flight end well.
 */
final class StopFigure implements Figure {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int CALLS = 20;
  private static final int WATCHERS_OF_A_KIND = 3;

  /** Waits for the end of a stream. */
  private static final class Watcher<T> implements StreamObserver<T> {

    @Override
    public void onNext(T message) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  @Override
  public String name() {
    return "stop";
  }

  @Override
  public Map<String, Number> measure(Lab lab) throws Exception {
    try (Backend backend = Backend.start();
        HubProcess hub =
            lab.start(
                name(),
                """
                connectors:
                  - {name: backend, instances: ["127.0.0.1:%d"]}
                routes:
                  - {service: %s, connector: backend}
                  - {service: %s, connector: backend}
                  - {service: %s, local: true}
                %s
                """
                    .formatted(
                        backend.port(),
                        LoyaltyServiceGrpc.SERVICE_NAME,
                        InventoryServiceGrpc.SERVICE_NAME,
                        EventServiceGrpc.SERVICE_NAME,
                        lab.ledger(name())))) {
      ManagedChannel channel =
          Grpc.newChannelBuilder(hub.address(), InsecureChannelCredentials.create())
              .disableRetry()
              .build();
      try {
        for (int i = 0; i < WATCHERS_OF_A_KIND; i++) {
          watch(channel);
        }
        return stop(hub, backend, channel);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static void watch(Channel hub) {
    ClientCalls.asyncServerStreamingCall(
        hub.newCall(
            RawCalls.method("grpc.health.v1.Health/Watch", MethodType.SERVER_STREAMING),
            CallOptions.DEFAULT),
        new byte[0],
        new Watcher<>());
    InventoryServiceGrpc.newStub(hub)
        .watchAvailability(
            WatchAvailabilityRequest.newBuilder()
                .setLocationId("EU-001")
                .addItemIds("SKU-1")
                .build(),
            new Watcher<WatchAvailabilityResponse>());
    EventServiceGrpc.newStub(hub)
        .subscribe(SubscribeRequest.getDefaultInstance(), new Watcher<SubscribeResponse>());
  }

  private static Map<String, Number> stop(HubProcess hub, Backend backend, Channel channel)
      throws Exception {
    List<ListenableFuture<GetBalanceResponse>> inFlight = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      inFlight.add(
          LoyaltyServiceGrpc.newFutureStub(channel)
              .getBalance(
                  GetBalanceRequest.newBuilder().setMemberId(Backend.SLOW_MEMBER + i).build()));
    }
    while (backend.slowCalls() < CALLS && inFlight.stream().noneMatch(ListenableFuture::isDone)) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    long start = System.nanoTime();
    hub.stop(PATIENCE);
    long took = System.nanoTime() - start;
    int lost = 0;
    for (ListenableFuture<GetBalanceResponse> call : inFlight) {
      try {
        var _ = call.get(1, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        lost++;
      }
    }
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("stop_ms", took / 1e6);
    figures.put("stop_calls_in_flight", CALLS);
    figures.put("stop_calls_lost", lost);
    return figures;
  }
}
