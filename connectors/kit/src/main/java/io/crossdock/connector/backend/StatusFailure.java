package io.crossdock.connector.backend;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** What an HTTP status means when the backend's own error document says no more. */
final class StatusFailure {

  private StatusFailure() {}

  /**
   * @param document the error document; empty when the backend sent none, as a proxy in front of it
   *     or a wrong base URL would
   */
  static Failure of(BackendRequest request, int status, Optional<JsonNode> document) {
    return switch (status) {
      case 400, 413, 414, 422 ->
          Failure.of(
              Reason.REASON_RULE_VIOLATED, "The backend refuses the request as not well-formed.");
      case 401, 403, 407 ->
          Failure.of(Reason.REASON_BACKEND_DENIED, "The backend refuses the connector's rights.");
      case 404, 410 ->
          document.isPresent()
              ? notFound(request.resource())
              : Failure.of(
                      Reason.REASON_BACKEND_ANSWER_INVALID,
                      "The backend does not know the path (expected: an error document).")
                  .with("http_status", Integer.toString(status));
      case 408, 504 ->
          Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "The backend did not answer in time.");
      case 409 -> Failure.of(Reason.REASON_REFUSED_BY_POLICY, "The backend refuses the request.");
      case 412, 428 ->
          Failure.of(
              Reason.REASON_ETAG_MISMATCH, "The thing changed since it was read; read it again.");
      case 429 ->
          Failure.of(Reason.REASON_BACKEND_BUSY, "The backend takes no more calls for now.");
      case 501 -> Failure.of(Reason.REASON_NOT_SUPPORTED, "The backend cannot do it.");
      default ->
          status >= 500
              ? Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The backend says that it is down.")
                  .with("http_status", Integer.toString(status))
              : Failure.of(
                      Reason.REASON_BACKEND_ANSWER_INVALID,
                      "The backend's answer cannot be understood: its status.")
                  .with("http_status", Integer.toString(status));
    };
  }

  static Failure notFound(String resource) {
    return Failure.of(Reason.REASON_NOT_FOUND, "There is no such " + resource + ".")
        .with("resource", resource);
  }

  /** When to come back by the header {@code Retry-After}: seconds, or a date. */
  static Duration retryAfter(HttpHeaders headers, Duration otherwise) {
    String text = headers.firstValue("Retry-After").orElse("").strip();
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      Duration wait =
          text.chars().allMatch(Character::isDigit)
              ? Duration.ofSeconds(Long.parseLong(text))
              : Duration.between(
                  Instant.now(),
                  ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeParseException | NumberFormatException e) {
      return otherwise;
    }
  }
}
