package io.crossdock.ledger.lease;

import io.crossdock.ledger.store.Engine;

/** The statements of the leases, which differ in the clock and in how rows are locked. */
final class LeaseSql {

  private static final String ONLY = " WHERE kind = ? AND id = ? AND owner = ? AND fence = ?";
  private final String now;
  private final String claim;

  LeaseSql(Engine engine) {
    switch (engine) {
      case SQLITE -> {
        now = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
        claim =
            """
            UPDATE work
            SET owner = ?3, free_at = %1$s + ?4, fence = fence + 1, attempts = attempts + 1
            WHERE (kind, id) IN (
              SELECT kind, id FROM work WHERE kind = ?1 AND free_at <= %1$s
              ORDER BY free_at LIMIT ?2)
            RETURNING id, payload, fence, attempts
            """
                .formatted(now);
      }
      case POSTGRESQL -> {
        now = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
        // The rows are chosen once, in a CTE: a subselect with a limit may run several times.
        claim =
            """
            WITH due AS MATERIALIZED (
              SELECT kind, id FROM work WHERE kind = ? AND free_at <= %1$s
              ORDER BY free_at LIMIT ? FOR UPDATE SKIP LOCKED)
            UPDATE work
            SET owner = ?, free_at = %1$s + ?, fence = fence + 1, attempts = attempts + 1
            FROM due WHERE work.kind = due.kind AND work.id = due.id
            RETURNING work.id, payload, fence, attempts
            """
                .formatted(now);
      }
      default -> throw new IllegalStateException("engine: " + engine);
    }
  }

  /** Kind, most, owner, length. */
  String claim() {
    return claim;
  }

  /**
   * Kind, id, payload, delay. The fence begins above every one that work of this id had before it
   * was done or cancelled: at the time, with room for 65,536 claims in each millisecond.
   */
  String schedule() {
    return "INSERT INTO work (kind, id, payload, free_at, owner, fence, attempts)"
        + " VALUES (?, ?, ?, %1$s + ?, '', %1$s * 65536, 0) ON CONFLICT (kind, id) DO NOTHING"
            .formatted(now);
  }

  /** Kind, id. */
  String cancel() {
    return "DELETE FROM work WHERE kind = ? AND id = ?";
  }

  /** Length; kind, id, owner, fence. */
  String extend() {
    return "UPDATE work SET free_at = " + now + " + ?" + ONLY;
  }

  /** Kind, id, owner, fence. */
  String done() {
    return "DELETE FROM work" + ONLY;
  }

  /** Delay, payload; kind, id, owner, fence. */
  String again() {
    return "UPDATE work SET owner = '', attempts = 0, free_at = "
        + now
        + " + ?, payload = ?"
        + ONLY;
  }

  /** Delay; kind, id, owner, fence. */
  String retry() {
    return "UPDATE work SET owner = '', free_at = " + now + " + ?" + ONLY;
  }

  /** Nothing. */
  String freeAll() {
    return "UPDATE work SET owner = '', free_at = " + now + " WHERE owner <> ''";
  }
}
