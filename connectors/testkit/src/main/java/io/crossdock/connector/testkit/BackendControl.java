package io.crossdock.connector.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** The control of one simulated backend: its faults and what it was asked. */
public final class BackendControl {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI estate;
  private final String name;

  BackendControl(URI estate, String name) {
    this.estate = estate;
    this.name = name;
  }

  /** Puts the whole estate back to its start. */
  public void reset() {
    ask("POST", "/control/reset", "");
  }

  /**
   * Breaks the backend.
   *
   * @param faults as the estate's control reads them
   */
  public void faults(String faults) {
    ask("PUT", "/control/faults/" + name, faults);
  }

  /** Mends the backend; what hangs goes on. */
  public void heal() {
    ask("DELETE", "/control/faults/" + name, "");
  }

  /** Lets time go by in the whole estate. */
  public void advance(int seconds) {
    ask("POST", "/control/clock", "{\"advance_seconds\":" + seconds + "}");
  }

  /** What the backend was asked. */
  public JsonNode requests() {
    return ask("GET", "/control/requests?backend=" + name + "&limit=50", "");
  }

  private JsonNode ask(String method, String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(estate.resolve(path)).header("Content-Type", "application/json");
    request.method(
        method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            path + ": " + response.statusCode() + " " + response.body());
      }
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new IllegalStateException(path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(path, e);
    }
  }
}
