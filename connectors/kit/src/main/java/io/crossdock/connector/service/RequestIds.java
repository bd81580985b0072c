package io.crossdock.connector.service;

import com.google.protobuf.ByteString;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a write is done once per request id: a repeated one gets the first one's answer,
 * waiting for it if need be; the same id with another body is refused.
 *
 * <p>An answer is remembered when it is final: the write was done, or the backend refused it for a
 * reason of the business. After anything else, such as a timeout, the next arrival does the work
 * again, and the backend knows it by the same id.
 *
 * <p>Bounded by number, bytes and age; the oldest answers go first. Safe for many threads.
 */
final class RequestIds {

  private final int maxEntries;
  private final long maxBytes;
  private final long ttlNanos;
  private final LongSupplier clock;
  private final Map<String, Running> running = new HashMap<>();
  private final LinkedHashMap<String, Done> done = new LinkedHashMap<>();
  private long bytes;

  /** The work behind a request id; its result is the answer's bytes. */
  interface Work {
    ByteString run() throws InterruptedException;
  }

  private record Running(ByteString fingerprint, CountDownLatch over) {}

  private record Done(
      ByteString fingerprint, @Nullable ByteString answer, @Nullable Failure refusal, long at) {

    // An entry without its answer takes about this much.
    long size() {
      return 500L + (answer == null ? 0 : answer.size());
    }

    ByteString replay() {
      if (answer != null) {
        return answer;
      }
      if (refusal == null) {
        throw new IllegalStateException("neither answer nor refusal");
      }
      throw new FailureException(refusal);
    }
  }

  /**
   * @param maxBytes most bytes of all answers
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  RequestIds(int maxEntries, long maxBytes, Duration ttl, LongSupplier clock) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
    this.ttlNanos = ttl.toNanos();
    this.clock = clock;
  }

  /**
   * Does the work unless it was done for this id before.
   *
   * @param fingerprint what the same request always has and another never
   * @throws FailureException what the work failed with, or {@code REQUEST_ID_REUSED}
   */
  ByteString once(String requestId, ByteString fingerprint, Work work) throws InterruptedException {
    while (true) {
      Running mine = new Running(fingerprint, new CountDownLatch(1));
      Running other;
      synchronized (this) {
        Done known = known(requestId);
        if (known != null) {
          refuseAnother(fingerprint, known.fingerprint);
          return known.replay();
        }
        other = running.putIfAbsent(requestId, mine);
      }
      if (other == null) {
        return first(requestId, mine, work);
      }
      refuseAnother(fingerprint, other.fingerprint);
      other.over.await();
    }
  }

  private ByteString first(String requestId, Running mine, Work work) throws InterruptedException {
    Done result = null;
    try {
      ByteString answer = work.run();
      result = new Done(mine.fingerprint, answer, null, clock.getAsLong());
      return answer;
    } catch (FailureException e) {
      if (isFinal(e.failure())) {
        result = new Done(mine.fingerprint, null, e.failure(), clock.getAsLong());
      }
      throw e;
    } finally {
      synchronized (this) {
        running.remove(requestId);
        if (result != null) {
          remember(requestId, result);
        }
      }
      mine.over.countDown();
    }
  }

  private void remember(String requestId, Done result) {
    forget(done.remove(requestId));
    done.put(requestId, result);
    bytes += result.size();
    forgetTheOldest();
  }

  private void forget(@Nullable Done gone) {
    if (gone != null) {
      bytes -= gone.size();
    }
  }

  private @Nullable Done known(String requestId) {
    Done known = done.get(requestId);
    if (known != null && clock.getAsLong() - known.at >= ttlNanos) {
      forget(done.remove(requestId));
      return null;
    }
    return known;
  }

  private void forgetTheOldest() {
    long now = clock.getAsLong();
    Iterator<Done> oldest = done.values().iterator();
    while (oldest.hasNext()) {
      Done next = oldest.next();
      if (done.size() <= maxEntries && bytes <= maxBytes && now - next.at < ttlNanos) {
        return;
      }
      oldest.remove();
      forget(next);
    }
  }

  /** Whether the backend has spoken: the same question would get the same answer. */
  private static boolean isFinal(Failure failure) {
    if (failure.reason() == Reason.REASON_REQUEST_ID_REUSED) {
      // The id belongs to the request that the backend knows, not to this one.
      return false;
    }
    return switch (failure.code()) {
      case FAILED_PRECONDITION, NOT_FOUND, ALREADY_EXISTS -> true;
      default -> false;
    };
  }

  private static void refuseAnother(ByteString mine, ByteString known) {
    if (!mine.equals(known)) {
      throw Canonical.requestIdReused();
    }
  }
}
