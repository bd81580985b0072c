package io.crossdock.ledger.backup;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.audit.AuditCheck;
import io.crossdock.ledger.audit.Head;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.LedgerEpoch;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.ledger.store.LedgerException;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes outside of the tables how far the ledger has come, and notices when it goes back: records
 * that were removed, triggers that are gone, a write-ahead log that was lost.
 */
public final class LedgerWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerWatch.class);
  private static final Duration PACE = Duration.ofSeconds(5);
  private static final long LOG_NANOS = Duration.ofMinutes(5).toNanos();

  private final Audit audit;
  private final EventLog log;
  private final @Nullable Path directory;
  private final Duration pace;
  private final BackgroundLoop loop = BackgroundLoop.of("ledger-watch", this::step);
  private volatile Head head;
  private volatile String trouble = "";
  // Only for the loop.
  private long event;
  private @Nullable Anchor written;
  private @Nullable Head logged;
  private long loggedAt;

  private LedgerWatch(Audit audit, EventLog log, @Nullable Path directory, Duration pace) {
    this.pace = pace;
    this.audit = audit;
    this.log = log;
    this.directory = directory;
    this.head = Head.NONE;
  }

  /**
   * Begins to watch.
   *
   * @param directory of the embedded ledger; null when it is on PostgreSQL
   * @throws LedgerException when the ledger ends before what its anchor names
   * @throws FailureException when it cannot be read
   */
  public static LedgerWatch start(Store store, Audit audit, EventLog log, @Nullable Path directory)
      throws LedgerException {
    return start(store, audit, log, directory, PACE);
  }

  static LedgerWatch start(
      Store store, Audit audit, EventLog log, @Nullable Path directory, Duration pace)
      throws LedgerException {
    LedgerWatch watch = new LedgerWatch(audit, log, directory, pace);
    if (directory != null) {
      watch.compare(store, directory);
    }
    var _ = watch.step();
    watch.loop.start();
    return watch;
  }

  /** The head of the audit chain as it was seen last. */
  public Head head() {
    return head;
  }

  /** What is wrong with the ledger, for people; empty when nothing is. */
  public String trouble() {
    return trouble;
  }

  @Override
  public void close() {
    loop.close();
    try {
      var _ = step();
    } catch (RuntimeException e) {
      // The anchor stays where it was, which is not ahead of the ledger.
    }
    tell(head);
  }

  private void compare(Store store, Path directory) throws LedgerException {
    try {
      SqliteDatabase database = new SqliteDatabase(directory);
      Optional<Anchor> anchor = Anchor.read(directory);
      if (anchor.isEmpty() && database.isAnchored()) {
        LOG.atWarn()
            .addKeyValue(LogKeys.REASON, Anchor.FILE + " was deleted")
            .log("the ledger begins another epoch");
        var _ =
            store.write(connection -> {
              LedgerEpoch.begin(connection);
              return true;
            });
      }
      if (anchor.isPresent()) {
        Head noted = anchor.get().head();
        Head now = audit.head();
        long newest = log.newest();
        if (newest < anchor.get().event() || now.sequence() < noted.sequence()) {
          throw new LedgerException(
              "the ledger in %s ends at event %d and audit record %d, but had come to %d and %d: its"
                      .formatted(
                          directory, newest, now.sequence(), anchor.get().event(), noted.sequence())
                  + " write-ahead log was cut, deleted or left behind (put ledger.db-wal back or"
                  + " restore a backup; to go on without what is missing, delete "
                  + Anchor.FILE
                  + ")");
        }
        head = noted;
        event = anchor.get().event();
      }
      database.setAnchored();
    } catch (IOException e) {
      throw new LedgerException(directory + " cannot be read or written: " + e.getMessage(), e);
    }
  }

  private Duration step() {
    try {
      look();
    } catch (FailureException e) {
      // The ledger is out, which others tell.
    }
    return pace;
  }

  private void look() {
    Head now = audit.head();
    long newest = log.newest();
    List<String> wrong =
        new ArrayList<>(audit.compare(new AuditCheck.Noted("the head seen before", head)));
    if (newest < event) {
      wrong.add("the newest event is number " + newest + ", but number " + event + " was seen");
    }
    String found = String.join("; ", wrong);
    if (!found.equals(trouble)) {
      trouble = found;
      if (found.isEmpty()) {
        LOG.info("the ledger is in order again");
      } else {
        LOG.atError()
            .addKeyValue(LogKeys.REASON, found)
            .log("the ledger was changed behind the hub's back: run ctl ledger check");
      }
    }
    if (found.isEmpty()) {
      head = now;
      event = newest;
      note();
    }
  }

  private void note() {
    Head now = head;
    if (!now.equals(logged) && (logged == null || System.nanoTime() - loggedAt >= LOG_NANOS)) {
      tell(now);
    }
    Anchor anchor = new Anchor(now, event);
    if (directory != null && !anchor.equals(written)) {
      try {
        anchor.write(directory);
        written = anchor;
      } catch (IOException e) {
        // A disk that is full; the next look tries again.
        LOG.atDebug().addKeyValue(LogKeys.REASON, e.toString()).log("the anchor is not written");
      }
    }
  }

  private void tell(Head now) {
    if (!now.equals(logged)) {
      logged = now;
      loggedAt = System.nanoTime();
      LOG.atInfo().addKeyValue(LogKeys.AUDIT_HEAD, now).log("head of the audit chain");
    }
  }
}
