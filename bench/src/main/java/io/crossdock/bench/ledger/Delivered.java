package io.crossdock.bench.ledger;

import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Consumers;
import io.crossdock.ledger.consumer.DeliveryContext;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.consumer.LogTransport;
import io.crossdock.ledger.consumer.RetryPolicy;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Position;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** What reaches an embedded consumer through the hub's own delivery. */
final class Delivered implements AutoCloseable {

  private static final Duration LOOK = Duration.ofMillis(50);
  private static final int MAX_IN_FLIGHT = 16;
  private static final int PATIENCE_SECONDS = 120;

  private final Ledger ledger;
  private final EventSignal signal;

  Delivered(Ledger ledger) {
    this.ledger = ledger;
    this.signal = EventSignal.start(ledger.log(), LOOK);
  }

  @Override
  public void close() {
    signal.close();
  }

  /** Events that come at a steady rate: microseconds from when each was due to its arrival. */
  Histogram arrivals(int seconds, int rate) throws InterruptedException {
    Histogram micros = new ConcurrentHistogram(3);
    int count = rate * seconds;
    CountDownLatch arrived = new CountDownLatch(count);
    Effect.Outward effect =
        event -> {
          long due = Long.parseLong(event.envelope().getCausationId());
          micros.recordValue(Math.max(0, (System.nanoTime() - due) / 1_000));
          arrived.countDown();
        };
    try (Consumers consumers = consumers();
        ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      consumers.start(consumer(ledger.log().tail(), effect));
      long begin = System.nanoTime();
      for (int i = 0; i < count; i++) {
        long due = begin + i * 1_000_000_000L / rate;
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        EventEnvelope event = Sample.event(i, Long.toString(due));
        writers.execute(() -> ledger.log().append(List.of(event)));
      }
      await(arrived);
    }
    return micros;
  }

  /** Everything in the log, for a consumer that does nothing; events per second. */
  double replay(long events) throws InterruptedException {
    CountDownLatch arrived = new CountDownLatch(Math.toIntExact(events));
    try (Consumers consumers = consumers()) {
      long begin = System.nanoTime();
      consumers.start(consumer(Position.START, _ -> arrived.countDown()));
      await(arrived);
      return events * 1e9 / (System.nanoTime() - begin);
    }
  }

  private Consumers consumers() {
    return Consumers.open(
        DeliveryContext.of(
            ledger.store(),
            new DeadLetters(ledger.store(), ledger.log().catalogue(), Clock.systemUTC()),
            Clock.systemUTC(),
            UUID.randomUUID().toString(),
            Consumers.LEASE),
        new LogTransport(ledger.log(), signal));
  }

  private static Consumer consumer(Position start, Effect.Outward effect) {
    return new Consumer(
        "bench-" + UUID.randomUUID(),
        Set.of(),
        Set.of(Sample.LANE),
        start,
        effect,
        RetryPolicy.USUAL,
        MAX_IN_FLIGHT);
  }

  private static void await(CountDownLatch arrived) throws InterruptedException {
    if (!arrived.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(arrived.getCount() + " events did not arrive");
    }
  }
}
