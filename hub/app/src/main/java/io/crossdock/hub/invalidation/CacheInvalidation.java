package io.crossdock.hub.invalidation;

import io.crossdock.failure.FailureException;
import io.crossdock.gateway.cache.AnswerCache;
import io.crossdock.ledger.event.CheckedEvent;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops from this node's cache what events make untrue: for an event that this node writes before
 * its publisher is answered, for those of other nodes when they are read from the ledger. Every
 * node reads the ledger for itself, so that it works whoever published and however events are
 * delivered; while the ledger cannot be read, answers live as long as their contract lets them, and
 * it catches up afterwards.
 */
public final class CacheInvalidation implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CacheInvalidation.class);
  private static final int PAGE = 500;

  private final EventLog log;
  private final EventTags tags;
  private final AnswerCache cache;
  private final Selection selection;
  private final Map<Lane, Long> read = new EnumMap<>(Lane.class);
  private final BackgroundLoop loop = BackgroundLoop.of("cache-invalidation", this::step);
  private final Runnable observation;
  private final Runnable subscription;

  private CacheInvalidation(EventLog log, EventSignal signal, EventTags tags, AnswerCache cache) {
    this.log = log;
    this.tags = tags;
    this.cache = cache;
    this.selection = new Selection(tags.types(), "", Long.MIN_VALUE, Long.MAX_VALUE);
    Position tail = log.tail();
    EventLog.LANES.forEach(lane -> read.put(lane, tail.id(lane)));
    this.observation = log.observe(this::written);
    this.subscription = signal.listen(EventLog.LANES, loop::wake);
  }

  /**
   * Begins with the events that come from now on, while the cache is still empty.
   *
   * @throws FailureException when the ledger cannot be read
   */
  public static CacheInvalidation start(
      EventLog log, EventSignal signal, EventTags tags, AnswerCache cache) {
    CacheInvalidation invalidation = new CacheInvalidation(log, signal, tags, cache);
    invalidation.loop.start();
    return invalidation;
  }

  @Override
  public void close() {
    observation.run();
    subscription.run();
    loop.close();
  }

  private void written(CheckedEvent event) {
    try {
      tags.of(event).forEach(cache::invalidate);
    } catch (RuntimeException e) {
      // The writer must go on; the event is read once more from the ledger.
      LOG.atWarn().setCause(e).log("cached answers were not dropped with an event");
    }
  }

  private Duration step() {
    EventLog.LANES.forEach(this::readOn);
    return BackgroundLoop.UNTIL_WOKEN;
  }

  private void readOn(Lane lane) {
    for (boolean more = true; more && !loop.isStopping(); ) {
      EventPage page = log.read(lane, read.getOrDefault(lane, 0L), selection, PAGE);
      for (StoredEvent event : page.events()) {
        if (event.intact()) {
          tags.of(event.envelope()).forEach(cache::invalidate);
        } else {
          // Nobody knows what it would have dropped.
          var _ = cache.invalidateAll();
        }
      }
      read.put(lane, page.upTo());
      more = page.more();
    }
  }
}
