package io.crossdock.ledger.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Work that is done quicker for several callers at once, for example by one statement. What comes
 * at the same time for the same object is put together; the rules of {@link Transaction} hold.
 *
 * @param <I> what a caller hands over
 * @param <T> what comes of it
 */
@FunctionalInterface
public interface BatchedTransaction<I, T> {

  /** Does it for each, as if one after the other; the answers in their order. */
  List<T> in(Connection connection, List<I> items) throws SQLException;
}
