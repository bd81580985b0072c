package io.crossdock.connector.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.service.ContractService.Answers;
import io.crossdock.failure.FailureException;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.WatchAvailabilityResponse;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StockWatchesTest {

  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

  private final Stock stock = new Stock();
  private final StockWatches watches = new StockWatches("erp");
  private final List<Reader> readers = new ArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    for (Reader reader : readers) {
      reader.thread.interrupt();
      reader.thread.join();
    }
  }

  @Test
  void beginsWithTheStockAndTellsEachChangeOnce() throws InterruptedException {
    stock.put("A", 1, LONG_AGO);
    stock.put("B", 2, LONG_AGO);
    Reader reader = watch();
    assertThat(reader.next()).isEqualTo("A=1");
    assertThat(reader.next()).isEqualTo("B=2");

    stock.put("A", 5, Instant.now());
    assertThat(reader.next()).isEqualTo("A=5");
    int polls = stock.polls.get();
    stock.awaitPolls(polls + 2);
    stock.put("B", 6, Instant.now());

    assertThat(reader.next()).isEqualTo("B=6");
  }

  @Test
  void tellsOfTheItemsThatWereAskedForOnly() throws InterruptedException {
    stock.put("A", 1, LONG_AGO);
    stock.put("B", 2, LONG_AGO);
    Reader reader = watch("B");
    assertThat(reader.next()).isEqualTo("B=2");

    stock.put("A", 5, Instant.now());
    stock.put("B", 6, Instant.now());

    assertThat(reader.next()).isEqualTo("B=6");
  }

  @Test
  void manyStreamsShareOnePollAndThePagesTheyBeginWith() throws InterruptedException {
    for (int i = 0; i < 50; i++) {
      stock.put("I" + i, i, LONG_AGO);
    }
    stock.gate = new CountDownLatch(1);

    for (int i = 0; i < 20; i++) {
      watch();
    }
    stock.awaitWaiting(1);
    stock.gate.countDown();
    for (Reader reader : readers) {
      for (int i = 0; i < 50; i++) {
        reader.next();
      }
    }
    stock.put("I7", 100, Instant.now());
    for (Reader reader : readers) {
      assertThat(reader.next()).isEqualTo("I7=100");
    }

    // Pages of ten rows: five calls serve all, and a few more where streams drifted apart.
    assertThat(stock.reads.get()).isLessThan(40);
    assertThat(stock.polls.get()).isLessThan(20);
    assertThat(stock.mostAtOnce.get()).isLessThanOrEqualTo(StockWatches.MAX_BULK_READS);
  }

  @Test
  void aSlowReaderHoldsUpNobodyAndGetsTheStockAnewWhenItReadsOn() throws InterruptedException {
    stock.put("A", 1, LONG_AGO);
    Reader slow = watch();
    slow.next();
    Reader quick = watch();
    quick.next();
    slow.block();
    stock.put("A", 2, Instant.now());
    slow.awaitBlocked();
    assertThat(quick.next()).isEqualTo("A=2");

    // More changes than are kept for one reader.
    for (int i = 0; i <= StockFeed.MAX_PENDING; i++) {
      stock.put("I" + i, i, Instant.now());
    }
    for (int i = 0; i <= StockFeed.MAX_PENDING; i++) {
      quick.next();
    }
    slow.unblock();

    assertThat(slow.next()).isEqualTo("A=2");
    List<String> anew = new ArrayList<>();
    for (int i = 0; i < StockFeed.MAX_PENDING + 2; i++) {
      anew.add(slow.next());
    }
    assertThat(anew).contains("A=2", "I0=0", "I" + StockFeed.MAX_PENDING + "=1000");
  }

  @Test
  void stopsAskingWhenNobodyWatches() throws InterruptedException {
    stock.put("A", 1, LONG_AGO);
    Reader reader = watch();
    reader.next();
    reader.thread.interrupt();
    reader.thread.join();

    stock.put("A", 2, Instant.now());
    Reader later = watch();

    assertThat(later.next()).isEqualTo("A=2");
    stock.put("A", 3, Instant.now());
    assertThat(later.next()).isEqualTo("A=3");
    assertThat(stock.pollers).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void endsEveryStreamWithTheBackendsFailureAndBeginsAnewForTheNext() throws InterruptedException {
    stock.put("A", 1, LONG_AGO);
    Reader reader = watch();
    reader.next();

    stock.failure.set(new FailureException(Reason.REASON_BACKEND_UNAVAILABLE, "down"));
    reader.thread.join();
    stock.failure.set(null);

    assertThat(reader.ended.get()).isInstanceOf(FailureException.class);
    assertThat(watch().next()).isEqualTo("A=1");
  }

  private Reader watch(String... items) {
    Reader reader = new Reader(List.of(items));
    readers.add(reader);
    return reader;
  }

  private final class Reader implements Answers<WatchAvailabilityResponse> {

    final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    final AtomicReference<Throwable> ended = new AtomicReference<>();
    final Thread thread;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private final CountDownLatch blocked = new CountDownLatch(1);

    Reader(List<String> items) {
      thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  watches.serve("L", stock, items, this);
                } catch (InterruptedException | RuntimeException e) {
                  ended.set(e);
                }
              });
    }

    @Override
    public void send(WatchAvailabilityResponse answer) throws InterruptedException {
      if (gate.getCount() > 0) {
        blocked.countDown();
        gate.await();
      }
      Availability row = answer.getAvailability();
      received.add(row.getItemId() + "=" + row.getOnHand().getValue().getValue());
    }

    void block() {
      gate = new CountDownLatch(1);
    }

    void awaitBlocked() throws InterruptedException {
      blocked.await();
    }

    void unblock() {
      gate.countDown();
    }

    String next() throws InterruptedException {
      String row = received.poll(30, TimeUnit.SECONDS);
      assertThat(row).as("a row").isNotNull();
      return row;
    }
  }

  /** A backend with pages of ten rows. */
  private static final class Stock implements StockSource {

    private static final int PAGE = 10;

    final Map<String, Availability> rows = new ConcurrentSkipListMap<>();
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger polls = new AtomicInteger();
    final AtomicInteger atOnce = new AtomicInteger();
    final AtomicInteger mostAtOnce = new AtomicInteger();
    final java.util.Set<Thread> pollers = java.util.concurrent.ConcurrentHashMap.newKeySet();
    final AtomicReference<FailureException> failure = new AtomicReference<>();
    volatile CountDownLatch gate = new CountDownLatch(0);

    void put(String item, int onHand, Instant asOf) {
      rows.put(
          item,
          Availability.newBuilder()
              .setItemId(item)
              .setOnHand(Canonical.quantity(BigDecimal.valueOf(onHand), ""))
              .setAsOf(Canonical.timestamp(asOf))
              .build());
    }

    void awaitPolls(int count) throws InterruptedException {
      while (polls.get() < count) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }

    void awaitWaiting(int count) throws InterruptedException {
      while (atOnce.get() < count) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }

    @Override
    public Page all(String pageToken) throws InterruptedException {
      reads.incrementAndGet();
      return page(new ArrayList<>(rows.values()), pageToken);
    }

    @Override
    public Page of(List<String> itemIds, String pageToken) throws InterruptedException {
      reads.incrementAndGet();
      return page(
          rows.values().stream().filter(row -> itemIds.contains(row.getItemId())).toList(),
          pageToken);
    }

    @Override
    public Page since(Instant moment, String pageToken) throws InterruptedException {
      if (pageToken.isEmpty()) {
        polls.incrementAndGet();
        pollers.add(Thread.currentThread());
      }
      FailureException broken = failure.get();
      if (broken != null) {
        throw broken;
      }
      return page(
          rows.values().stream().filter(row -> !StockFeed.asOf(row).isBefore(moment)).toList(),
          pageToken);
    }

    private Page page(List<Availability> all, String token) throws InterruptedException {
      int now = atOnce.incrementAndGet();
      mostAtOnce.accumulateAndGet(now, Math::max);
      try {
        gate.await();
        int from = token.isEmpty() ? 0 : Integer.parseInt(token);
        int to = Math.min(from + PAGE, all.size());
        return new Page(all.subList(from, to), to < all.size() ? Integer.toString(to) : "");
      } finally {
        atOnce.decrementAndGet();
      }
    }
  }
}
