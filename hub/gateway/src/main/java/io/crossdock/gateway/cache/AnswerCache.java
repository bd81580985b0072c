package io.crossdock.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.crossdock.gateway.freshness.AnswerFreshness;
import io.crossdock.gateway.wire.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers in memory, bounded by bytes, each with its own life, and the calls under way that will
 * bring more. Safe for any thread.
 *
 * <p>A tag leads to every answer, kept or under way, that a write to the same thing makes untrue.
 */
public final class AnswerCache {

  // Estimate of the objects around one answer: entry, key, array headers, map and tag nodes.
  private static final int OVERHEAD_BYTES = 256;

  // More than are dropped while one answer is under way, about 2 MB when full.
  private static final int RECENT_TAGS = 16_384;

  private final long maxBytes;
  private final LongSupplier clock;
  private final Cache<CacheKey, Entry> entries;
  private final ConcurrentHashMap<CacheKey, Flight> flights = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Set<CacheKey>> tagged = new ConcurrentHashMap<>();
  private final RecentInvalidations invalidations = new RecentInvalidations(RECENT_TAGS);
  private final ConcurrentHashMap<Integer, Counters> counters = new ConcurrentHashMap<>();

  /**
   * An answer that is kept.
   *
   * @param body the response as the backend gave it
   * @param tags names under which a write drops it
   * @param observedNanos when it came, on the cache's clock
   * @param lifeNanos how long it may be given again
   * @param freshness how old it was when it came
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Entry(
      byte[] body,
      List<String> tags,
      long observedNanos,
      long lifeNanos,
      AnswerFreshness freshness) {}

  /** What happened to one operation's calls and answers. */
  private static final class Counters {
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder invalidations = new LongAdder();
  }

  /**
   * How full the cache is, and what happened since the process started.
   *
   * @param maxBytes the bound
   * @param operations by number of the operation
   */
  public record Statistics(long maxBytes, Map<Integer, OperationStatistics> operations) {

    /** All operations together. */
    public OperationStatistics total() {
      return operations.values().stream()
          .reduce(OperationStatistics.NONE, OperationStatistics::plus);
    }
  }

  /**
   * The cache of one operation.
   *
   * @param entries answers kept
   * @param bytes memory they take, as the bound counts it
   * @param hits calls answered from memory
   * @param misses calls that were not
   * @param evictions answers dropped for lack of room
   * @param invalidations answers dropped by writes, events and operators
   */
  public record OperationStatistics(
      long entries, long bytes, long hits, long misses, long evictions, long invalidations) {

    private static final OperationStatistics NONE = new OperationStatistics(0, 0, 0, 0, 0, 0);

    private OperationStatistics plus(OperationStatistics other) {
      return new OperationStatistics(
          entries + other.entries,
          bytes + other.bytes,
          hits + other.hits,
          misses + other.misses,
          evictions + other.evictions,
          invalidations + other.invalidations);
    }
  }

  /**
   * @param maxBytes bound of all answers and their keys, bytes
   * @param clock nanoseconds of a clock that never goes back
   */
  public AnswerCache(long maxBytes, LongSupplier clock) {
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.entries =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher(AnswerCache::weigh)
            .expireAfter(
                Expiry.<CacheKey, Entry>writing(
                    (key, entry) -> Duration.ofNanos(entry.lifeNanos())))
            .ticker(clock::getAsLong)
            // On the caller's thread: a little work now and then instead of a thread hand-off.
            .executor(Runnable::run)
            .evictionListener((@Nullable CacheKey key, @Nullable Entry _, RemovalCause cause) -> {
              if (key != null && cause == RemovalCause.SIZE) {
                countersOf(key.operation()).evictions.increment();
              }
            })
            .removalListener(
                (@Nullable CacheKey key, @Nullable Entry entry, RemovalCause cause) -> {
                  if (key != null && entry != null && cause != RemovalCause.REPLACED) {
                    untag(key, entry.tags());
                  }
                })
            .build();
  }

  /** Moment before a backend is asked, for the flight that will bring the answer. */
  long begin() {
    return invalidations.now();
  }

  /** Nanoseconds of the cache's clock. */
  long now() {
    return clock.getAsLong();
  }

  /** The answer under a key, while it lives. */
  @Nullable Entry find(CacheKey key) {
    return entries.getIfPresent(key);
  }

  /** Counts a call that was answered from memory, or that was not. */
  void count(int operation, boolean hit) {
    Counters of = countersOf(operation);
    (hit ? of.hits : of.misses).increment();
  }

  /**
   * Joins the call that is under way for a key, or begins one.
   *
   * @param own what to begin with when there is none
   * @return {@code own} when it is the leader now
   */
  Flight joinOrLead(Flight own) {
    for (Flight other = flights.putIfAbsent(own.key(), own);
        other != null;
        other = flights.putIfAbsent(own.key(), own)) {
      if (other.join()) {
        return other;
      }
      // Everybody has left it and it is about to end.
      flights.remove(own.key(), other);
    }
    for (String tag : own.tags()) {
      tag(tag, own.key());
    }
    return own;
  }

  /**
   * Ends a flight and keeps its answer, unless a write was faster.
   *
   * @param answer the answer with its stamp; null keeps none
   * @param answerTags tags that the answer says, beside those of the request
   */
  void complete(Flight flight, @Nullable Payload answer, List<String> answerTags, long lifeNanos) {
    if (answer != null) {
      if (!answerTags.isEmpty() && !flight.isInvalidated()) {
        flight.add(answerTags);
        for (String tag : answerTags) {
          tag(tag, flight.key());
        }
      }
      Entry entry =
          new Entry(
              answer.body(),
              flight.tags(),
              now(),
              lifeNanos,
              AnswerFreshness.ofStamp(answer.tail()));
      // Within the map's own step: a write either marks the flight or notes the tag before, or
      // drops the answer after.
      entries
          .asMap()
          .compute(flight.key(), (key, known) -> isInvalidated(flight, answerTags) ? known : entry);
    }
    if (flights.remove(flight.key(), flight) && !entries.asMap().containsKey(flight.key())) {
      // Nothing was kept, or it was dropped at once for lack of room.
      untag(flight.key(), flight.tags());
    } else if (flight.isInvalidated()) {
      untag(flight.key(), answerTags);
    }
  }

  private boolean isInvalidated(Flight flight, List<String> answerTags) {
    if (!answerTags.isEmpty() && invalidations.anySince(flight.begun(), answerTags)) {
      flight.invalidate();
    }
    return flight.isInvalidated();
  }

  /**
   * Drops every answer under a tag, also those under way.
   *
   * @return how many answers were dropped
   */
  public int invalidate(String tag) {
    invalidations.add(tag);
    Set<CacheKey> keys = tagged.get(tag);
    if (keys == null) {
      return 0;
    }
    int dropped = 0;
    for (CacheKey key : new ArrayList<>(keys)) {
      dropped += drop(key);
    }
    return dropped;
  }

  /**
   * Drops all answers, also those under way.
   *
   * @return how many answers were dropped
   */
  public int invalidateAll() {
    int dropped = 0;
    for (CacheKey key : new ArrayList<>(flights.keySet())) {
      dropped += drop(key);
    }
    for (CacheKey key : new ArrayList<>(entries.asMap().keySet())) {
      dropped += drop(key);
    }
    return dropped;
  }

  /**
   * How full the cache is, and what happened. Walks over every entry: for people, not for a call.
   */
  public Statistics statistics() {
    entries.cleanUp();
    Map<Integer, long[]> kept = new HashMap<>();
    entries
        .asMap()
        .forEach((key, entry) -> {
          long[] sums = kept.computeIfAbsent(key.operation(), absent -> new long[2]);
          sums[0]++;
          sums[1] += weigh(key, entry);
        });
    Map<Integer, OperationStatistics> operations = new TreeMap<>();
    counters.forEach((operation, of) -> {
      long[] sums = kept.getOrDefault(operation, new long[2]);
      operations.put(
          operation,
          new OperationStatistics(
              sums[0],
              sums[1],
              of.hits.sum(),
              of.misses.sum(),
              of.evictions.sum(),
              of.invalidations.sum()));
    });
    return new Statistics(maxBytes, operations);
  }

  /** Number of tags that lead to an answer; none when nothing is kept or under way. */
  int tags() {
    return tagged.size();
  }

  private Counters countersOf(int operation) {
    return counters.computeIfAbsent(operation, absent -> new Counters());
  }

  private int drop(CacheKey key) {
    // The flight first: an answer that comes afterwards sees that it was invalidated.
    Flight flight = flights.get(key);
    if (flight != null) {
      flight.invalidate();
      flights.remove(key, flight);
    }
    boolean kept = entries.asMap().remove(key) != null;
    if (!kept && flight != null) {
      untag(key, flight.tags());
    }
    if (kept) {
      countersOf(key.operation()).invalidations.increment();
    }
    return kept ? 1 : 0;
  }

  private void tag(String tag, CacheKey key) {
    tagged.compute(
        tag,
        (name, keys) -> {
          Set<CacheKey> all = keys == null ? ConcurrentHashMap.newKeySet(1) : keys;
          all.add(key);
          return all;
        });
  }

  private void untag(CacheKey key, List<String> tags) {
    for (String tag : tags) {
      tagged.computeIfPresent(
          tag,
          (name, keys) -> {
            // A later flight for the same key, or its answer, still needs the tag. The flight is
            // looked
            // for first because it ends only after its answer is kept.
            if (!flights.containsKey(key) && !entries.asMap().containsKey(key)) {
              keys.remove(key);
            }
            return keys.isEmpty() ? null : keys;
          });
    }
  }

  private static int weigh(CacheKey key, Entry entry) {
    int tags = 0;
    for (String tag : entry.tags()) {
      tags += tag.length();
    }
    return OVERHEAD_BYTES + key.size() + entry.body().length + tags;
  }
}
