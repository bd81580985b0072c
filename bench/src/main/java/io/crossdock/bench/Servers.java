package io.crossdock.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The servers of a run: each its own process, on a free port of the loopback interface. */
final class Servers implements AutoCloseable {

  private static final String GET_BALANCE = "crossdock.loyalty.v1.LoyaltyService/GetBalance";
  private static final String LIST_ENTRIES = "crossdock.loyalty.v1.LoyaltyService/ListEntries";
  private static final Duration START = Duration.ofSeconds(30);

  /** Begins the names of the hub of the tree to compare with. */
  static final String AGAINST = "old-";

  private final Path home;
  private final @Nullable Path against;
  private final Path directory;
  private final Deque<Process> processes = new ArrayDeque<>();

  private Servers(Path home, @Nullable Path against, Path directory) {
    this.home = home;
    this.against = against;
    this.directory = directory;
  }

  /**
   * Prepares the servers.
   *
   * @param home of the tree to measure
   * @param against another built tree whose hub is measured beside it; null for none
   * @param directory for configurations and logs
   */
  static Servers in(Path home, @Nullable Path against, Path directory) {
    return new Servers(home, against, directory);
  }

  /**
   * Starts every server.
   *
   * @return the floor, the hub on a hit and on a pass-through, the same of the tree to compare
   *     with, and the proxies that are installed
   */
  List<Target> start() throws IOException, InterruptedException {
    List<Target> targets = new ArrayList<>();
    Target floor = floor("floor");
    Target backend = floor("backend");
    targets.add(floor);
    addHub(targets, "", home, backend.port());
    if (against != null) {
      addHub(targets, AGAINST, against, backend.port());
    }
    Optional<Path> haproxy = H2Load.find("haproxy");
    if (haproxy.isPresent()) {
      targets.add(haproxy(haproxy.get(), backend.port()));
    }
    Optional<Path> nginx = H2Load.find("nginx");
    if (nginx.isPresent()) {
      targets.add(nginx(nginx.get(), backend.port()));
    }
    return targets;
  }

  private Target floor(String name) throws IOException, InterruptedException {
    int port = freePort();
    Process process =
        launch(
            name,
            port,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                FloorServer.class.getName(),
                Integer.toString(port)));
    return new Target(name, GET_BALANCE, port, process.toHandle(), true);
  }

  private void addHub(List<Target> targets, String prefix, Path tree, int backendPort)
      throws IOException, InterruptedException {
    Target hit = hub(prefix, tree, backendPort);
    targets.add(hit);
    targets.add(new Target(prefix + "pass", LIST_ENTRIES, hit.port(), hit.process(), true));
  }

  private Target hub(String prefix, Path tree, int backendPort)
      throws IOException, InterruptedException {
    int port = freePort();
    Path config =
        Files.writeString(
            directory.resolve(prefix + "hub.yaml"),
            """
            listen: {port: %d}
            ops: {port: 0}
            connectors:
              - name: backend
                instances: ["127.0.0.1:%d"]
            routes:
              - service: crossdock.loyalty.v1.LoyaltyService
                connector: backend
            """
                .formatted(port, backendPort));
    Process process =
        launch(
            prefix + "hub",
            port,
            List.of(tree.resolve("crossdock").toString(), "hub", "--config", config.toString()));
    return new Target(prefix + "hit", GET_BALANCE, port, process.toHandle(), true);
  }

  private Target haproxy(Path program, int backendPort) throws IOException, InterruptedException {
    int port = freePort();
    Path config =
        Files.writeString(
            directory.resolve("haproxy.cfg"),
            """
            global
              nbthread %d
            defaults
              mode http
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            frontend till
              bind 127.0.0.1:%d proto h2
              default_backend backend
            backend backend
              server one 127.0.0.1:%d proto h2
            """
                .formatted(Runtime.getRuntime().availableProcessors(), port, backendPort));
    Process process =
        launch("haproxy", port, List.of(program.toString(), "-db", "-f", config.toString()));
    return new Target("haproxy", LIST_ENTRIES, port, process.toHandle(), false);
  }

  private Target nginx(Path program, int backendPort) throws IOException, InterruptedException {
    int port = freePort();
    Path config =
        Files.writeString(
            directory.resolve("nginx.conf"),
            """
            daemon off;
            pid %1$s/nginx.pid;
            error_log stderr warn;
            worker_processes %2$d;
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              upstream backend { server 127.0.0.1:%4$d; keepalive 64; keepalive_requests 100000000; }
              server {
                listen 127.0.0.1:%3$d http2;
                keepalive_requests 100000000;
                http2_max_concurrent_streams 128;
                location / { grpc_pass grpc://backend; }
              }
            }
            """
                .formatted(
                    directory, Runtime.getRuntime().availableProcessors(), port, backendPort));
    Process process =
        launch(
            "nginx",
            port,
            List.of(
                program.toString(),
                "-e",
                "stderr",
                "-p",
                directory.toString(),
                "-c",
                config.toString()));
    return new Target("nginx", LIST_ENTRIES, port, process.toHandle(), false);
  }

  private Process launch(String name, int port, List<String> command)
      throws IOException, InterruptedException {
    Path log = directory.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("CROSSDOCK_BUILD", "never");
    Process process = builder.start();
    processes.push(process);
    long end = System.nanoTime() + START.toNanos();
    while (!answers(port)) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException(name + " did not start:\n" + Files.readString(log));
      }
      // There is no event to wait for: the port of another program is asked until it opens.
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return process;
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    for (Process process : processes) {
      process.destroy();
    }
    for (Process process : processes) {
      try {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
