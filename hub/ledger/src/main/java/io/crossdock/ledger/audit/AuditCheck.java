package io.crossdock.ledger.audit;

import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Findings;
import io.crossdock.ledger.store.LedgerReader;
import io.crossdock.ledger.store.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks the audit trail: the triggers that guard it, the chain, and the heads of it that were
 * noted elsewhere. For one thread.
 */
public final class AuditCheck {

  private static final Map<Engine, List<String>> GUARDS =
      Map.of(
          Engine.SQLITE,
          List.of(
              "audit_no_update",
              "audit_no_delete",
              "audit_no_replace",
              "audit_head_forward",
              "audit_head_no_delete"),
          Engine.POSTGRESQL,
          List.of("audit_no_change", "audit_head_forward", "audit_head_no_delete"));
  private static final Map<Engine, String> TRIGGERS =
      Map.of(
          Engine.SQLITE,
          "SELECT name FROM sqlite_master WHERE type = 'trigger'",
          Engine.POSTGRESQL,
          """
          SELECT tgname FROM pg_trigger
          WHERE tgrelid IN ('audit'::regclass, 'audit_head'::regclass)
            AND NOT tgisinternal AND tgenabled <> 'D'
          """);
  private static final String HEAD = "SELECT sequence, hash FROM audit_head WHERE one = 1";
  private static final String HASH = "SELECT hash FROM audit WHERE sequence = ?";

  private final Engine engine;
  private final LedgerReader reader;
  private final Findings findings;
  private long checked;
  private Head head = Head.NONE;

  /**
   * A head that was noted.
   *
   * @param where for people. Example: {@code the head that was given}
   */
  public record Noted(String where, Head head) {}

  /** Prepares a check. */
  public AuditCheck(Engine engine, LedgerReader reader, Findings findings) {
    this.engine = engine;
    this.reader = reader;
    this.findings = findings;
  }

  /** Checks everything. */
  public void run(List<Noted> noted) {
    findings.attempt("the audit trail's triggers", this::guards);
    findings.attempt("the audit chain", this::chain);
    noted.forEach(this::compare);
  }

  /** Compares with a head that was noted. */
  public void compare(Noted noted) {
    findings.attempt(
        "the audit chain",
        () -> reader.read(connection -> differs(connection, noted)).ifPresent(findings::add));
  }

  /** How many records were checked. */
  public long checked() {
    return checked;
  }

  /** The chain's head, to be noted elsewhere. */
  public Head head() {
    return head;
  }

  /** The head of the chain. */
  static Head head(Connection connection) throws SQLException {
    return Sql.one(
            connection,
            HEAD,
            row -> new Head(row.getLong(1), HexFormat.of().formatHex(row.getBytes(2))))
        .orElse(Head.NONE);
  }

  /** Why the chain is not the one that a head was noted of; empty when it is. */
  static Optional<String> differs(Connection connection, Noted noted) throws SQLException {
    Head head = noted.head();
    if (head.sequence() == 0) {
      return Optional.empty();
    }
    Optional<String> hash =
        Sql.one(
            connection, HASH, row -> HexFormat.of().formatHex(row.getBytes(1)), head.sequence());
    if (hash.isEmpty()) {
      return Optional.of(
          "audit record "
              + head.sequence()
              + " is not there any more, but "
              + noted.where()
              + " names it: the newest records were removed");
    }
    return hash.get().equals(head.hash())
        ? Optional.empty()
        : Optional.of(
            "audit record "
                + head.sequence()
                + " has another hash than "
                + noted.where()
                + ": the chain was made anew");
  }

  /** The triggers that are missing or switched off. */
  static List<String> missingGuards(Connection connection, Engine engine) throws SQLException {
    List<String> missing = new ArrayList<>(GUARDS.getOrDefault(engine, List.of()));
    missing.removeAll(
        Sql.list(connection, TRIGGERS.getOrDefault(engine, ""), row -> row.getString(1)));
    return missing;
  }

  private void guards() throws SQLException {
    reader
        .read(connection -> missingGuards(connection, engine))
        .forEach(trigger ->
            findings.add(
                "trigger " + trigger + " is missing, so that audit records can be changed"));
  }

  private void chain() throws SQLException {
    head = reader.read(AuditCheck::head);
    ChainCheck check = new ChainCheck(0, 0);
    @Nullable Verification found = null;
    while (found == null) {
      found = reader.read(connection -> Optional.ofNullable(check.step(connection))).orElse(null);
    }
    checked = found.checked();
    if (found instanceof Verification.Broken broken) {
      findings.add("audit record " + broken.sequence() + ": " + broken.fault());
    }
  }
}
