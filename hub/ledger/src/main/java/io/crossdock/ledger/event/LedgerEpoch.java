package io.crossdock.ledger.event;

import io.crossdock.ledger.store.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Which life of the ledger it is. A restore begins another one, because ids that were given between
 * the back-up and the restore are given again to other events; a position of an earlier epoch is
 * refused, see {@link Position}.
 */
public final class LedgerEpoch {

  /** Version of the tables since which there are epochs. */
  public static final int SINCE = 6;

  private static final String CURRENT =
      "SELECT epoch FROM event_epochs ORDER BY number DESC LIMIT 1";
  private static final String BEGIN = "INSERT INTO event_epochs DEFAULT VALUES";

  private LedgerEpoch() {}

  /** The epoch that positions are issued in. */
  public static long current(Connection connection) throws SQLException {
    return Sql.one(connection, CURRENT, row -> row.getLong(1))
        .orElseThrow(() -> new IllegalStateException("the ledger has no epoch"));
  }

  /** Begins another epoch; every position that was issued before is refused from then on. */
  public static void begin(Connection connection) throws SQLException {
    var _ = Sql.update(connection, BEGIN);
  }
}
