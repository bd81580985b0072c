package io.crossdock.ledger.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLState;

/**
 * PostgreSQL 14 or newer, shared by several hub nodes, directly or behind a pooler that leaves each
 * connection its session.
 */
public final class PostgresDatabase implements Database {

  private static final String MIGRATIONS = "io/crossdock/ledger/postgresql";
  private static final Set<String> DAMAGE = Set.of("42P01", "42703", "XX001", "XX002");
  private static final int CONNECT_SECONDS = 5;
  private static final int ANSWER_SECONDS = 30;
  // Every caller's write waits behind one that the network has swallowed.
  private static final int WRITE_SECONDS = 10;
  private static final int IDLE_MILLIS = 3_000;
  private static final int LOCK_MILLIS = 1_000;
  private static final int SESSION_LOOKS = 3;

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
  }

  @Override
  public Engine engine() {
    return Engine.POSTGRESQL;
  }

  @Override
  public void prepare() throws LedgerException {
    // Behind a pooler a statement with a name is found again by the other connection.
    source.setPrepareThreshold(0);
    try (Connection one = source.getConnection();
        Connection other = source.getConnection()) {
      if (isShared(one, other)) {
        throw new LedgerException(
            "PostgreSQL is behind a connection pooler in transaction mode, which gives a session to"
                + " somebody else after each transaction; the ledger needs sessions of its own"
                + " (PgBouncer: pool_mode=session, or connect without it)");
      }
    } catch (SQLException e) {
      throw new LedgerException(
          isStartupParameter(e)
              ? "the connection pooler before PostgreSQL refuses a startup parameter (PgBouncer: add"
                  + " it to ignore_startup_parameters, or take it out of the URL): "
                  + e.getMessage()
              : "PostgreSQL cannot be reached: " + e.getMessage(),
          e);
    } finally {
      source.setPrepareThreshold(1);
    }
    Migrations.apply(source, MIGRATIONS);
  }

  /** Whether two connections are one session of the server in turn. */
  private static boolean isShared(Connection one, Connection other) throws SQLException {
    Set<Integer> sessions = new HashSet<>();
    Set<Integer> others = new HashSet<>();
    for (int i = 0; i < SESSION_LOOKS; i++) {
      sessions.add(session(one));
      others.add(session(other));
    }
    return !Collections.disjoint(sessions, others);
  }

  private static int session(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      var _ = row.next();
      return row.getInt(1);
    }
  }

  // Protocol violation, which is what poolers call it.
  private static boolean isStartupParameter(SQLException error) {
    return "08P01".equals(error.getSQLState())
        && String.valueOf(error.getMessage()).contains("startup parameter");
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
  public boolean isDamage(SQLException error) {
    // Undefined table or column; data or index corrupted.
    return error.getSQLState() != null && DAMAGE.contains(error.getSQLState());
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
      if (source.getOptions() == null) {
        // A node that was paused within a transaction must not hold up the others. Not a startup
        // parameter, which poolers refuse.
        statement.execute("SET idle_in_transaction_session_timeout = " + IDLE_MILLIS);
      }
      connection.commit();
      connection.setNetworkTimeout(Runnable::run, WRITE_SECONDS * 1_000);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }
}
