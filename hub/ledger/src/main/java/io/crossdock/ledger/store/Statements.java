package io.crossdock.ledger.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Statements that are prepared once per connection. SQLite compiles a statement each time it is
 * prepared, which costs more than a small insert.
 *
 * <p>Each thread of the store has one connection at a time, so each thread remembers the statements
 * of one. They are never closed by their users, only their results are; they end with the
 * connection.
 */
public final class Statements {

  private static final ThreadLocal<Statements> OF_THREAD = new ThreadLocal<>();

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  private Statements(Connection connection) {
    this.connection = connection;
  }

  /** The statement, to be used at once and only within the work under way. */
  @SuppressWarnings("ReferenceEquality") // a connection is itself and no other
  public static PreparedStatement of(Connection connection, String sql) throws SQLException {
    Statements known = OF_THREAD.get();
    if (known == null || known.connection != connection) {
      known = new Statements(connection);
      OF_THREAD.set(known);
    }
    PreparedStatement statement = known.prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      known.prepared.put(sql, statement);
    }
    return statement;
  }
}
