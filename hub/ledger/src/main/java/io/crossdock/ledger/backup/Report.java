package io.crossdock.ledger.backup;

import io.crossdock.ledger.audit.Head;
import java.util.ArrayList;
import java.util.List;

/**
 * What a check of a ledger found.
 *
 * @param damage what cannot be read, and what SQLite found in its own structures, a sentence each
 * @param findings what can be read and is wrong, a sentence each
 * @param version of the tables; empty when it cannot be read
 * @param events how many events are kept
 * @param auditRecords how many records of the audit chain were checked
 * @param unchecked rows without a checksum, because they are older than checksums are
 * @param head of the audit chain, to be noted elsewhere
 */
public record Report(
    List<String> damage,
    List<String> findings,
    String version,
    long events,
    long auditRecords,
    long unchecked,
    Head head) {

  public Report {
    damage = List.copyOf(damage);
    findings = List.copyOf(findings);
  }

  /** Whether nothing is wrong. */
  public boolean whole() {
    return damage.isEmpty() && findings.isEmpty();
  }

  /** Everything that is wrong. */
  public List<String> all() {
    List<String> all = new ArrayList<>(damage);
    all.addAll(findings);
    return List.copyOf(all);
  }
}
