package io.crossdock.drill;

import io.crossdock.drill.process.FaultProxy;
import io.crossdock.drill.process.FaultProxy.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Interrupts connections through the proxies and restores them after a while, one at a time. */
final class NetworkFaults implements AutoCloseable {

  private static final Duration SHORTEST = Duration.ofMillis(200);
  // Longer than a lease, so that others take over while it lasts.
  private static final Duration LONGEST = Duration.ofSeconds(6);

  private final List<FaultProxy> proxies;
  private final RandomGenerator random;
  private final ScheduledExecutorService repairs =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("repairs").factory());
  private int count;

  NetworkFaults(List<FaultProxy> proxies, RandomGenerator random) {
    this.proxies = List.copyOf(proxies);
    this.random = random;
  }

  /** How many there were. */
  int count() {
    return count;
  }

  /** Interrupts one proxy, if there is one. */
  void cutOne() {
    if (proxies.isEmpty()) {
      return;
    }
    FaultProxy proxy = proxies.get(random.nextInt(proxies.size()));
    proxy.set(random.nextBoolean() ? State.SILENT : State.BROKEN);
    count++;
    long millis = random.nextLong(SHORTEST.toMillis(), LONGEST.toMillis());
    var _ = repairs.schedule(() -> proxy.set(State.WHOLE), millis, TimeUnit.MILLISECONDS);
  }

  /** Mends all; none is cut any more. */
  @Override
  public void close() {
    repairs.shutdownNow();
    proxies.forEach(proxy -> proxy.set(State.WHOLE));
  }
}
