package io.crossdock.gateway.validation;

import io.crossdock.gateway.pipeline.Verdict;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks requests away from the event loops, a few at a time and in the order in which they came.
 *
 * <p>As many may wait as calls are open; one whose call has ended is not checked any more. Safe for
 * any thread.
 */
final class LargeRequests {

  private static final long IDLE_SECONDS = 30;

  private final ThreadPoolExecutor threads;

  /**
   * @param most how many requests are checked at the same time
   */
  LargeRequests(int most) {
    this.threads =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("validation-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** One request that is being checked, or waits for it. */
  static final class Check implements Runnable {

    private volatile @Nullable Supplier<Verdict> check;
    private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();

    private Check(Supplier<Verdict> check) {
      this.check = check;
    }

    /** Completes with what the check says, or with what it throws. */
    CompletableFuture<Verdict> verdict() {
      return verdict;
    }

    /** Nobody waits for the verdict any more. */
    void drop() {
      // It stays in the queue, from which it could only be taken by a search, but holds nothing.
      check = null;
    }

    @Override
    public void run() {
      Supplier<Verdict> wanted = check;
      if (wanted == null) {
        return;
      }
      try {
        verdict.complete(wanted.get());
      } catch (RuntimeException e) {
        verdict.completeExceptionally(e);
      } catch (Error e) {
        verdict.completeExceptionally(e);
        throw e;
      }
    }
  }

  /** Begins a check. */
  Check begin(Supplier<Verdict> check) {
    Check begun = new Check(check);
    threads.execute(begun);
    return begun;
  }
}
