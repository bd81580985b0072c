package io.crossdock.gateway.cache;

import io.crossdock.gateway.pipeline.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One exchange with a backend on behalf of everyone who asks the same meanwhile. Safe for any
 * thread.
 *
 * <p>Ends with the exchange's outcome; with null when the outcome is no answer to those who joined,
 * so that they ask again.
 */
final class Flight {

  private final CacheKey key;
  private final long begun;
  private volatile List<String> tags;
  private final CompletableFuture<@Nullable Outcome> completion = new CompletableFuture<>();
  // The leader is one of them. Zero is final: the exchange is cancelled and nobody can join.
  private final AtomicInteger waiting = new AtomicInteger(1);
  // Written before anybody can leave last.
  private Runnable abandoned = () -> {};
  private volatile boolean invalidated;

  /**
   * @param tags the tags that the request says
   * @param begun moment of {@link RecentInvalidations} before the backend was asked
   */
  Flight(CacheKey key, List<String> tags, long begun) {
    this.key = key;
    this.tags = tags;
    this.begun = begun;
  }

  CacheKey key() {
    return key;
  }

  List<String> tags() {
    return tags;
  }

  /** Adds the tags that the answer says. */
  void add(List<String> answerTags) {
    tags = Stream.concat(tags.stream(), answerTags.stream()).distinct().toList();
  }

  long begun() {
    return begun;
  }

  CompletableFuture<@Nullable Outcome> completion() {
    return completion;
  }

  /** Joins those who wait; false when the last of them has left. */
  boolean join() {
    return waiting.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  /** Sets what runs, on any thread, when the last of those who wait has left. */
  void whenAbandoned(Runnable action) {
    abandoned = action;
  }

  /** Stops waiting. */
  void leave() {
    if (waiting.decrementAndGet() == 0) {
      abandoned.run();
    }
  }

  /** Notes that a write has dropped the answer before it came. */
  void invalidate() {
    invalidated = true;
  }

  /** Whether a write has dropped the answer before it came: it must not be stored. */
  boolean isInvalidated() {
    return invalidated;
  }
}
