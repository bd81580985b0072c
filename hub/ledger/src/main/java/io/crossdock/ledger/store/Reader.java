package io.crossdock.ledger.store;

import com.google.common.util.concurrent.Uninterruptibles;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that reads, with its own connection and a short transaction for each piece of work. */
final class Reader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Reader.class);

  private static final long WARN_EVERY_NANOS = 1_000_000_000L;

  private final Database database;
  private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean closing;
  private @Nullable Connection connection;
  private long warned = System.nanoTime() - WARN_EVERY_NANOS - 1;

  Reader(Database database, int number) {
    this.database = database;
    this.thread = Thread.ofPlatform().name("ledger-reader-" + number).start(this::loop);
  }

  <T> CompletableFuture<T> submit(Transaction<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    if (closing) {
      result.completeExceptionally(Store.unavailable());
    } else {
      waiting.add(() -> run(work, result));
    }
    return result;
  }

  @Override
  public void close() {
    closing = true;
    waiting.add(() -> {});
    Uninterruptibles.joinUninterruptibly(thread);
  }

  private void loop() {
    while (!closing || !waiting.isEmpty()) {
      try {
        waiting.take().run();
      } catch (InterruptedException e) {
        // Nobody interrupts this thread.
      }
    }
    drop();
  }

  private <T> void run(Transaction<T> work, CompletableFuture<T> result) {
    try {
      Connection open = connection;
      if (open == null) {
        open = database.openForReading();
        connection = open;
      }
      T answer = work.in(open);
      // Ends the snapshot, so that the next read sees what was written since.
      open.rollback();
      result.complete(answer);
    } catch (SQLException e) {
      boolean out = (connection == null || database.isOutage(e)) && !database.isDamage(e);
      drop();
      if (out) {
        long now = System.nanoTime();
        if (now - warned > WARN_EVERY_NANOS) {
          warned = now;
          LOG.atWarn().addKeyValue(LogKeys.REASON, e.getMessage()).log("the ledger cannot be read");
        }
        result.completeExceptionally(Store.unavailable());
      } else {
        result.completeExceptionally(Store.failure(database, e));
      }
    } catch (RuntimeException | Error e) {
      drop();
      result.completeExceptionally(e);
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
