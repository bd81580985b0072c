package io.crossdock.runtime.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.crossdock.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code GET /health/live}, {@code /health/ready} (200 or 503, JSON) and {@code /metrics}
 * (Prometheus' text format), on a loopback address only: nothing is encrypted and nobody is asked
 * who they are.
 */
public final class OpsServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OpsServer.class);

  private final HttpServer server;
  private final ExecutorService threads;

  private OpsServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Opens the port.
   *
   * @throws IOException when the port cannot be opened; a {@link BindException} that names it when
   *     another process has it
   * @throws IllegalArgumentException when the address is not loopback
   */
  public static OpsServer start(InetSocketAddress where, HealthChecks health, Telemetry telemetry)
      throws IOException {
    if (where.isUnresolved() || !where.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "ops: " + where.getHostString() + " (expected: a loopback address)");
    }
    HttpServer server = open(where);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/", exchange -> serve(exchange, health, telemetry));
    server.start();
    return new OpsServer(server, threads);
  }

  private static HttpServer open(InetSocketAddress where) throws IOException {
    try {
      return HttpServer.create(where, 0);
    } catch (BindException e) {
      BindException named =
          new BindException(
              "operators' port "
                  + where.getHostString()
                  + ":"
                  + where.getPort()
                  + ": "
                  + e.getMessage());
      named.initCause(e);
      throw named;
    }
  }

  /** The port that was opened. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Closes the port and every connection at once. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private record Answer(int status, String type, String body) {

    static Answer json(int status, String body) {
      return new Answer(status, "application/json", body + "\n");
    }
  }

  private static void serve(HttpExchange exchange, HealthChecks health, Telemetry telemetry)
      throws IOException {
    String method = exchange.getRequestMethod();
    Answer answer;
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      answer = Answer.json(405, "{\"error\":\"method not allowed\"}");
    } else {
      try {
        answer = route(exchange.getRequestURI().getPath(), health, telemetry);
      } catch (RuntimeException e) {
        LOG.error("operators' port failed", e);
        answer = Answer.json(500, "{\"error\":\"internal\"}");
      }
    }
    send(exchange, answer, method.equals("HEAD"));
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
    // Names need no escaping, see HealthChecks.register.
    String checks =
        states.entrySet().stream()
            .map(entry -> '"' + entry.getKey() + "\":\"" + entry.getValue() + '"')
            .collect(Collectors.joining(","));
    return Answer.json(
        down ? 503 : 200,
        "{\"status\":\"" + (down ? "DOWN" : "UP") + "\",\"checks\":{" + checks + "}}");
  }

  private static void send(HttpExchange exchange, Answer answer, boolean headOnly)
      throws IOException {
    try (exchange) {
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      if (headOnly) {
        exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
        exchange.sendResponseHeaders(answer.status(), -1);
      } else {
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
      }
    }
  }
}
