package io.crossdock.ledger.store;

import io.crossdock.failure.FailureException;
import java.sql.SQLException;

/** Reads a ledger for a check: the store of a running hub, or a file that nobody uses. */
@FunctionalInterface
public interface LedgerReader {

  /**
   * Does a piece of work that only reads, in a transaction of its own.
   *
   * @throws SQLException when the database refuses
   * @throws FailureException when the ledger is out
   */
  <T> T read(Transaction<T> work) throws SQLException;
}
