package io.crossdock.bench.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Threads that each do the same thing again and again. */
final class Writers {

  private Writers() {}

  /** What one of them does. */
  @FunctionalInterface
  interface Action {

    /**
     * Does it once.
     *
     * @param number of the time, different for each of all writers
     */
    void run(int number) throws Exception;
  }

  /** What a run came to. */
  record Run(long times, double perSecond) {}

  /** Virtual threads, each of which waits for its own call before it makes the next one. */
  static Run run(int writers, int seconds, Action action) throws Exception {
    AtomicLong count = new AtomicLong();
    List<Future<?>> ends = new ArrayList<>();
    long begin = System.nanoTime();
    long end = begin + TimeUnit.SECONDS.toNanos(seconds);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int w = 0; w < writers; w++) {
        int writer = w;
        ends.add(
            threads.submit(() -> {
              for (int i = 0; System.nanoTime() < end; i++) {
                action.run(i * writers + writer);
                count.incrementAndGet();
              }
              return true;
            }));
      }
    }
    double perSecond = count.get() * 1e9 / (System.nanoTime() - begin);
    for (Future<?> each : ends) {
      try {
        var _ = each.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("a writer failed", e.getCause());
      }
    }
    return new Run(count.get(), perSecond);
  }
}
