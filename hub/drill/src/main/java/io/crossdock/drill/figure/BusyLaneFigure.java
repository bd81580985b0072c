package io.crossdock.drill.figure;

import io.crossdock.drill.process.HubProcess;
import io.crossdock.event.v1.EventFilter;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.EventServiceGrpc.EventServiceBlockingStub;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.StockAdjusted;
import io.crossdock.event.v1.SubscribeRequest;
import io.crossdock.event.v1.SubscribeResponse;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How long an event of one lane takes from its acknowledgement to a subscriber on another node
 * while one of the nodes writes another lane without pause.
 */
final class BusyLaneFigure implements Figure {

  private static final int WRITERS = 4;
  private static final long PAUSE_MILLIS = 50;
  private static final long PATIENCE_SECONDS = 30;

  /** What a subscriber got, and when. */
  private record Arrival(String eventId, long nanos) {}

  /** Puts what comes into a queue. */
  private record Subscriber(BlockingQueue<Arrival> arrivals)
      implements StreamObserver<SubscribeResponse> {

    @Override
    public void onNext(SubscribeResponse response) {
      if (response.hasEvent()) {
        arrivals.add(new Arrival(response.getEvent().getEventId(), System.nanoTime()));
      }
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  @Override
  public String name() {
    return "busy-lane";
  }

  @Override
  public Map<String, Number> measure(Lab lab) throws Exception {
    Map<String, Number> figures = new LinkedHashMap<>();
    try (HubProcess one = start(lab, 0)) {
      if (!lab.hasTwoNodes()) {
        report(figures, "busy_lane_same_node", measure(lab, one, one, one));
        return figures;
      }
      try (HubProcess two = start(lab, 1)) {
        report(figures, "busy_lane_other_writes", measure(lab, one, two, one));
        report(figures, "busy_lane_own_writes", measure(lab, one, two, two));
      }
    }
    return figures;
  }

  private static void report(Map<String, Number> figures, String key, List<Long> nanos) {
    figures.put(key + "_events", nanos.size());
    figures.put(key + "_p50_ms", Percentile.p50(nanos));
    figures.put(key + "_p99_ms", Percentile.p99(nanos));
  }

  private static List<Long> measure(
      Lab lab, HubProcess publishing, HubProcess reading, HubProcess busy) throws Exception {
    BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    EventServiceGrpc.newStub(channel(reading))
        .subscribe(
            SubscribeRequest.newBuilder()
                .setFilter(
                    EventFilter.newBuilder().addTypes(StockAdjusted.getDescriptor().getFullName()))
                .build(),
            new Subscriber(arrivals));
    EventServiceBlockingStub events = EventServiceGrpc.newBlockingStub(channel(publishing));
    // The subscription has begun when something arrives.
    while (arrivals.poll(1, TimeUnit.SECONDS) == null) {
      var _ = events.publish(Events.stock("SKU-0"));
    }
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      String member = "M-" + i;
      writers.add(Thread.ofVirtual().start(() -> writeOn(channel(busy), member)));
    }
    try {
      List<Long> nanos = new ArrayList<>();
      long end = System.nanoTime() + lab.load().toNanos();
      for (int i = 1; System.nanoTime() < end; i++) {
        PublishRequest stock = Events.stock("SKU-" + i);
        var _ = events.publish(stock);
        long acknowledged = System.nanoTime();
        nanos.add(Math.max(0, arrival(arrivals, stock.getEvents(0).getEventId()) - acknowledged));
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
      return nanos;
    } finally {
      for (Thread writer : writers) {
        writer.interrupt();
        writer.join();
      }
    }
  }

  private static long arrival(BlockingQueue<Arrival> arrivals, String eventId)
      throws InterruptedException {
    while (true) {
      Arrival next = arrivals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new IllegalStateException("an acknowledged event does not arrive");
      }
      if (next.eventId().equals(eventId)) {
        return next.nanos();
      }
    }
  }

  private static void writeOn(Channel hub, String member) {
    EventServiceBlockingStub events = EventServiceGrpc.newBlockingStub(hub);
    while (!Thread.currentThread().isInterrupted()) {
      try {
        var _ = events.publish(Events.points(member));
      } catch (StatusRuntimeException e) {
        // Interrupted: the measurement is over. Whatever else it is shows in the figures.
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
      }
    }
  }

  private static Channel channel(HubProcess hub) {
    return Objects.requireNonNull(hub.channel());
  }

  private HubProcess start(Lab lab, int node) throws Exception {
    return lab.start(
        name() + "-" + node,
        "routes:\n  - {service: %s, local: true}\n%s"
            .formatted(EventServiceGrpc.SERVICE_NAME, lab.ledger(name(), node)));
  }
}
