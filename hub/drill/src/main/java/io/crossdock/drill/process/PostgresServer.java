package io.crossdock.drill.process;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL of its own for one drill, from the programs that are installed on this machine. It
 * flushes to the disk, and it ends with this process, however that ends.
 */
public final class PostgresServer implements AutoCloseable {

  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long LOOK_MILLIS = 50;
  // Ends the server when this process hangs up: a server that nobody needs must not live on.
  private static final String UNTIL_HUNG_UP =
      "\"$@\" </dev/null & cat >/dev/null; kill -INT $!; wait $!";

  private final Process process;
  private final String url;

  private PostgresServer(Process process, String url) {
    this.process = process;
    this.url = url;
  }

  /** The folder of {@code initdb} and {@code postgres}: on the PATH, or where Debian puts them. */
  public static Optional<Path> programs() {
    List<Path> folders = new ArrayList<>();
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      folders.add(Path.of(folder));
    }
    if (Files.isDirectory(INSTALLED)) {
      try (Stream<Path> versions = Files.list(INSTALLED)) {
        versions
            .sorted(Comparator.comparingInt(PostgresServer::version).reversed())
            .forEach(version -> folders.add(version.resolve("bin")));
      } catch (IOException e) {
        // Cannot be looked into, so nothing can be run from there.
      }
    }
    return folders.stream()
        .filter(folder ->
            Files.isExecutable(folder.resolve("initdb"))
                && Files.isExecutable(folder.resolve("postgres")))
        .findFirst();
  }

  /**
   * Makes a server and starts it.
   *
   * @param programs see {@link #programs}
   * @param directory for its data and its log, must exist
   * @throws IOException when it does not start, with where to look
   */
  public static PostgresServer start(Path programs, Path directory)
      throws IOException, InterruptedException {
    Path data = directory.resolve("data");
    Path log = directory.resolve("postgres.log");
    Process made =
        new ProcessBuilder(
                asAnybody(
                    programs.resolve("initdb").toString(),
                    "--pgdata=" + data,
                    "--auth=trust",
                    "--username=postgres",
                    "--encoding=UTF8",
                    "--no-locale",
                    "--no-sync"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (made.waitFor() != 0) {
      throw new IOException("PostgreSQL's initdb failed, see " + log);
    }
    int port = freePort();
    List<String> command = new ArrayList<>(List.of("sh", "-c", UNTIL_HUNG_UP, "sh"));
    command.addAll(
        asAnybody(
            programs.resolve("postgres").toString(),
            "-D",
            data.toString(),
            "-p",
            Integer.toString(port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "fsync=on"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    PostgresServer server =
        new PostgresServer(
            process, "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres");
    server.awaitReady(log);
    return server;
  }

  /** Its address with the user, as the JDBC driver takes it. */
  public String url() {
    return url;
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroy();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitReady(Path log) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (process.isAlive() && System.nanoTime() < end) {
      try (Connection connection = DriverManager.getConnection(url)) {
        if (connection.isValid(1)) {
          return;
        }
      } catch (SQLException e) {
        Thread.sleep(LOOK_MILLIS);
      }
    }
    close();
    throw new IOException("PostgreSQL did not start, see " + log);
  }

  // It refuses to run as root; in a user name space of its own it is nobody.
  private static List<String> asAnybody(String... command) {
    List<String> all = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      all.addAll(List.of("unshare", "--user"));
    }
    all.addAll(List.of(command));
    return all;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static int version(Path folder) {
    try {
      return Integer.parseInt(folder.getFileName().toString());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
