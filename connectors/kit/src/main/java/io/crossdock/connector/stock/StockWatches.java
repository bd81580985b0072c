package io.crossdock.connector.stock;

import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.service.ContractService.Answers;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.WatchAvailabilityResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * The streams of stock of a connector whose backend must be asked for what has changed.
 *
 * <p>Each stream begins with the stock as it is, then carries every change. One poll per location
 * serves all streams that watch it, and streams that begin together share the pages they begin
 * with. A stream whose reader is slow holds at most {@value StockFeed#MAX_PENDING} changed rows;
 * when there are more it begins again with the stock as it is. Bulk reads of all streams together
 * take at most {@value #MAX_BULK_READS} calls to the backend at one time, so that they never crowd
 * out the calls of a till.
 *
 * <p>Safe for many threads.
 */
public final class StockWatches {

  /** Most bulk reads of all streams at one time. */
  static final int MAX_BULK_READS = 2;

  /** Most streams at one time. */
  static final int MAX_STREAMS = 1000;

  private static final Duration COME_BACK = Duration.ofSeconds(5);

  private final Semaphore bulk = new Semaphore(MAX_BULK_READS, true);
  private final Semaphore streams = new Semaphore(MAX_STREAMS);
  private final Map<String, StockFeed> feeds = new HashMap<>();
  private final Freshness freshness;

  /**
   * @param system the source system that answers name
   */
  public StockWatches(String system) {
    this.freshness = Freshness.newBuilder().setSourceSystem(system).build();
  }

  /**
   * Serves one stream until its call ends.
   *
   * @param location the location that is watched
   * @param source its stock; the first stream's is used for all of them
   * @param itemIds items to watch; empty means all
   * @throws FailureException when the backend fails, or there are too many streams
   */
  public void serve(
      String location,
      StockSource source,
      List<String> itemIds,
      Answers<WatchAvailabilityResponse> answers)
      throws InterruptedException {
    if (!streams.tryAcquire()) {
      throw new FailureException(
          Failure.of(Reason.REASON_BACKEND_BUSY, "Too many streams watch stock already.")
              .withRetryAfter(COME_BACK));
    }
    try (StockFeed.Subscription changes = subscribe(location, source, itemIds)) {
      while (true) {
        Sent sent = new Sent(answers);
        begin(changes, itemIds, sent);
        // Ends when the reader fell behind: then all begins again.
        while (changes.await()) {
          for (Availability row : changes.take()) {
            sent.send(row);
          }
          sent.forgetBefore(changes.since());
        }
      }
    } finally {
      streams.release();
    }
  }

  private void begin(StockFeed.Subscription changes, List<String> itemIds, Sent sent)
      throws InterruptedException {
    String token = "";
    do {
      StockSource.Page page =
          itemIds.isEmpty() ? changes.page(token) : changes.page(itemIds, token);
      for (Availability row : page.rows()) {
        if (changes.wants(row)) {
          sent.send(row);
        }
      }
      sent.forgetBefore(changes.since());
      token = page.next();
    } while (!token.isEmpty());
  }

  private StockFeed.Subscription subscribe(
      String location, StockSource source, List<String> itemIds) {
    Set<String> wanted = new HashSet<>(itemIds);
    synchronized (feeds) {
      StockFeed feed = feeds.get(location);
      StockFeed.Subscription subscription = feed == null ? null : feed.subscribe(wanted);
      if (subscription == null) {
        feed = new StockFeed(source, bulk);
        feeds.put(location, feed);
        StockFeed begun = feed;
        subscription = begun.begin(wanted, () -> forget(location, begun));
      }
      return subscription;
    }
  }

  private void forget(String location, StockFeed feed) {
    synchronized (feeds) {
      feeds.remove(location, feed);
    }
  }

  /** What one stream has sent lately, so that it says nothing twice and nothing older. */
  private final class Sent {

    private final Answers<WatchAvailabilityResponse> answers;
    private final Map<String, Availability> recent = new HashMap<>();

    Sent(Answers<WatchAvailabilityResponse> answers) {
      this.answers = answers;
    }

    void send(Availability row) throws InterruptedException {
      Availability before = recent.get(row.getItemId());
      if (before != null && (before.equals(row) || StockFeed.isOlder(row, before))) {
        return;
      }
      if (recent.size() >= StockFeed.MAX_ROWS) {
        throw StockFeed.endless();
      }
      recent.put(row.getItemId(), row);
      answers.send(
          WatchAvailabilityResponse.newBuilder()
              .setAvailability(row)
              .setFreshness(freshness)
              .build());
    }

    /** The feed no longer reports changes from before this moment. */
    void forgetBefore(Instant moment) {
      recent.values().removeIf(row -> StockFeed.asOf(row).isBefore(moment));
    }
  }
}
