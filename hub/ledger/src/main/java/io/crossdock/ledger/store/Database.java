package io.crossdock.ledger.store;

import java.sql.Connection;
import java.sql.SQLException;

/** A database product with its address, and what is particular about it. */
public sealed interface Database extends AutoCloseable permits SqliteDatabase, PostgresDatabase {

  /** The product. */
  Engine engine();

  /**
   * Takes possession and brings the tables up to date.
   *
   * @throws LedgerException when that cannot be done
   */
  void prepare() throws LedgerException;

  /** A new connection, without auto-commit, for writing. */
  Connection openForWriting() throws SQLException;

  /** A new connection, without auto-commit, for reading. */
  Connection openForReading() throws SQLException;

  /** Whether a connection is of no use after this error. */
  boolean isLost(SQLException error);

  /** Whether an error comes from the database's state rather than from what was asked of it. */
  boolean isOutage(SQLException error);

  /** Whether an error says that tables or pages of the ledger are missing or broken. */
  boolean isDamage(SQLException error);

  /** Whether the same work may succeed when its transaction is run again. */
  boolean isConflict(SQLException error);

  /** Gives it up. */
  @Override
  void close();
}
