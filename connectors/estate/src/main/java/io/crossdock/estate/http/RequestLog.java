package io.crossdock.estate.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.estate.backend.JsonNodes;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What reached one backend and what became of it, so that a test can prove a retry. Safe for any
 * thread.
 */
final class RequestLog {

  private static final int KEPT = 200;

  private long total;
  private int inFlight;
  private final Map<String, Long> byStatus = new TreeMap<>();
  private final Map<String, Long> byOperation = new TreeMap<>();
  private final Deque<ObjectNode> last = new ArrayDeque<>();

  /**
   * One request that is over.
   *
   * @param status HTTP status, or {@code closed}, {@code reset} or {@code gone}
   * @param executions how often the backend did the work
   * @param fault what was done to it
   */
  record Line(
      Instant at,
      String method,
      String path,
      String operation,
      String status,
      int executions,
      @Nullable String fault,
      long durationMs,
      String idempotencyKey,
      String traceparent) {}

  synchronized void begin() {
    total++;
    inFlight++;
  }

  synchronized void end(Line line) {
    inFlight--;
    byStatus.merge(line.status(), 1L, Long::sum);
    byOperation.merge(line.operation(), 1L, Long::sum);
    if (last.size() == KEPT) {
      last.removeLast();
    }
    last.addFirst(
        JsonNodes.object(
            "at", line.at(),
            "method", line.method(),
            "path", line.path(),
            "operation", line.operation(),
            "status", line.status(),
            "executions", line.executions(),
            "fault", line.fault(),
            "duration_ms", line.durationMs(),
            "idempotency_key", line.idempotencyKey().isEmpty() ? null : line.idempotencyKey(),
            "traceparent", line.traceparent().isEmpty() ? null : line.traceparent()));
  }

  /** Forgets all but what is in flight. */
  synchronized void reset() {
    total = inFlight;
    byStatus.clear();
    byOperation.clear();
    last.clear();
  }

  synchronized ObjectNode json(String backend, int hanging, int limit) {
    ObjectNode json =
        JsonNodes.object(
            "backend", backend, "total", total, "in_flight", inFlight, "hanging", hanging);
    ObjectNode statuses = json.putObject("by_status");
    byStatus.forEach(statuses::put);
    ObjectNode operations = json.putObject("by_operation");
    byOperation.forEach(operations::put);
    json.set("last", JsonNodes.array(last.stream().limit(limit).toList()));
    return json;
  }
}
