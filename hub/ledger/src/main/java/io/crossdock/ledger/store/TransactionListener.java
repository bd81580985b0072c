package io.crossdock.ledger.store;

/** Follows the transactions of the writer, on its thread: must be quick and must not fail. */
@FunctionalInterface
public interface TransactionListener {

  /** A transaction begins; the one before was rolled back unless it was committed. */
  default void begun() {}

  /** The transaction is committed; its callers have not been answered yet. */
  void committed();
}
