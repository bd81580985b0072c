package io.crossdock.drill.figure;

import io.crossdock.drill.hostile.HubWatch;
import io.crossdock.drill.process.HubProcess;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.EventServiceGrpc.EventServiceBlockingStub;
import io.crossdock.event.v1.EventSinkServiceGrpc;
import io.crossdock.event.v1.OrderCancelled;
import io.crossdock.event.v1.PublishRequest;
import io.grpc.StatusRuntimeException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the hub's heap needs, and whether it still takes events, while every consumer's backend is
 * down.
 */
final class BacklogFigure implements Figure {

  private static final int CONSUMERS = 12;
  private static final int WRITERS = 4;
  private static final long DEADLINE_SECONDS = 10;

  @Override
  public String name() {
    return "backlog";
  }

  @Override
  public Map<String, Number> measure(Lab lab) throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = free.getLocalPort();
    }
    StringBuilder consumers = new StringBuilder("consumers:\n");
    for (int i = 0; i < CONSUMERS; i++) {
      consumers.append(
          "  - {name: consumer-%d, types: [%s], start: earliest}\n"
              .formatted(i, OrderCancelled.getDescriptor().getFullName()));
    }
    String configuration =
        """
        connectors:
          - {name: down, instances: ["127.0.0.1:%d"]}
        routes:
          - {service: %s, connector: down}
          - {service: %s, local: true}
        %s%s
        """
            .formatted(
                nobody,
                EventSinkServiceGrpc.SERVICE_NAME,
                EventServiceGrpc.SERVICE_NAME,
                lab.ledger(name()),
                consumers);
    try (HubProcess hub = lab.start(name(), configuration);
        HubWatch watch = new HubWatch(hub)) {
      watch.start();
      EventServiceBlockingStub events =
          EventServiceGrpc.newBlockingStub(Objects.requireNonNull(hub.channel()));
      AtomicInteger taken = new AtomicInteger();
      AtomicInteger failed = new AtomicInteger();
      long end = System.nanoTime() + lab.load().toNanos();
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        String writer = "O-" + i + "-";
        writers.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int number = 0; System.nanoTime() < end; number++) {
                    publish(events, Events.large(writer + number), taken, failed);
                  }
                }));
      }
      for (Thread writer : writers) {
        writer.join();
      }
      Map<String, Number> figures = new LinkedHashMap<>();
      figures.put("backlog_event_bytes", Events.large("O-0").getEvents(0).getSerializedSize());
      figures.put("backlog_events", taken.get());
      figures.put("backlog_failed", failed.get());
      figures.put("backlog_heap_bytes_max", watch.heapMax());
      figures.put("backlog_hub_restarts", watch.restarts());
      return figures;
    }
  }

  private static void publish(
      EventServiceBlockingStub events,
      PublishRequest request,
      AtomicInteger taken,
      AtomicInteger failed) {
    try {
      var _ = events.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS).publish(request);
      taken.incrementAndGet();
    } catch (StatusRuntimeException e) {
      failed.incrementAndGet();
    }
  }
}
