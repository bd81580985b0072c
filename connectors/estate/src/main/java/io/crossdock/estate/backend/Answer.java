package io.crossdock.estate.backend;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** What a backend answers. */
public record Answer(int status, JsonNode body, Map<String, String> headers) {

  public Answer {
    headers = Map.copyOf(headers);
  }

  public static Answer ok(JsonNode body) {
    return new Answer(200, body, Map.of());
  }

  public static Answer created(JsonNode body) {
    return new Answer(201, body, Map.of());
  }

  public Answer header(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new Answer(status, body, more);
  }
}
