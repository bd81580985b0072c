package io.crossdock.ledger.store;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A ledger that cannot be opened; the message says what an operator has to do. */
public final class LedgerException extends Exception {

  private static final long serialVersionUID = 1;

  /** Says what an operator has to do. */
  public LedgerException(String message) {
    super(message);
  }

  /** The same, with what led to it. */
  public LedgerException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Whether the cause may pass without anybody touching the ledger: a database that is away or
   * starts, a disk that is full.
   */
  public boolean mayPass() {
    for (Throwable each = getCause(); each != null; each = each.getCause()) {
      if (each instanceof SQLiteException sqlite) {
        int primary = sqlite.getResultCode().code & 0xFF;
        return primary == SQLiteErrorCode.SQLITE_FULL.code
            || primary == SQLiteErrorCode.SQLITE_IOERR.code;
      }
      if (each instanceof SQLException sql && sql.getSQLState() != null) {
        String state = sql.getSQLState();
        // Connection errors, insufficient resources, operator intervention such as a start.
        // A protocol violation is a pooler that refuses what the hub asks for.
        return (state.startsWith("08") && !state.equals("08P01"))
            || state.startsWith("53")
            || state.startsWith("57");
      }
    }
    return false;
  }
}
