package io.crossdock.ledger.backup;

import io.crossdock.ledger.audit.AuditCheck;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventLogCheck;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.offline.OfflineAuthorisations;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Findings;
import io.crossdock.ledger.store.LedgerReader;
import io.crossdock.ledger.store.Migrations;
import io.crossdock.ledger.store.RowCheck;
import io.crossdock.ledger.store.Sql;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A check of the ledger, in use or not: the database's structures (SQLite), the audit trail, the
 * checksums of events and records, and whether the events, the sequences that were given, and the
 * consumers' positions agree. What cannot be read is a finding; everything else is checked all the
 * same.
 *
 * <p>It reads some rows at a time, so that nobody waits for it. Events that were forgotten are
 * nothing that it could miss: of each lane they are older than its floor.
 */
final class LedgerCheck {

  private final Engine engine;
  private final LedgerReader reader;
  private final Findings findings = new Findings();
  private String version = "";

  private LedgerCheck(LedgerReader reader, Engine engine) {
    this.reader = reader;
    this.engine = engine;
  }

  /**
   * Checks.
   *
   * @param noted heads of the audit chain that were noted elsewhere
   * @param anchor how far the ledger had come, if that was noted
   */
  static Report run(
      LedgerReader reader, Engine engine, List<AuditCheck.Noted> noted, Optional<Anchor> anchor) {
    return new LedgerCheck(reader, engine).run(noted, anchor);
  }

  private Report run(List<AuditCheck.Noted> noted, Optional<Anchor> anchor) {
    if (engine == Engine.SQLITE) {
      findings.attempt("the database's structures", this::structures);
    }
    findings.attempt("the version", () -> version = reader.read(Migrations::version));
    long number = version.isEmpty() ? 0 : Long.parseLong(version);

    AuditCheck audit = new AuditCheck(engine, reader, findings);
    audit.run(noted);
    anchor.ifPresent(
        each -> audit.compare(new AuditCheck.Noted("the file " + Anchor.FILE, each.head())));

    EventLogCheck log = new EventLogCheck(reader, findings, number);
    log.run();
    anchor.flatMap(each -> each.differs(log.newest())).ifPresent(findings::add);
    long unchecked = log.rows().unchecked();
    for (RowCheck check :
        List.of(DeadLetters.check(), OfflineAuthorisations.check(), Idempotency.check())) {
      RowCheck rows = check.ofVersion(number);
      rows.run(reader, findings);
      unchecked += rows.unchecked();
    }
    findings.attempt("the consumers' positions", () -> positions(log.newest()));
    return new Report(
        findings.damage(),
        findings.sentences(),
        version,
        log.rows().rows(),
        audit.checked(),
        unchecked,
        audit.head());
  }

  private void structures() throws SQLException {
    reader
        .read(connection ->
            Sql.list(connection, "PRAGMA integrity_check(100)", row -> row.getString(1)))
        .stream()
        .filter(problem -> !problem.equals("ok"))
        .forEach(findings::unreadable);
  }

  private void positions(long newest) throws SQLException {
    reader
        .read(connection -> ConsumerPositions.beyond(connection, newest))
        .forEach(consumer ->
            findings.add("consumer " + consumer + ": its position is past the end of the log"));
  }
}
