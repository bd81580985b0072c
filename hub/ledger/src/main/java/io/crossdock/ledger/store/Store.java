package io.crossdock.ledger.store;

import static java.util.Objects.requireNonNull;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger's database. Safe for any thread; callers wait, so they are virtual threads or have
 * time.
 *
 * <p>A full disk, a lock and a lost connection fail the work under way with {@code UNAVAILABLE};
 * the next work finds the database again by itself. After such a failure of a write it is not known
 * whether it was done; it has to be repeatable.
 */
public final class Store implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Store.class);

  private final Database database;
  private final GroupCommit writer;
  private final List<Reader> readers = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  private Store(Database database, int readerCount) {
    this.database = database;
    this.writer = new GroupCommit(database);
    for (int i = 0; i < readerCount; i++) {
      readers.add(new Reader(database, i));
    }
  }

  /**
   * Opens the ledger and brings its tables up to date.
   *
   * @param readerCount how many reads may run at the same time, 1 or more
   * @throws LedgerException when it cannot be used; nothing stays open then
   */
  public static Store open(Database database, int readerCount) throws LedgerException {
    try {
      database.prepare();
      return new Store(database, readerCount);
    } catch (LedgerException | RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** The product that it runs on. */
  public Engine engine() {
    return database.engine();
  }

  /**
   * What was written since the start.
   *
   * @param commits transactions, each flushed once
   * @param writes pieces of work in them
   * @param refused steps that were refused because the database was out
   */
  public record Statistics(long commits, long writes, long refused) {}

  /** What was written since the start. */
  public Statistics statistics() {
    return writer.statistics();
  }

  /** Whether the database takes writes; after an outage not before it took a large one. */
  public boolean isWritable() {
    return writer.isWorking();
  }

  /**
   * Does a piece of work that changes something and returns when the change is safe.
   *
   * @throws FailureException with {@code BACKEND_UNAVAILABLE} when the database cannot be written
   */
  public <T> T write(Transaction<T> work) {
    return await(writer.submit(work));
  }

  /**
   * The same for work that is done together with that of other callers.
   *
   * @param shared the same object for all of them
   */
  public <I, T> T write(BatchedTransaction<I, T> shared, I item) {
    return await(writer.submit(shared, item));
  }

  /**
   * Does a piece of work that only reads.
   *
   * @throws FailureException with {@code BACKEND_UNAVAILABLE} when the database cannot be read
   */
  public <T> T read(Transaction<T> work) {
    Reader reader = readers.get(Math.floorMod(next.getAndIncrement(), readers.size()));
    return await(reader.submit(work));
  }

  /**
   * Does a piece of work that only reads, for a check.
   *
   * @throws SQLException what the database says, unless it is out
   * @throws FailureException with {@code BACKEND_UNAVAILABLE} when the database cannot be read
   */
  public <T> T inspect(Transaction<T> work) throws SQLException {
    SQLException[] refused = new SQLException[1];
    Optional<T> result =
        read(connection -> {
          try {
            return Optional.of(work.in(connection));
          } catch (SQLException e) {
            if (database.isOutage(e) && !database.isDamage(e)) {
              throw e;
            }
            refused[0] = e;
            return Optional.empty();
          }
        });
    if (result.isEmpty()) {
      throw requireNonNull(refused[0]);
    }
    return result.get();
  }

  /** Has a listener follow the transactions of the writes. */
  public void onTransaction(TransactionListener listener) {
    writer.onTransaction(listener);
  }

  /** Does what was handed over and closes the database. */
  @Override
  public void close() {
    writer.close();
    readers.forEach(Reader::close);
    database.close();
  }

  /** Tells callers; what the database said stays in the log. */
  static FailureException unavailable() {
    return new FailureException(
        Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The ledger cannot be reached.")
            .with("system", "ledger"));
  }

  /** Tells callers of an error that is no outage. */
  static RuntimeException failure(Database database, SQLException error) {
    if (!database.isDamage(error)) {
      return new IllegalStateException(error);
    }
    LOG.atError()
        .addKeyValue(LogKeys.REASON, error.getMessage())
        .log("the ledger is damaged: run ctl ledger check");
    return new FailureException(
        Failure.of(Reason.REASON_INTERNAL, "The ledger is damaged; an operator has to check it.")
            .with("system", "ledger"));
  }

  private static <T> T await(CompletableFuture<T> result) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          // What was handed over may already be done: the caller has to hear how it ended.
          interrupted = true;
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case RuntimeException failure -> throw failure;
            case Error error -> throw error;
            case null, default -> throw new IllegalStateException(e);
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
