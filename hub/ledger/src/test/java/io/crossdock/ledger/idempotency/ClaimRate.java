package io.crossdock.ledger.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Claims per second on SQLite: 64 virtual threads through the store's group commit, and the same
 * with a transaction for each claim. Prints the medians of three runs of each in turn. Arguments:
 * directory on the disk to be measured, seconds of a run.
 */
final class ClaimRate {

  private static final int WRITERS = 64;
  private static final int RUNS = 3;
  private static final Duration LEASE = Duration.ofSeconds(3);

  private ClaimRate() {}

  public static void main(String[] args) throws Exception {
    Path dir = Files.createTempDirectory(Path.of(args[0]), "claims");
    int seconds = Integer.parseInt(args[1]);
    double[] together = new double[RUNS];
    double[] alone = new double[RUNS];
    for (int run = -1; run < RUNS; run++) {
      double first = together(dir.resolve("together" + run), seconds);
      double second = alone(dir.resolve("alone" + run), seconds);
      // The first run only warms up.
      if (run >= 0) {
        together[run] = first;
        alone[run] = second;
      }
    }
    double group = median(together);
    double single = median(alone);
    System.out.printf(
        Locale.ROOT,
        "group commit %.0f claims/s, one transaction each %.0f claims/s, ratio %.1f%n",
        group,
        single,
        group / single);
  }

  private static double together(Path dir, int seconds) throws Exception {
    try (Store store = Store.open(new SqliteDatabase(dir), 1)) {
      Idempotency idempotency = new Idempotency(store, Clock.systemUTC());
      return rate(seconds, id -> idempotency.claim("op", id, id.getBytes(UTF_8), "me", LEASE));
    }
  }

  private static double alone(Path dir, int seconds) throws Exception {
    Database database = new SqliteDatabase(dir);
    Store.open(database, 1).close();
    ReentrantLock turn = new ReentrantLock();
    // Only makes the statements; the store behind it is closed.
    Store unused = Store.open(new SqliteDatabase(dir.resolve("unused")), 1);
    Idempotency idempotency = new Idempotency(unused, Clock.systemUTC());
    try (unused;
        Connection connection = database.openForWriting()) {
      return rate(
          seconds,
          id -> {
            turn.lock();
            try {
              Claim claim =
                  idempotency.claim(connection, "op", id, id.getBytes(UTF_8), "me", LEASE);
              connection.commit();
              return claim;
            } finally {
              turn.unlock();
            }
          });
    }
  }

  private interface OneClaim {

    Claim claim(String id) throws Exception;
  }

  private static double rate(int seconds, OneClaim one) throws Exception {
    AtomicLong done = new AtomicLong();
    long begun = System.nanoTime();
    long end = begun + Duration.ofSeconds(seconds).toNanos();
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < WRITERS; i++) {
        String name = "w" + i + "-";
        var _ =
            writers.submit(() -> {
              for (long n = 0; System.nanoTime() < end; n++) {
                if (!(one.claim(name + n) instanceof Claim.New)) {
                  throw new IllegalStateException("not new: " + name + n);
                }
                done.incrementAndGet();
              }
              return true;
            });
      }
    }
    return done.get() / ((System.nanoTime() - begun) / 1e9);
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
