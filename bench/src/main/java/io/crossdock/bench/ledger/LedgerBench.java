package io.crossdock.bench.ledger;

import com.google.protobuf.Any;
import com.google.protobuf.util.Timestamps;
import com.google.type.Date;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PostingCompleted;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Consumers;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.consumer.Hospital;
import io.crossdock.ledger.consumer.RetryPolicy;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.PostgresDatabase;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the ledger beside the bare driver with the same tables. */
@Command(
    name = "bench/ledger.sh",
    mixinStandardHelpOptions = true,
    description = {
      "Measures durable appends of 256-byte events (64 writers) beside bare JDBC with the same",
      "rows, one transaction each and in batches; the time from append to consumer at a fixed",
      "rate; and the rate of a replay."
    })
public final class LedgerBench implements Callable<Integer> {

  private static final int WRITERS = 64;
  private static final int KEYS = 1_000;

  @Option(
      names = "--postgres",
      paramLabel = "URL",
      description = "JDBC address of an empty PostgreSQL database (default: SQLite).")
  private String postgres = "";

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How long each part runs (default: 5).")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Events per second for the time from append to consumer (default: 1000).")
  private int rate;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "500000",
      description = "Events in the log that is replayed (default: 500000).")
  private int events;

  private LedgerBench() {}

  /** Runs the benchmark. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new LedgerBench()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path directory = Files.createTempDirectory("crossdock-ledger-bench");
    try (Store store = Store.open(database(directory.resolve("ledger")), 2);
        Database other = database(directory.resolve("bare"))) {
      other.prepare();
      EventLog log = new EventLog(store, EventCatalogue.ofBuild(), Clock.systemUTC());
      tell(store.engine() + ", processors: " + Runtime.getRuntime().availableProcessors());
      var _ = appends(log, 1);
      BareRows bare = new BareRows(other, sample());
      for (int round = 1; round <= 3; round++) {
        double ledger = appends(log, seconds);
        double each = bare.oneByOne(seconds);
        double batched = bare.batched(seconds);
        tell(
            String.format(
                Locale.ROOT,
                "round %d: appends %.0f/s; bare one by one %.0f/s (%.2f times that); bare batched"
                    + " %.0f/s (%.2f times that)",
                round,
                ledger,
                each,
                ledger / each,
                batched,
                ledger / batched));
      }
      arrivals(store, log);
      replay(log);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
    return 0;
  }

  private Database database(Path directory) {
    return postgres.isEmpty()
        ? new SqliteDatabase(directory)
        : new PostgresDatabase(postgres, "", "");
  }

  private static double appends(EventLog log, int seconds) throws InterruptedException {
    AtomicLong count = new AtomicLong();
    long begin = System.nanoTime();
    long end = begin + TimeUnit.SECONDS.toNanos(seconds);
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        writers.execute(() -> {
          for (int i = 0; System.nanoTime() < end; i++) {
            var _ = log.append(List.of(event((writer * 31 + i) % KEYS)));
            count.incrementAndGet();
          }
        });
      }
    }
    return count.get() * 1e9 / (System.nanoTime() - begin);
  }

  private void arrivals(Store store, EventLog log) throws InterruptedException {
    Histogram micros = new ConcurrentHistogram(3);
    int count = rate * seconds;
    CountDownLatch arrived = new CountDownLatch(count);
    try (EventSignal signal = EventSignal.start(log, Duration.ofMillis(100));
        Consumers consumers =
            new Consumers(
                store,
                log,
                signal,
                new Hospital(store, log.catalogue(), Clock.systemUTC()),
                Clock.systemUTC(),
                UUID.randomUUID().toString(),
                Consumers.LEASE);
        ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      Effect.Outward effect =
          event -> {
            long at = Long.parseLong(event.envelope().getCausationId());
            micros.recordValue(Math.max(0, (System.nanoTime() - at) / 1_000));
            arrived.countDown();
          };
      consumers.start(
          new Consumer(
              "bench",
              Set.of(),
              Set.of(Lane.LANE_FINANCIAL),
              log.tail(),
              effect,
              RetryPolicy.USUAL,
              16));
      long begin = System.nanoTime();
      for (int i = 0; i < count; i++) {
        long due = begin + i * 1_000_000_000L / rate;
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        EventEnvelope event =
            event(i % KEYS).toBuilder().setCausationId(Long.toString(due)).build();
        writers.execute(() -> log.append(List.of(event)));
      }
      boolean all = arrived.await(60, TimeUnit.SECONDS);
      tell(
          String.format(
              Locale.ROOT,
              "append to consumer at %d/s: p50 %.1f ms, p99 %.1f ms, most %.1f ms%s",
              rate,
              micros.getValueAtPercentile(50) / 1e3,
              micros.getValueAtPercentile(99) / 1e3,
              micros.getMaxValue() / 1e3,
              all ? "" : " (not all arrived)"));
    }
  }

  private void replay(EventLog log) {
    List<EventEnvelope> batch = new ArrayList<>();
    while (log.newest() < events) {
      batch.clear();
      for (int i = 0; i < 500; i++) {
        batch.add(event(i));
      }
      var _ = log.append(batch);
    }
    for (int round = 1; round <= 3; round++) {
      long begin = System.nanoTime();
      long after = 0;
      long count = 0;
      for (boolean more = true; more; ) {
        EventPage page = log.read(Lane.LANE_FINANCIAL, after, Selection.ALL, 2_000);
        count += page.events().size();
        after = page.upTo();
        more = page.more();
      }
      tell(
          String.format(
              Locale.ROOT,
              "replay round %d: %.0f/s (%d events)",
              round,
              count * 1e9 / (System.nanoTime() - begin),
              count));
    }
    // The tail of a long log beside that of a short one.
    try {
      tell(
          String.format(
              Locale.ROOT,
              "appends with %d events in the log: %.0f/s",
              log.newest(),
              appends(log, seconds)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the bare driver writes. */
  static BareRows.Row sample() {
    return new BareRows.Row("crossdock.event.v1.PostingCompleted", event(0).toByteArray());
  }

  private static EventEnvelope event(int key) {
    String id = "PO-" + key;
    return EventEnvelope.newBuilder()
        .setEventId(UUID.randomUUID().toString())
        .setSource("erp-eu")
        .setType("crossdock.event.v1.PostingCompleted")
        .setKey(id)
        .setOccurredAt(Timestamps.fromMillis(System.currentTimeMillis()))
        .setCorrelationId("EU-001:till-03:000123:2026-11-21")
        .setData(
            Any.pack(
                PostingCompleted.newBuilder()
                    .setPostingId(id)
                    .setSourceKind("order")
                    .setSourceId("EU-001:till-03:000123:2026-11-21")
                    .setAccountingDate(Date.newBuilder().setYear(2026).setMonth(11).setDay(21))
                    .build()))
        .build();
  }

  @SuppressWarnings("SystemOut") // the report
  private static void tell(String line) {
    System.out.println(line);
  }
}
