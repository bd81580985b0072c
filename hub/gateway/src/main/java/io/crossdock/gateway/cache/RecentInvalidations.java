package io.crossdock.gateway.cache;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tags that were dropped lately.
 *
 * <p>Some tags of an answer are known only when it comes. A write that dropped one of them while
 * the answer was under way could not find it, so the answer looks here whether it is out of date
 * already. Bounded: when tags are dropped faster than answers come, an answer counts as out of
 * date. Safe for any thread.
 */
final class RecentInvalidations {

  private final int maxTags;
  private final LinkedHashMap<String, Long> dropped = new LinkedHashMap<>();
  private long last;
  private long forgotten;

  RecentInvalidations(int maxTags) {
    this.maxTags = maxTags;
  }

  /** A moment to ask about later. */
  synchronized long now() {
    return last;
  }

  /** Notes that a tag is dropped. */
  synchronized void add(String tag) {
    dropped.remove(tag);
    dropped.put(tag, ++last);
    if (dropped.size() > maxTags) {
      Map.Entry<String, Long> eldest = dropped.pollFirstEntry();
      forgotten = eldest == null ? last : eldest.getValue();
    }
  }

  /** Whether one of the tags was dropped after a moment, or may have been. */
  synchronized boolean anySince(long moment, List<String> tags) {
    return moment < forgotten
        || tags.stream().anyMatch(tag -> dropped.getOrDefault(tag, 0L) > moment);
  }
}
