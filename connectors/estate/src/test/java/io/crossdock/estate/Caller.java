package io.crossdock.estate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A plain HTTP client of one estate; tests write quotes as {@code '} where JSON wants double ones.
 */
final class Caller implements AutoCloseable {

  static final ObjectMapper MAPPER = new ObjectMapper();

  final Estate estate;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final String base;
  private final String[] headers;

  /** An answer. */
  record Reply(int status, JsonNode json, HttpHeaders headers) {

    String text(String pointer) {
      return json.at(pointer).asText();
    }

    long number(String pointer) {
      return json.at(pointer).asLong();
    }
  }

  Caller(Estate estate, String base, String... headers) {
    this.estate = estate;
    this.base = base;
    this.headers = headers;
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  Reply get(String path, String... more) {
    return send("GET", path, "", more);
  }

  Reply post(String path, String json, String... more) {
    return send("POST", path, json, more);
  }

  Reply send(String method, String path, String json, String... more) {
    try {
      return reply(http.send(request(method, path, json, more), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  CompletableFuture<Reply> later(String method, String path, String json, String... more) {
    return http.sendAsync(request(method, path, json, more), BodyHandlers.ofString())
        .thenApply(Caller::reply);
  }

  private HttpRequest request(String method, String path, String json, String... more) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(estate.url() + base + path))
            .timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      builder.headers(headers);
    }
    if (more.length > 0) {
      builder.headers(more);
    }
    boolean empty = json.isEmpty();
    if (!empty) {
      builder.header("Content-Type", "application/json");
    }
    return builder
        .method(
            method,
            empty ? BodyPublishers.noBody() : BodyPublishers.ofString(json.replace('\'', '"')))
        .build();
  }

  private static Reply reply(HttpResponse<String> response) {
    try {
      return new Reply(response.statusCode(), MAPPER.readTree(response.body()), response.headers());
    } catch (IOException e) {
      throw new AssertionError(response.body(), e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
