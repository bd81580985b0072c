package io.crossdock.ledger.backup;

import java.util.List;

/**
 * What a check of a ledger's file found.
 *
 * @param damage what SQLite found in its own structures, one line each
 * @param brokenChain where the audit chain breaks, empty when it does not
 * @param version of the tables
 * @param auditRecords how many records of the audit chain were checked
 * @param auditHash hash of the last of them in hexadecimal, empty when the chain is broken
 */
public record Report(
    List<String> damage, String brokenChain, String version, long auditRecords, String auditHash) {

  public Report {
    damage = List.copyOf(damage);
  }

  /** Whether nothing is wrong. */
  public boolean whole() {
    return damage.isEmpty() && brokenChain.isEmpty();
  }
}
