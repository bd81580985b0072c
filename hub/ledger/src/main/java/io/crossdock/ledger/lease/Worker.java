package io.crossdock.ledger.lease;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.ledger.store.LogKeys;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the work of one kind on this node: claims what is due and hands each piece to a virtual
 * thread. A piece that fails comes again later and later, up to a minute apart.
 */
public final class Worker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  // With a lease of 3 s, a dead node's work goes on within 4.
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final long FIRST_DELAY_MILLIS = 200;
  private static final long LONGEST_DELAY_MILLIS = 60_000;

  private final Leases leases;
  private final String kind;
  private final Handler handler;
  private final Semaphore free;
  private final ExecutorService hands = Executors.newVirtualThreadPerTaskExecutor();
  private final BackgroundLoop loop;

  /** Does a piece of work. */
  @FunctionalInterface
  public interface Handler {

    /**
     * Does it and commits under its lease, at the end with anything but {@link
     * Completion.Continue}. It may run again after it was done in part: its effects outside the
     * ledger have to be repeatable.
     */
    void run(Lease lease) throws Exception;
  }

  private Worker(Leases leases, String kind, int most, Handler handler) {
    this.leases = leases;
    this.kind = kind;
    this.handler = handler;
    this.free = new Semaphore(most);
    this.loop = BackgroundLoop.of("worker-" + kind, this::step);
  }

  /**
   * Starts to do work.
   *
   * @param most pieces at the same time on this node
   */
  public static Worker start(Leases leases, String kind, int most, Handler handler) {
    Worker worker = new Worker(leases, kind, most, handler);
    worker.loop.start();
    return worker;
  }

  /** Looks for work at once, because some was scheduled on this node. */
  public void wake() {
    loop.wake();
  }

  /** Claims nothing more and waits for what is under way. */
  @Override
  public void close() {
    loop.stop();
    // Lets it through when it waits for a free hand.
    free.release();
    loop.close();
    hands.close();
  }

  private Duration step() {
    free.acquireUninterruptibly();
    int room = 1 + free.drainPermits();
    if (loop.isStopping()) {
      return Duration.ZERO;
    }
    List<Lease> claimed = List.of();
    try {
      claimed = leases.claim(kind, room);
    } finally {
      free.release(room - claimed.size());
    }
    claimed.forEach(this::start);
    return claimed.size() < room ? LOOK_EVERY : Duration.ZERO;
  }

  private void start(Lease lease) {
    hands.execute(() -> {
      try {
        handler.run(lease);
        if (leases.holds(lease)) {
          throw new IllegalStateException("the work's end was not committed");
        }
      } catch (Exception e) {
        LOG.atWarn()
            .addKeyValue(LogKeys.OPERATION, kind)
            .addKeyValue(LogKeys.WORK_ID, lease.id())
            .addKeyValue(LogKeys.ATTEMPT, lease.attempts())
            .setCause(e)
            .log("work failed");
        again(lease);
      } finally {
        leases.abandon(lease);
        free.release();
      }
    });
  }

  private void again(Lease lease) {
    long delay =
        Math.min(LONGEST_DELAY_MILLIS, FIRST_DELAY_MILLIS << Math.min(lease.attempts() - 1, 16));
    // Spread, so that what failed together does not come together again.
    long spread = ThreadLocalRandom.current().nextLong(delay / 2, delay + 1);
    try {
      var _ = leases.commit(lease, new Completion.Retry(Duration.ofMillis(spread)), _ -> true);
    } catch (FailureException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.OPERATION, kind)
          .addKeyValue(LogKeys.WORK_ID, lease.id())
          .addKeyValue(LogKeys.REASON, e.getMessage())
          .log("work waits for the end of its lease");
    }
  }
}
