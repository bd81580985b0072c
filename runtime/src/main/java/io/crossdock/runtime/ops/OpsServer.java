package io.crossdock.runtime.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.crossdock.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Serves {@code GET /health/live}, {@code /health/ready} (200 or 503, JSON) and {@code /metrics}
 * (Prometheus' text format).
 */
public final class OpsServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads;

  private OpsServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Opens the port.
   *
   * @throws IOException when the port cannot be opened
   */
  public static OpsServer start(InetSocketAddress where, HealthChecks health, Telemetry telemetry)
      throws IOException {
    HttpServer server = HttpServer.create(where, 0);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> answer(exchange, route(exchange.getRequestURI().getPath(), health, telemetry)));
    server.start();
    return new OpsServer(server, threads);
  }

  /** The port that was opened. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }

  private record Answer(int status, String type, String body) {

    static Answer json(int status, String body) {
      return new Answer(status, "application/json", body + "\n");
    }
  }

  private static Answer route(String path, HealthChecks health, Telemetry telemetry) {
    return switch (path) {
      case "/health/live" -> Answer.json(200, "{\"status\":\"UP\"}");
      case "/health/ready" -> ready(health.states());
      case "/metrics" ->
          new Answer(200, "text/plain; version=0.0.4; charset=utf-8", telemetry.prometheusText());
      default ->
          Answer.json(
              404,
              "{\"error\":\"not"
                  + " found\",\"paths\":[\"/health/live\",\"/health/ready\",\"/metrics\"]}");
    };
  }

  private static Answer ready(Map<String, HealthChecks.State> states) {
    boolean down = states.containsValue(HealthChecks.State.DOWN);
    // Names are the process's own words: letters, digits and dashes.
    String checks =
        states.entrySet().stream()
            .map(entry -> '"' + entry.getKey() + "\":\"" + entry.getValue() + '"')
            .collect(Collectors.joining(","));
    return Answer.json(
        down ? 503 : 200,
        "{\"status\":\"" + (down ? "DOWN" : "UP") + "\",\"checks\":{" + checks + "}}");
  }

  private static void answer(HttpExchange exchange, Answer answer) throws IOException {
    try (exchange) {
      boolean head = exchange.getRequestMethod().equals("HEAD");
      if (!head && !exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }
}
