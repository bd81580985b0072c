package io.crossdock.drill.figure;

import io.crossdock.drill.process.HubProcess;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc.LoyaltyServiceBlockingStub;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How soon after a connector listens again a call succeeds, and whether one fails after that. Calls
 * go on during the outage.
 */
final class OutageFigure implements Figure {

  private static final long DEADLINE_MILLIS = 1_000;
  private static final long PAUSE_MILLIS = 10;
  private static final long PATIENCE_SECONDS = 60;
  private static final int CALLS_AFTER = 300;

  private int member;

  @Override
  public String name() {
    return "outage";
  }

  @Override
  public Map<String, Number> measure(Lab lab) throws Exception {
    try (Backend backend = Backend.start();
        HubProcess hub =
            lab.start(
                name(),
                """
                connectors:
                  - {name: loyalty, instances: ["127.0.0.1:%d"]}
                routes:
                  - {service: %s, connector: loyalty}
                """
                    .formatted(backend.port(), LoyaltyServiceGrpc.SERVICE_NAME))) {
      ManagedChannel channel =
          Grpc.newChannelBuilder(hub.address(), InsecureChannelCredentials.create())
              .disableRetry()
              .build();
      try {
        return measure(lab, backend, LoyaltyServiceGrpc.newBlockingStub(channel));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private Map<String, Number> measure(Lab lab, Backend backend, LoyaltyServiceBlockingStub hub)
      throws Exception {
    long start = System.nanoTime();
    while (!succeeds(hub)) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new IllegalStateException("no call succeeds even before the outage");
      }
    }
    backend.stop();
    long end = System.nanoTime() + lab.outage().toNanos();
    int during = 0;
    while (System.nanoTime() < end) {
      during += succeeds(hub) ? 1 : 0;
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
    backend.startAgain();
    long listening = System.nanoTime();
    while (!succeeds(hub)) {
      if (System.nanoTime() - listening > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
        throw new IllegalStateException("no call succeeds after the outage");
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
    long good = System.nanoTime();
    int failed = 0;
    for (int i = 0; i < CALLS_AFTER; i++) {
      failed += succeeds(hub) ? 0 : 1;
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
    Map<String, Number> figures = new LinkedHashMap<>();
    figures.put("outage_seconds", lab.outage().toSeconds());
    figures.put("outage_good_meanwhile", during);
    figures.put("outage_first_good_ms", (good - listening) / 1e6);
    figures.put("outage_failed_afterwards", failed);
    return figures;
  }

  // Of a member that is in no cache.
  private boolean succeeds(LoyaltyServiceBlockingStub hub) {
    member++;
    try {
      var _ =
          hub.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
              .getBalance(GetBalanceRequest.newBuilder().setMemberId("M-" + member).build());
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }
}
