package io.crossdock.ledger.store;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Something to be done within a transaction.
 *
 * <p>It runs again from the start when another piece of work in the same transaction failed, so its
 * only effects are those on the connection. It neither commits nor rolls back. What it refuses for
 * a reason of its own it returns as a value: an exception undoes the work of everyone who shares
 * the transaction once.
 *
 * @param <T> what comes of it
 */
@FunctionalInterface
public interface Transaction<T> {

  /** Does the work. */
  T in(Connection connection) throws SQLException;
}
