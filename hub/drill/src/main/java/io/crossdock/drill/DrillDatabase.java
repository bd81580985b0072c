package io.crossdock.drill;

import io.crossdock.drill.process.FaultProxy;
import io.crossdock.drill.process.PostgresServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The database of a drill: how hubs reach it, and how it is inspected from outside. */
final class DrillDatabase implements AutoCloseable {

  private static final Pattern POSTGRES_URL =
      Pattern.compile("jdbc:postgresql://(\\[[^]]+]|[^:/?]+)(?::(\\d+))?/([^?]*)(\\?.*)?");
  private static final int POSTGRES_PORT = 5432;

  private final Path directory;
  private final String url;
  private final List<String> configurations;
  private final List<FaultProxy> proxies;
  private final @Nullable PostgresServer server;
  private final String admin;
  private final String name;

  private DrillDatabase(
      Path directory,
      String url,
      List<String> configurations,
      List<FaultProxy> proxies,
      @Nullable PostgresServer server,
      String admin,
      String name) {
    this.directory = directory;
    this.url = url;
    this.configurations = List.copyOf(configurations);
    this.proxies = List.copyOf(proxies);
    this.server = server;
    this.admin = admin;
    this.name = name;
  }

  /**
   * Creates an empty one.
   *
   * @throws IOException with what is missing
   */
  static DrillDatabase open(DrillSettings settings)
      throws IOException, SQLException, InterruptedException {
    return switch (settings.engine()) {
      case SQLITE -> sqlite(settings.directory());
      case POSTGRESQL -> postgres(settings);
    };
  }

  /** The part of each hub's configuration that names it. */
  List<String> configurations() {
    return configurations;
  }

  /** What can be cut: one proxy for each hub, or none. */
  List<FaultProxy> proxies() {
    return proxies;
  }

  /** Connects past the proxies, without auto-commit. */
  Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    connection.setAutoCommit(false);
    return connection;
  }

  /** Where to find it again; without a password. */
  String where() {
    return admin.isEmpty() ? directory.toString() : withoutQuery(url);
  }

  /** Removes it from a server that others use. */
  void drop() throws SQLException {
    if (!admin.isEmpty()) {
      execute(admin, "DROP DATABASE IF EXISTS " + name);
    }
  }

  @Override
  public void close() {
    proxies.forEach(FaultProxy::close);
    if (server != null) {
      server.close();
    }
  }

  private static DrillDatabase sqlite(Path directory) {
    Path ledger = directory.resolve("ledger");
    return new DrillDatabase(
        ledger,
        "jdbc:sqlite:" + ledger.resolve("ledger.db"),
        List.of("directory: " + HubLauncher.quoted(ledger.toString())),
        List.of(),
        null,
        "",
        "");
  }

  private static DrillDatabase postgres(DrillSettings settings)
      throws IOException, SQLException, InterruptedException {
    PostgresServer server = null;
    List<FaultProxy> proxies = new ArrayList<>();
    try {
      String admin = settings.postgres();
      if (admin.isEmpty()) {
        Path programs =
            PostgresServer.programs()
                .orElseThrow(() ->
                    new IOException(
                        "PostgreSQL is not installed (no initdb on the PATH or in /usr/lib/postgresql):"
                            + " install it, or name a server with --postgres"));
        Path directory = Files.createDirectories(settings.directory().resolve("postgres"));
        server = PostgresServer.start(programs, directory);
        admin = server.url();
      }
      Matcher parts = POSTGRES_URL.matcher(admin);
      if (!parts.matches()) {
        throw new IOException(
            "postgres: "
                + withoutQuery(admin)
                + " (expected: jdbc:postgresql://HOST:PORT/DATABASE?user=USER)");
      }
      String name =
          String.format(
              Locale.ROOT,
              "crossdock_drill_%d_%d",
              ProcessHandle.current().pid(),
              System.nanoTime() & Integer.MAX_VALUE);
      execute(admin, "CREATE DATABASE " + name);
      String query = parts.group(4) == null ? "" : parts.group(4);
      int port = parts.group(2) == null ? POSTGRES_PORT : Integer.parseInt(parts.group(2));
      String direct = url(parts.group(1), port, name, query);
      List<String> configurations = new ArrayList<>();
      for (int i = 0; i < settings.nodes(); i++) {
        String near = direct;
        if (settings.cut()) {
          FaultProxy proxy = new FaultProxy(new InetSocketAddress(parts.group(1), port));
          proxies.add(proxy);
          near = url("127.0.0.1", proxy.port(), name, query);
        }
        configurations.add("postgresql: {url: " + HubLauncher.quoted(near) + "}");
      }
      return new DrillDatabase(
          settings.directory().resolve("postgres"),
          direct,
          configurations,
          proxies,
          server,
          server == null ? admin : "",
          name);
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      proxies.forEach(FaultProxy::close);
      if (server != null) {
        server.close();
      }
      throw e;
    }
  }

  private static String url(String host, int port, String database, String query) {
    return "jdbc:postgresql://" + host + ":" + port + "/" + database + query;
  }

  // It may contain user and password.
  private static String withoutQuery(String url) {
    int query = url.indexOf('?');
    return query < 0 ? url : url.substring(0, query);
  }

  private static void execute(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
