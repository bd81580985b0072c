package io.crossdock.estate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** What a backend answers. */
record Answer(int status, JsonNode body, Map<String, String> headers) {

  Answer {
    headers = Map.copyOf(headers);
  }

  static Answer ok(JsonNode body) {
    return new Answer(200, body, Map.of());
  }

  static Answer created(JsonNode body) {
    return new Answer(201, body, Map.of());
  }

  Answer header(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new Answer(status, body, more);
  }
}
