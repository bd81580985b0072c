package io.crossdock.drill.figure;

import io.crossdock.drill.process.HubProcess;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.EventServiceGrpc.EventServiceBlockingStub;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc.LoyaltyServiceBlockingStub;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Whether a read after an acknowledged event shows it on the node that took the event, and how long
 * it takes on another node.
 */
final class OwnEventFigure implements Figure {

  // The other node is asked until it knows, which takes much longer than a call.
  private static final int SHARE_ON_THE_OTHER_NODE = 10;
  private static final String MEMBER = "M-1001";
  private static final GetBalanceRequest READ =
      GetBalanceRequest.newBuilder().setMemberId(MEMBER).build();

  @Override
  public String name() {
    return "own-event";
  }

  @Override
  public Map<String, Number> measure(Lab lab) throws Exception {
    Map<String, Number> figures = new LinkedHashMap<>();
    try (Backend backend = Backend.start();
        HubProcess one = start(lab, backend, 0)) {
      EventServiceBlockingStub events = EventServiceGrpc.newBlockingStub(channel(one));
      LoyaltyServiceBlockingStub reads = LoyaltyServiceGrpc.newBlockingStub(channel(one));
      int stale = 0;
      for (int round = 1; round <= lab.rounds(); round++) {
        backend.points(round);
        var _ = events.publish(Events.points(MEMBER));
        stale += points(reads) == round ? 0 : 1;
      }
      figures.put("own_event_reads", lab.rounds());
      figures.put("own_event_stale", stale);
      if (lab.hasTwoNodes()) {
        try (HubProcess two = start(lab, backend, 1)) {
          List<Long> nanos =
              other(lab, backend, events, LoyaltyServiceGrpc.newBlockingStub(channel(two)));
          figures.put("other_node_reads", nanos.size());
          figures.put("other_node_p50_ms", Percentile.p50(nanos));
          figures.put("other_node_p99_ms", Percentile.p99(nanos));
        }
      }
    }
    return figures;
  }

  private static List<Long> other(
      Lab lab, Backend backend, EventServiceBlockingStub events, LoyaltyServiceBlockingStub reads) {
    List<Long> nanos = new ArrayList<>();
    for (int i = 1; i <= Math.max(1, lab.rounds() / SHARE_ON_THE_OTHER_NODE); i++) {
      // In its cache, so that it has something to forget.
      points(reads);
      int round = lab.rounds() + i;
      backend.points(round);
      var _ = events.publish(Events.points(MEMBER));
      long acknowledged = System.nanoTime();
      while (points(reads) != round) {
        Thread.onSpinWait();
      }
      nanos.add(System.nanoTime() - acknowledged);
    }
    return nanos;
  }

  private static long points(LoyaltyServiceBlockingStub reads) {
    return reads.getBalance(READ).getBalance().getBalances(0).getAvailable().getUnits();
  }

  private static Channel channel(HubProcess hub) {
    return Objects.requireNonNull(hub.channel());
  }

  private HubProcess start(Lab lab, Backend backend, int node) throws Exception {
    return lab.start(
        name() + "-" + node,
        """
        connectors:
          - {name: loyalty, instances: ["127.0.0.1:%d"]}
        routes:
          - {service: %s, connector: loyalty}
          - {service: %s, local: true}
        %s
        """
            .formatted(
                backend.port(),
                LoyaltyServiceGrpc.SERVICE_NAME,
                EventServiceGrpc.SERVICE_NAME,
                lab.ledger(name(), node)));
  }
}
