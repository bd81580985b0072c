package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.position.Key;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The events of a delivery that were read and are not done: bounded by number and by bytes. Knows
 * the position, which is the event before the first that is not done, and what is done beyond it.
 * Safe for any thread.
 */
final class DeliveryWindow {

  private static final int MOST_EVENTS = 1024;

  private final DeliveryMemory memory;

  // Guarded by this.
  private final TreeMap<Long, Integer> unfinished = new TreeMap<>();
  private final Map<Key, Long> ahead = new HashMap<>();
  private long bytes;
  private int finishedAhead;

  DeliveryWindow(DeliveryMemory memory) {
    this.memory = memory;
  }

  synchronized void add(StoredEvent event) {
    int size = event.size();
    unfinished.put(event.id(), size);
    bytes += size;
  }

  synchronized void finish(Key key, StoredEvent event) {
    Integer size = unfinished.remove(event.id());
    bytes -= size == null ? 0 : size;
    if (!unfinished.isEmpty() && unfinished.firstKey() < event.id()) {
      ahead.merge(key, event.id(), Math::max);
      finishedAhead++;
    }
  }

  synchronized boolean hasRoom() {
    return unfinished.isEmpty() || (unfinished.size() < MOST_EVENTS && bytes < memory.share());
  }

  /** How many events it holds. */
  synchronized int count() {
    return unfinished.size();
  }

  /** How many bytes may be read now; the event that goes beyond them may be the last one. */
  synchronized long room() {
    return Math.max(1, memory.share() - bytes);
  }

  /**
   * The id up to which everything is done.
   *
   * @param read id up to which everything was added
   */
  synchronized long done(long read) {
    return unfinished.isEmpty() ? read : unfinished.firstKey() - 1;
  }

  /** How many events were finished beyond the position since {@link #takeAhead}. */
  synchronized int finishedAhead() {
    return finishedAhead;
  }

  /** The keys that are further than the position, each with its last event that is done. */
  synchronized Map<Key, Long> takeAhead(long position) {
    ahead.values().removeIf(event -> event <= position);
    Map<Key, Long> taken = Map.copyOf(ahead);
    ahead.clear();
    finishedAhead = 0;
    return taken;
  }
}
