package io.crossdock.demo;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;

/** A web shop that books points at the loyalty service itself, past the hub. */
final class WebShop implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String loyalty;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  /**
   * @param estate host and port of the simulated backends
   */
  WebShop(String estate) {
    this.loyalty = "http://" + estate + "/loyalty/v2";
  }

  /**
   * Books points that are available at once.
   *
   * @return id of the loyalty service's entry
   */
  String earn(String member, long points) throws IOException {
    String body =
        String.format(
            Locale.ROOT,
            "{\"order_ref\":\"WEB-%s\",\"points\":%d,\"available_at\":\"2000-01-01T00:00:00Z\","
                + "\"channel\":\"web\"}",
            UUID.randomUUID(),
            points);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(loyalty + "/members/" + member + "/earnings"))
            .timeout(PATIENCE)
            .header("authorization", "Bearer estate-loyalty-token")
            .header("content-type", "application/json")
            .header("idempotency-key", UUID.randomUUID().toString())
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 201) {
        throw new IOException("HTTP " + answer.statusCode() + ": " + answer.body());
      }
      Struct.Builder result = Struct.newBuilder();
      JsonFormat.parser().merge(answer.body(), result);
      return result
          .getFieldsOrThrow("entries")
          .getListValue()
          .getValues(0)
          .getStructValue()
          .getFieldsOrThrow("id")
          .getStringValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IllegalArgumentException e) {
      throw new IOException("not the answer of a loyalty service", e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
