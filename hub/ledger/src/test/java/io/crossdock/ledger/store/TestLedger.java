package io.crossdock.ledger.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Fresh databases for tests: a directory for SQLite; for PostgreSQL a database of its own on a
 * server that the test run starts, or on the one that {@code CROSSDOCK_TEST_POSTGRES} names.
 */
public final class TestLedger {

  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static @Nullable EmbeddedPostgres server;

  private TestLedger() {}

  /** An empty database. */
  public static Database create(Engine engine, Path directory) throws IOException, SQLException {
    return at(address(engine, directory));
  }

  /** Where an empty database is, to be told to another process. */
  public static String address(Engine engine, Path directory) throws IOException, SQLException {
    return switch (engine) {
      case SQLITE -> directory.resolve("ledger-" + NUMBER.incrementAndGet()).toString();
      case POSTGRESQL -> newDatabase();
    };
  }

  /** The database at an address. */
  public static Database at(String address) {
    return address.startsWith("jdbc:")
        ? new PostgresDatabase(address, "", "")
        : new SqliteDatabase(Path.of(address));
  }

  /** An empty ledger. */
  public static Store open(Engine engine, Path directory) throws Exception {
    return Store.open(create(engine, directory), 2);
  }

  private static synchronized String newDatabase() throws IOException, SQLException {
    String name = "ledger_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
    String address = System.getenv("CROSSDOCK_TEST_POSTGRES");
    if (address == null) {
      EmbeddedPostgres running = server;
      if (running == null) {
        running = EmbeddedPostgres.builder().setServerConfig("fsync", "on").start();
        server = running;
      }
      address = running.getJdbcUrl("postgres", "postgres");
    }
    try (Connection connection = DriverManager.getConnection(address);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    int path = address.indexOf('/', "jdbc:postgresql://".length());
    int query = address.indexOf('?', path);
    return address.substring(0, path + 1) + name + (query < 0 ? "" : address.substring(query));
  }
}
