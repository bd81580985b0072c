package io.crossdock.bench.ledger;

import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.PostgresDatabase;
import io.crossdock.ledger.store.SqliteDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Empty databases: directories for SQLite, schemas of one database for PostgreSQL. */
final class Databases implements AutoCloseable {

  private static final String PREFIX = "crossdock_bench_";

  private final Path directory;
  private final String postgres;
  private final List<String> schemas = new ArrayList<>();

  /**
   * @param directory for everything that is written here
   * @param postgres JDBC address; empty for SQLite
   */
  Databases(Path directory, String postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  Path directory() {
    return directory;
  }

  /** An empty database. */
  Database empty(String name) throws SQLException {
    if (postgres.isEmpty()) {
      return new SqliteDatabase(directory.resolve(name));
    }
    String schema = PREFIX + name;
    schemas.add(schema);
    execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
    execute("CREATE SCHEMA " + schema);
    return new PostgresDatabase(
        postgres + (postgres.contains("?") ? "&" : "?") + "currentSchema=" + schema, "", "");
  }

  @Override
  public void close() throws SQLException, IOException {
    for (String schema : schemas) {
      execute("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(postgres);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
