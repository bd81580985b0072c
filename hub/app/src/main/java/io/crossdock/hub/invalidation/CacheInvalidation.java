package io.crossdock.hub.invalidation;

import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.failure.FailureException;
import io.crossdock.gateway.cache.AnswerCache;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops from this node's cache what events make untrue. Every node reads the ledger for itself, so
 * that it works whoever published and however events are delivered; while the ledger cannot be
 * read, answers live as long as their contract lets them, and it catches up afterwards.
 */
public final class CacheInvalidation implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CacheInvalidation.class);
  private static final int PAGE = 500;
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final EventLog log;
  private final EventTags tags;
  private final AnswerCache cache;
  private final Selection selection;
  private final Map<Lane, Long> read = new EnumMap<>(Lane.class);
  private final Semaphore wake = new Semaphore(1);
  private final Runnable deaf;
  private final Thread thread;
  private volatile boolean closing;

  private CacheInvalidation(EventLog log, EventSignal signal, EventTags tags, AnswerCache cache) {
    this.log = log;
    this.tags = tags;
    this.cache = cache;
    this.selection = new Selection(tags.types(), "", Long.MIN_VALUE, Long.MAX_VALUE);
    Position tail = log.tail();
    EventLog.LANES.forEach(lane -> read.put(lane, tail.id(lane)));
    this.deaf = signal.listen(EventLog.LANES, wake::release);
    this.thread = Thread.ofVirtual().name("cache-invalidation").unstarted(this::loop);
  }

  /**
   * Begins with the events that come from now on, while the cache is still empty.
   *
   * @throws FailureException when the ledger cannot be read
   */
  public static CacheInvalidation start(
      EventLog log, EventSignal signal, EventTags tags, AnswerCache cache) {
    CacheInvalidation invalidation = new CacheInvalidation(log, signal, tags, cache);
    invalidation.thread.start();
    return invalidation;
  }

  @Override
  public void close() {
    closing = true;
    deaf.run();
    wake.release();
    Uninterruptibles.joinUninterruptibly(thread);
  }

  private void loop() {
    while (!closing) {
      try {
        wake.acquire();
        var _ = wake.drainPermits();
        EventLog.LANES.forEach(this::readOn);
      } catch (InterruptedException e) {
        // Nobody interrupts this thread.
      } catch (RuntimeException e) {
        LOG.warn("events that make cached answers untrue cannot be read: {}", e.getMessage());
        rest();
      }
    }
  }

  private void readOn(Lane lane) {
    for (boolean more = true; more && !closing; ) {
      EventPage page = log.read(lane, read.getOrDefault(lane, 0L), selection, PAGE);
      for (StoredEvent event : page.events()) {
        tags.of(event.envelope()).forEach(cache::invalidate);
      }
      read.put(lane, page.upTo());
      more = page.more();
    }
  }

  private void rest() {
    try {
      var _ = wake.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread.
    }
    wake.release();
  }
}
