package io.crossdock.ledger.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLState;

/** PostgreSQL 14 or newer, shared by several hub nodes. */
public final class PostgresDatabase implements Database {

  private static final String MIGRATIONS = "io/crossdock/ledger/postgresql";
  private static final int CONNECT_SECONDS = 5;
  private static final int ANSWER_SECONDS = 30;
  // Every caller's write waits behind one that the network has swallowed.
  private static final int WRITE_SECONDS = 10;
  private static final int IDLE_MILLIS = 3_000;
  private static final int LOCK_MILLIS = 1_000;

  private final PGSimpleDataSource source = new PGSimpleDataSource();

  /**
   * Names a database.
   *
   * @param url as the JDBC driver takes it, {@code jdbc:postgresql://host:port/database}
   * @param user empty when the URL has it
   * @param password empty when the URL or the server needs none
   */
  public PostgresDatabase(String url, String user, String password) {
    source.setUrl(url);
    if (!user.isEmpty()) {
      source.setUser(user);
    }
    if (!password.isEmpty()) {
      source.setPassword(password);
    }
    source.setConnectTimeout(CONNECT_SECONDS);
    // A network that was cut says nothing; without a bound a write would wait for ever.
    source.setSocketTimeout(ANSWER_SECONDS);
    source.setTcpKeepAlive(true);
    source.setPrepareThreshold(1);
    source.setApplicationName("crossdock");
    // A node that was paused within a transaction must not hold up the others.
    if (source.getOptions() == null) {
      source.setOptions("-c idle_in_transaction_session_timeout=" + IDLE_MILLIS);
    }
  }

  @Override
  public Engine engine() {
    return Engine.POSTGRESQL;
  }

  @Override
  public void prepare() throws LedgerException {
    try (Connection connection = source.getConnection()) {
      var _ = connection.isValid(CONNECT_SECONDS);
    } catch (SQLException e) {
      throw new LedgerException("PostgreSQL cannot be reached: " + e.getMessage(), e);
    }
    Migrations.apply(source, MIGRATIONS);
  }

  @Override
  public Connection openForWriting() throws SQLException {
    Connection connection = open();
    try (Statement statement = connection.createStatement()) {
      // Migrations may wait for each other; a write is tried again instead, piece by piece.
      statement.execute("SET lock_timeout = " + LOCK_MILLIS);
      // "Done" means on the disk, whatever the server's default is.
      statement.execute(
          "SELECT set_config('synchronous_commit', 'on', false)"
              + " WHERE current_setting('synchronous_commit') = 'off'");
      connection.commit();
      connection.setNetworkTimeout(Runnable::run, WRITE_SECONDS * 1_000);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public Connection openForReading() throws SQLException {
    Connection connection = open();
    connection.setReadOnly(true);
    return connection;
  }

  @Override
  public boolean isLost(SQLException error) {
    return isOutage(error);
  }

  @Override
  public boolean isOutage(SQLException error) {
    String state = error.getSQLState();
    return state != null
        && (PSQLState.isConnectionError(state)
            // Insufficient resources, operator intervention, system error, read-only server.
            || state.startsWith("53")
            || state.startsWith("57")
            || state.startsWith("58")
            || state.equals("25006")
            // Was idle in a transaction for too long.
            || state.equals("25P03"));
  }

  @Override
  public boolean isConflict(SQLException error) {
    return PSQLState.SERIALIZATION_FAILURE.getState().equals(error.getSQLState())
        || PSQLState.DEADLOCK_DETECTED.getState().equals(error.getSQLState())
        // Lock not available.
        || "55P03".equals(error.getSQLState());
  }

  @Override
  public void close() {
    // Connections belong to those who opened them.
  }

  private Connection open() throws SQLException {
    Connection connection = source.getConnection();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      // All statements look up few rows. Those planned while a table is small must not go on
      // reading it whole when it has grown.
      statement.execute("SET enable_seqscan = off");
      connection.commit();
      connection.setNetworkTimeout(Runnable::run, WRITE_SECONDS * 1_000);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }
}
