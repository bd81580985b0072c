package io.crossdock.gateway.cache;

import io.crossdock.gateway.pipeline.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One call to a backend on behalf of everyone who asks the same meanwhile.
 *
 * <p>Ends with the leader's outcome; with null when the leader gave up, so that one of those who
 * wait takes over.
 */
final class Flight {

  private final CacheKey key;
  private final long begun;
  private volatile List<String> tags;
  private final CompletableFuture<@Nullable Outcome> landed = new CompletableFuture<>();
  private volatile boolean overtaken;

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

  CompletableFuture<@Nullable Outcome> landed() {
    return landed;
  }

  /** Notes that a write has dropped the answer before it came. */
  void overtake() {
    overtaken = true;
  }

  /** Whether a write has dropped the answer before it came: it must not be kept. */
  boolean isOvertaken() {
    return overtaken;
  }
}
