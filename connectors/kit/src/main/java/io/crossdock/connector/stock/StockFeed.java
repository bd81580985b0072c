package io.crossdock.connector.stock;

import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.stock.StockSource.Page;
import io.crossdock.failure.FailureException;
import io.crossdock.inventory.v1.Availability;
import io.grpc.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one location's stock: one poll for all who watch it.
 *
 * <p>Asks again and again for what changed since the latest change it knows of, by the backend's
 * own clock, as long as anybody watches. When the backend fails, everybody who watches is informed
 * and the feed is over; whoever comes later begins another one. Safe for many threads.
 */
final class StockFeed {

  /** Most changed rows that wait for one reader. */
  static final int MAX_PENDING = 1000;

  // More rows or pages than any location has: a backend that never comes to an end.
  static final int MAX_ROWS = 200_000;
  private static final int MAX_PAGES = 10_000;
  // Finer than the life of a cached figure, coarse enough for an ERP.
  private static final Duration PAUSE = Duration.ofSeconds(1);
  // How far the backend's clock may be behind ours. What is older need not be asked for again.
  private static final Duration CLOCK_DOUBT = Duration.ofMinutes(10);
  // Streams that begin together go through the same pages; a few of them are alive at one time.
  private static final int SHARED_PAGES = 4;
  private static final Duration PAGE_LIFE = Duration.ofSeconds(1);

  private final StockSource source;
  private final Semaphore bulk;
  private final Set<Subscription> subscriptions = new HashSet<>();
  private final LinkedHashMap<String, SharedPage> pages = new LinkedHashMap<>();
  private final Map<String, Availability> known = new HashMap<>();
  private Runnable onEnd = () -> {};
  private Instant since = Instant.now().minus(CLOCK_DOUBT);
  private boolean over;
  private @Nullable Thread poll;

  private record SharedPage(CompletableFuture<Page> page, long at) {}

  /** A read that waits for its turn. */
  private interface Read {
    Page page() throws InterruptedException;
  }

  /**
   * @param bulk permits for bulk reads of the backend, shared by all feeds
   */
  StockFeed(StockSource source, Semaphore bulk) {
    this.source = source;
    this.bulk = bulk;
  }

  /** Begins to poll for the first who watches. */
  synchronized Subscription begin(Set<String> wanted, Runnable ended) {
    onEnd = ended;
    Subscription subscription = new Subscription(wanted);
    subscriptions.add(subscription);
    // Not a part of the call that happens to be the first: of no deadline and no cancellation.
    poll = Thread.ofVirtual().name("stock-feed").start(Context.ROOT.wrap(this::poll));
    return subscription;
  }

  /** Adds one who watches; null when the feed is over. */
  synchronized @Nullable Subscription subscribe(Set<String> wanted) {
    if (over) {
      return null;
    }
    Subscription subscription = new Subscription(wanted);
    subscriptions.add(subscription);
    return subscription;
  }

  static FailureException endless() {
    return new FailureException(
        Reason.REASON_BACKEND_ANSWER_INVALID,
        "The backend's answer cannot be understood: its stock has no end.");
  }

  static Instant asOf(Availability row) {
    return Canonical.instant(row.getAsOf());
  }

  static boolean isOlder(Availability row, Availability other) {
    return asOf(row).isBefore(asOf(other));
  }

  private void poll() {
    RuntimeException failure = null;
    try {
      while (true) {
        Thread.sleep(PAUSE);
        readChanges();
      }
    } catch (InterruptedException e) {
      // Nobody watches any more.
    } catch (RuntimeException e) {
      failure = e;
    }
    end(failure);
  }

  private void readChanges() throws InterruptedException {
    Instant from = since();
    Instant latest = from;
    String token = "";
    int read = 0;
    do {
      if (++read > MAX_PAGES) {
        throw endless();
      }
      String at = token;
      Page page = inTurn(() -> source.since(from, at));
      for (Availability row : page.rows()) {
        if (token.isEmpty() && asOf(row).isAfter(latest)) {
          // What changes from here on has a later time than all that the first page shows.
          latest = asOf(row);
        }
        offer(row);
      }
      token = page.next();
    } while (!token.isEmpty());
    advance(latest);
  }

  private Page inTurn(Read read) throws InterruptedException {
    bulk.acquire();
    try {
      return read.page();
    } finally {
      bulk.release();
    }
  }

  private synchronized Instant since() {
    return since;
  }

  // The backend will list rows of the moment itself again; older ones will not.
  private synchronized void advance(Instant latest) {
    since = latest;
    known.values().removeIf(row -> asOf(row).isBefore(latest));
  }

  private synchronized void offer(Availability row) {
    if (known.size() >= MAX_ROWS) {
      throw endless();
    }
    if (!row.equals(known.put(row.getItemId(), row))) {
      subscriptions.forEach(each -> each.offer(row));
    }
  }

  private void end(@Nullable RuntimeException failure) {
    Runnable ended;
    synchronized (this) {
      over = true;
      ended = onEnd;
      subscriptions.forEach(each -> each.fail(failure));
      subscriptions.clear();
    }
    ended.run();
  }

  private void leave(Subscription subscription) {
    boolean last;
    synchronized (this) {
      subscriptions.remove(subscription);
      last = subscriptions.isEmpty() && !over;
      if (last) {
        over = true;
        if (poll != null) {
          poll.interrupt();
        }
      }
    }
    if (last) {
      onEnd.run();
    }
  }

  /** Changes for one who watches, of each item the latest only. */
  final class Subscription implements AutoCloseable {

    private final Set<String> wanted;
    private final Map<String, Availability> pending = new LinkedHashMap<>();
    private boolean behind;
    private @Nullable RuntimeException failure;

    private Subscription(Set<String> wanted) {
      this.wanted = Set.copyOf(wanted);
    }

    boolean wants(Availability row) {
      return wanted.isEmpty() || wanted.contains(row.getItemId());
    }

    /** From when on changes may still come. */
    Instant since() {
      return StockFeed.this.since();
    }

    /**
     * Waits for changes.
     *
     * @return false when there were more than fit, and the stock must be read anew
     */
    boolean await() throws InterruptedException {
      synchronized (this) {
        while (pending.isEmpty() && !behind && failure == null) {
          wait();
        }
        if (failure != null) {
          throw failure;
        }
        boolean complete = !behind;
        behind = false;
        return complete;
      }
    }

    /** The changes that wait. */
    synchronized List<Availability> take() {
      List<Availability> taken = new ArrayList<>(pending.values());
      pending.clear();
      return taken;
    }

    /** A page of the whole stock, shared with others who read it at the same time. */
    Page page(String token) throws InterruptedException {
      return join(shared(token));
    }

    /** A page of the stock of some items. */
    Page page(List<String> itemIds, String token) throws InterruptedException {
      return inTurn(() -> source.of(itemIds, token));
    }

    private synchronized void offer(Availability row) {
      if (behind || !wants(row)) {
        return;
      }
      if (pending.size() >= MAX_PENDING && !pending.containsKey(row.getItemId())) {
        behind = true;
        pending.clear();
      } else {
        pending.put(row.getItemId(), row);
      }
      notifyAll();
    }

    private synchronized void fail(@Nullable RuntimeException cause) {
      failure = cause != null ? cause : new IllegalStateException("the feed ended");
      notifyAll();
    }

    @Override
    public void close() {
      leave(this);
    }
  }

  private CompletableFuture<Page> shared(String token) {
    synchronized (pages) {
      long now = System.nanoTime();
      pages
          .values()
          .removeIf(
              each -> now - each.at >= PAGE_LIFE.toNanos() || each.page.isCompletedExceptionally());
      SharedPage known = pages.get(token);
      if (known != null) {
        return known.page;
      }
      if (pages.size() >= SHARED_PAGES) {
        pages.pollFirstEntry();
      }
      CompletableFuture<Page> page = new CompletableFuture<>();
      pages.put(token, new SharedPage(page, now));
      Thread.ofVirtual()
          .name("stock-page")
          .start(Context.ROOT.wrap(() -> complete(page, () -> source.all(token))));
      return page;
    }
  }

  private void complete(CompletableFuture<Page> page, Read read) {
    try {
      page.complete(inTurn(read));
    } catch (InterruptedException | RuntimeException e) {
      page.completeExceptionally(e);
    }
  }

  private static Page join(CompletableFuture<Page> page) throws InterruptedException {
    try {
      return page.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
