package io.crossdock.ledger.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs a statement with its arguments: {@code String}, {@code Long}, {@code Integer}, {@code
 * Boolean}, {@code byte[]} or null, in the order of the question marks. Statements are prepared
 * once per connection, see {@link Statements}.
 */
public final class Sql {

  private Sql() {}

  /** Reads one row. */
  @FunctionalInterface
  public interface Mapper<T> {

    /** Reads the row that the cursor is on, and does not move it. */
    T map(ResultSet row) throws SQLException;
  }

  /** Changes rows; how many. */
  public static int update(Connection connection, String sql, @Nullable Object... arguments)
      throws SQLException {
    return bound(connection, sql, arguments).executeUpdate();
  }

  /** All rows, in their order. */
  public static <T> List<T> list(
      Connection connection, String sql, Mapper<T> mapper, @Nullable Object... arguments)
      throws SQLException {
    List<T> all = new ArrayList<>();
    try (ResultSet rows = bound(connection, sql, arguments).executeQuery()) {
      while (rows.next()) {
        all.add(mapper.map(rows));
      }
    }
    return all;
  }

  /** The first row; empty when there is none. */
  public static <T> Optional<T> one(
      Connection connection, String sql, Mapper<T> mapper, @Nullable Object... arguments)
      throws SQLException {
    try (ResultSet rows = bound(connection, sql, arguments).executeQuery()) {
      return rows.next() ? Optional.of(mapper.map(rows)) : Optional.empty();
    }
  }

  /** The number in the first row; 0 when there is no row. */
  public static long number(Connection connection, String sql, @Nullable Object... arguments)
      throws SQLException {
    try (ResultSet rows = bound(connection, sql, arguments).executeQuery()) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }

  /** Whether there is a row. */
  public static boolean exists(Connection connection, String sql, @Nullable Object... arguments)
      throws SQLException {
    try (ResultSet rows = bound(connection, sql, arguments).executeQuery()) {
      return rows.next();
    }
  }

  private static PreparedStatement bound(
      Connection connection, String sql, @Nullable Object... arguments) throws SQLException {
    PreparedStatement statement = Statements.of(connection, sql);
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case null -> statement.setNull(i + 1, Types.NULL);
        case String text -> statement.setString(i + 1, text);
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setInt(i + 1, number);
        case Boolean flag -> statement.setBoolean(i + 1, flag);
        case byte[] bytes -> statement.setBytes(i + 1, bytes);
        case Object other ->
            throw new IllegalArgumentException("argument " + (i + 1) + ": " + other.getClass());
      }
    }
    return statement;
  }
}
