package io.crossdock.ledger.store;

import com.google.common.util.concurrent.Uninterruptibles;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. What is handed over while a transaction is being flushed goes
 * together into the next one: the slower the disk, the more calls share a flush.
 */
final class GroupCommit implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
  // Bounds the time that a caller waits for others and what has to be repeated when one fails.
  private static final int MOST_IN_ONE = 512;
  // More than callers can be waiting for in earnest; beyond it they are refused, not kept.
  private static final int MOST_WAITING = 20_000;

  // A piece of work alone waits for the others' short transactions, not for ever.
  private static final int ATTEMPTS = 5;
  private static final long FIRST_PAUSE_NANOS = 20_000_000L;
  private static final long WARN_EVERY_NANOS = 1_000_000_000L;
  // As large as the largest event: a full disk may take small writes for a long time.
  private static final byte[] PROBE = new byte[256 << 10];
  private static final long PROBE_EVERY_NANOS = 200_000_000L;
  private static final String WRITE_PROBE =
      """
      INSERT INTO write_probe (one, bytes) VALUES (1, ?)
      ON CONFLICT (one) DO UPDATE SET bytes = excluded.bytes
      """;
  private static final String DELETE_PROBE = "DELETE FROM write_probe";

  private final Database database;
  private final List<TransactionListener> listeners = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Single<?>> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean working = true;
  private final LongAdder commits = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private long probedAt = System.nanoTime() - PROBE_EVERY_NANOS - 1;
  private long warned = System.nanoTime() - WARN_EVERY_NANOS - 1;
  private @Nullable Connection connection;

  /** What is run at once within a transaction, and is done or not as one. */
  private sealed interface Unit {

    void run(Connection connection) throws SQLException;

    /** Tells everyone who waits that it is safe; how many those are. */
    int tell();

    /** Tells everyone who waits why it was not done. */
    void fail(Throwable why);

    /** The same as a step for each caller. */
    List<? extends Unit> apart();
  }

  /** A caller's piece of work. */
  private static sealed class Single<T> implements Unit {

    private final Transaction<T> work;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private @Nullable T done;

    Single(Transaction<T> work) {
      this.work = work;
    }

    @Override
    public void run(Connection connection) throws SQLException {
      done = work.in(connection);
    }

    void setDone(T value) {
      done = value;
    }

    @Override
    public int tell() {
      result.complete(done);
      return 1;
    }

    @Override
    public void fail(Throwable why) {
      result.completeExceptionally(why);
    }

    @Override
    public List<Unit> apart() {
      return List.of(this);
    }
  }

  /** A caller's share of work that may be done together with others'. */
  private static final class Member<I, T> extends Single<T> {

    private final BatchedTransaction<I, T> shared;
    private final I item;

    Member(BatchedTransaction<I, T> shared, I item) {
      super(connection -> shared.in(connection, List.of(item)).getFirst());
      this.shared = shared;
      this.item = item;
    }
  }

  /** Work for several callers at once. */
  private static final class Batch<I, T> implements Unit {

    private final BatchedTransaction<I, T> shared;
    private final List<Member<I, T>> shares = new ArrayList<>();

    Batch(BatchedTransaction<I, T> shared) {
      this.shared = shared;
    }

    @SuppressWarnings("unchecked") // shares of the same work
    void add(Member<?, ?> share) {
      shares.add((Member<I, T>) share);
    }

    @Override
    public void run(Connection connection) throws SQLException {
      List<T> done = shared.in(connection, shares.stream().map(share -> share.item).toList());
      for (int i = 0; i < shares.size(); i++) {
        shares.get(i).setDone(done.get(i));
      }
    }

    @Override
    public int tell() {
      shares.forEach(Single::tell);
      return shares.size();
    }

    @Override
    public void fail(Throwable why) {
      shares.forEach(share -> share.fail(why));
    }

    @Override
    public List<Member<I, T>> apart() {
      return shares;
    }
  }

  /** How a transaction ended. */
  private enum Attempt {
    /** Everyone has an answer. */
    DONE,
    /** Undone, because other nodes hold the same rows. */
    IN_CONFLICT,
    /** Everyone was refused. */
    OUTAGE
  }

  GroupCommit(Database database) {
    this.database = database;
    this.thread = Thread.ofPlatform().name("ledger-writer").start(this::loop);
  }

  <T> CompletableFuture<T> submit(Transaction<T> work) {
    return submit(new Single<>(work));
  }

  <I, T> CompletableFuture<T> submit(BatchedTransaction<I, T> shared, I item) {
    return submit(new Member<>(shared, item));
  }

  private <T> CompletableFuture<T> submit(Single<T> task) {
    if (closing || !waiting.offer(task)) {
      task.fail(Store.unavailable());
    }
    return task.result;
  }

  void onTransaction(TransactionListener listener) {
    listeners.add(listener);
  }

  /** Whether the database takes writes; after an outage not before it took a large one. */
  boolean isWorking() {
    return working;
  }

  Store.Statistics statistics() {
    return new Store.Statistics(commits.sum(), answered.sum(), refused.sum());
  }

  @Override
  public void close() {
    closing = true;
    // Wakes the thread when nothing waits.
    var _ = waiting.offer(new Single<>(_ -> Boolean.TRUE));
    Uninterruptibles.joinUninterruptibly(thread);
  }

  private void loop() {
    List<Single<?>> batch = new ArrayList<>(MOST_IN_ONE);
    while (!closing || !waiting.isEmpty()) {
      try {
        Single<?> first =
            working ? waiting.take() : waiting.poll(PROBE_EVERY_NANOS, TimeUnit.NANOSECONDS);
        if (first == null) {
          probe();
          continue;
        }
        batch.add(first);
      } catch (InterruptedException e) {
        // Nobody interrupts this thread; what waits has to be written in any case.
        continue;
      }
      waiting.drainTo(batch, MOST_IN_ONE - 1);
      try {
        write(batch);
        probe();
      } catch (RuntimeException e) {
        // A mistake of ours. The thread goes on, because everybody's writes need it.
        LOG.atError().setCause(e).log("ledger writer failed");
        drop();
        batch.forEach(task -> task.fail(e));
      } catch (Error e) {
        // Ends the process: nobody may wait for a writer that is gone.
        closing = true;
        batch.forEach(task -> task.fail(e));
        throw e;
      }
      batch.clear();
    }
    drop();
  }

  private void write(List<Single<?>> batch) {
    List<Unit> left = steps(batch);
    if (together(left) != Attempt.IN_CONFLICT) {
      return;
    }
    // Another node took the same rows in another order. Each piece alone takes few, and all take
    // them in the same order.
    left = apart(left);
    while (!left.isEmpty()) {
      List<Unit> one = new ArrayList<>(List.of(left.removeFirst()));
      Attempt attempt = Attempt.IN_CONFLICT;
      for (int i = 0; i < ATTEMPTS && attempt == Attempt.IN_CONFLICT; i++) {
        stepAside(i);
        attempt = together(one);
      }
      if (attempt == Attempt.IN_CONFLICT) {
        LOG.atWarn()
            .addKeyValue(LogKeys.REASON, "other nodes hold the rows")
            .log("the ledger cannot be written");
        fail(one, Store.unavailable());
      } else if (attempt == Attempt.OUTAGE) {
        fail(left, Store.unavailable());
        return;
      }
    }
  }

  /**
   * Waits for a random while that grows. Nodes that were refused at the same moment, as the
   * database refuses those that block each other, would otherwise meet again and again.
   */
  private static void stepAside(int attempt) {
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(FIRST_PAUSE_NANOS << attempt));
  }

  /** Puts shares of the same work together; they go where the first of them stood. */
  private static List<Unit> steps(List<Single<?>> batch) {
    List<Unit> steps = new ArrayList<>(batch.size());
    Map<BatchedTransaction<?, ?>, Batch<?, ?>> together = new HashMap<>();
    for (Single<?> task : batch) {
      if (task instanceof Member<?, ?> share) {
        together
            .computeIfAbsent(
                share.shared,
                shared -> {
                  Batch<?, ?> begun = new Batch<>(shared);
                  steps.add(begun);
                  return begun;
                })
            .add(share);
      } else {
        steps.add(task);
      }
    }
    return steps;
  }

  private static List<Unit> apart(List<Unit> steps) {
    List<Unit> apart = new ArrayList<>();
    steps.forEach(step -> apart.addAll(step.apart()));
    return apart;
  }

  /** Writes in one transaction; what is left in the list afterwards has not been answered. */
  private Attempt together(List<Unit> left) {
    while (!left.isEmpty()) {
      int at = 0;
      try {
        Connection open = connected();
        listeners.forEach(TransactionListener::begun);
        for (; at < left.size(); at++) {
          left.get(at).run(open);
        }
        open.commit();
        listeners.forEach(TransactionListener::committed);
        commits.increment();
        answered.add(left.stream().mapToInt(Unit::tell).sum());
        left.clear();
      } catch (SQLException e) {
        if (connection != null && database.isConflict(e)) {
          undo();
          return Attempt.IN_CONFLICT;
        }
        if (connection == null || at == left.size() || database.isOutage(e)) {
          outage(left, e);
          return Attempt.OUTAGE;
        }
        undo();
        leaveOut(left, at, Store.failure(database, e));
      } catch (RuntimeException | Error e) {
        undo();
        if (at == left.size()) {
          left.forEach(step -> step.fail(e));
          left.clear();
        } else {
          leaveOut(left, at, e);
        }
      }
    }
    return Attempt.DONE;
  }

  /**
   * After an outage: whether the database takes the largest write again, and not only small ones.
   */
  private void probe() {
    long now = System.nanoTime();
    if (working || now - probedAt < PROBE_EVERY_NANOS) {
      return;
    }
    probedAt = now;
    try {
      Connection open = connected();
      var _ = Sql.update(open, WRITE_PROBE, (Object) PROBE);
      open.commit();
      var _ = Sql.update(open, DELETE_PROBE);
      open.commit();
      working = true;
      LOG.info("the ledger can be written again");
    } catch (SQLException e) {
      if (database.isConflict(e)) {
        undo();
      } else {
        drop();
      }
    }
  }

  /** What failed for several callers at once is run for each of them: only one may be the cause. */
  private static void leaveOut(List<Unit> left, int at, Throwable why) {
    Unit failed = left.remove(at);
    List<? extends Unit> apart = failed.apart();
    if (apart.size() == 1) {
      failed.fail(why);
    } else {
      left.addAll(at, apart);
    }
  }

  private void outage(List<Unit> steps, SQLException why) {
    working = false;
    refused.add(steps.size());
    long now = System.nanoTime();
    if (now - warned > WARN_EVERY_NANOS) {
      warned = now;
      LOG.atWarn()
          .addKeyValue(LogKeys.REASON, why.getMessage())
          .log("the ledger cannot be written");
    }
    if (database.isLost(why)) {
      drop();
    } else {
      undo();
    }
    // What came while the database was tried would only wait for the next try to fail as well.
    // Taken before anyone is answered: who hears of the failure and comes again is tried again.
    List<Single<?>> came = new ArrayList<>();
    waiting.drainTo(came);
    RuntimeException failure =
        database.isDamage(why) ? Store.failure(database, why) : Store.unavailable();
    fail(steps, failure);
    fail(came, failure);
  }

  private static void fail(List<? extends Unit> steps, RuntimeException why) {
    steps.forEach(step -> step.fail(why));
    steps.clear();
  }

  private Connection connected() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = database.openForWriting();
      connection = open;
    }
    return open;
  }

  private void undo() {
    Connection open = connection;
    if (open == null) {
      return;
    }
    try {
      open.rollback();
    } catch (SQLException e) {
      drop();
    }
  }

  private void drop() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.debug("connection did not close", e);
      }
    }
  }
}
