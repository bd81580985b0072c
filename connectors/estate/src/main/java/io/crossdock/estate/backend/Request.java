package io.crossdock.estate.backend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One request as a backend sees it.
 *
 * @param path decoded, without the query
 * @param variables what the route's template found in the path
 * @param headers gives the value of a header, or the empty text
 */
public record Request(
    String method,
    String path,
    Map<String, String> variables,
    Map<String, List<String>> query,
    UnaryOperator<String> headers,
    String body) {

  public Request with(Map<String, String> found) {
    return new Request(method, path, found, query, headers, body);
  }

  public String variable(String name) {
    String value = variables.get(name);
    if (value == null) {
      throw new IllegalStateException("route without " + name);
    }
    return value;
  }

  /** The value of a header, or the empty text. */
  public String header(String name) {
    return headers.apply(name);
  }

  /** The value of a query parameter that is not empty. */
  public Optional<String> query(String name) {
    List<String> values = query.get(name);
    return values == null || values.isEmpty() || values.getFirst().isEmpty()
        ? Optional.empty()
        : Optional.of(values.getFirst());
  }

  /** A query parameter as a number within bounds. */
  public int query(String name, int usual, int least, int most) {
    return (int) query(name, (long) usual, (long) least, (long) most);
  }

  public long query(String name, long usual, long least, long most) {
    Optional<String> text = query(name);
    if (text.isEmpty()) {
      return usual;
    }
    try {
      long value = Long.parseLong(text.get());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw Refusal.field(name, text.get() + " (expected: " + least + ".." + most + ")");
  }

  /** A query parameter as a moment. */
  public Optional<Instant> queryTime(String name) {
    return query(name).map(text -> Body.parseTime(name, text));
  }

  /** Refuses query parameters that the operation does not know, which are usually spelt wrong. */
  public void allowQuery(String... names) {
    for (String given : query.keySet()) {
      if (!List.of(names).contains(given)) {
        throw Refusal.field(
            given, "unknown parameter (expected: " + String.join(", ", names) + ")");
      }
    }
  }

  /** The body, which must be an object. */
  public Body json() {
    JsonNode node;
    try {
      node = JsonNodes.read(body);
    } catch (IOException e) {
      throw Refusal.of(400, "malformed JSON");
    }
    if (node instanceof ObjectNode object) {
      String type = header("Content-Type");
      if (!body.isEmpty()
          && !type.isEmpty()
          && !type.toLowerCase(java.util.Locale.ROOT).contains("json")) {
        throw Refusal.of(415, "Content-Type: " + type + " (expected: application/json)");
      }
      return new Body("", object);
    }
    throw Refusal.of(400, "body is not a JSON object");
  }
}
