package io.crossdock.drill;

import io.crossdock.drill.process.Cable;
import io.crossdock.drill.process.Cable.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Cuts cables and mends them after a while, one at a time. */
final class Cuts implements AutoCloseable {

  private static final Duration SHORTEST = Duration.ofMillis(200);
  // Longer than a lease, so that others take over while it lasts.
  private static final Duration LONGEST = Duration.ofSeconds(6);

  private final List<Cable> cables;
  private final RandomGenerator random;
  private final ScheduledExecutorService mender =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("mender").factory());
  private int count;

  Cuts(List<Cable> cables, RandomGenerator random) {
    this.cables = List.copyOf(cables);
    this.random = random;
  }

  /** How many there were. */
  int count() {
    return count;
  }

  /** Cuts a cable, if there is one. */
  void cutOne() {
    if (cables.isEmpty()) {
      return;
    }
    Cable cable = cables.get(random.nextInt(cables.size()));
    cable.set(random.nextBoolean() ? State.SILENT : State.BROKEN);
    count++;
    long millis = random.nextLong(SHORTEST.toMillis(), LONGEST.toMillis());
    var _ = mender.schedule(() -> cable.set(State.WHOLE), millis, TimeUnit.MILLISECONDS);
  }

  /** Mends all; none is cut any more. */
  @Override
  public void close() {
    mender.shutdownNow();
    cables.forEach(cable -> cable.set(State.WHOLE));
  }
}
