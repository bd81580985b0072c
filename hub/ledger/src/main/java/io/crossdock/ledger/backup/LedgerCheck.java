package io.crossdock.ledger.backup;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.audit.Verification;
import io.crossdock.ledger.event.EventLogCheck;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.Migrations;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A check of the ledger while it is in use: the database's structures (SQLite), the audit chain,
 * and whether the events, the sequences that were given, and the consumers' places agree.
 *
 * <p>It reads some rows at a time, so that nobody waits for it. Events that were forgotten are
 * nothing that it could miss: of each lane they are older than its floor.
 */
final class LedgerCheck {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerCheck.class);
  private static final int MOST_PROBLEMS = 100;

  private final Store store;
  private final List<String> problems = new ArrayList<>();
  private String version = "";
  private long events;
  private long auditRecords;

  /**
   * What was found.
   *
   * @param problems what is not in order, a sentence each
   * @param version of the tables
   * @param events that are kept
   * @param auditRecords that were checked
   */
  record Finding(List<String> problems, String version, long events, long auditRecords) {
    Finding {
      problems = List.copyOf(problems);
    }
  }

  private LedgerCheck(Store store) {
    this.store = store;
  }

  /**
   * Checks.
   *
   * @param directory of the embedded ledger; null when it is on PostgreSQL
   */
  static Finding run(Store store, Audit audit, @Nullable Path directory) {
    LedgerCheck check = new LedgerCheck(store);
    if (directory != null) {
      check.file(new SqliteDatabase(directory).file());
    } else {
      check.chain(audit);
    }
    EventLogCheck log = new EventLogCheck(store, MOST_PROBLEMS);
    check.problems.addAll(log.run());
    check.events = log.events();
    check.positions(log.newest());
    return new Finding(
        check.problems.subList(0, Math.min(MOST_PROBLEMS, check.problems.size())),
        check.version,
        check.events,
        check.auditRecords);
  }

  private void file(Path file) {
    try {
      Report report = Backup.check(file);
      problems.addAll(report.damage());
      if (!report.brokenChain().isEmpty()) {
        problems.add(report.brokenChain());
      }
      version = report.version();
      auditRecords = report.auditRecords();
    } catch (BackupException e) {
      LOG.atError().setCause(e).log("the ledger cannot be checked");
      throw new FailureException(
          Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The ledger cannot be read.")
              .with("system", "ledger"));
    }
  }

  private void chain(Audit audit) {
    Verification found = audit.verify(0, 0);
    auditRecords = found.checked();
    if (found instanceof Verification.Broken broken) {
      problems.add("audit record " + broken.sequence() + ": " + broken.fault());
    }
    version = store.read(Migrations::version);
  }

  private void positions(long newest) {
    store
        .read(connection -> ConsumerPositions.beyond(connection, newest))
        .forEach(consumer ->
            problems.add("consumer " + consumer + ": its position is past the end of the log"));
  }
}
