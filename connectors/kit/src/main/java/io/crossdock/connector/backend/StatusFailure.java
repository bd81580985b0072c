package io.crossdock.connector.backend;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** What an HTTP status means when the backend's own error document says no more. */
final class StatusFailure {

  /**
   * The longest wait that is handed on: a backend that names a later time is asked again anyway.
   */
  static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private static final int MAX_HEADER = 64;

  private StatusFailure() {}

  /**
   * @param document the error document; empty when the backend sent none, as a proxy in front of it
   *     or a wrong base URL would
   */
  static Failure of(BackendRequest request, int status, Optional<JsonNode> document) {
    return switch (status) {
      case 400, 413, 414, 422 ->
          Failure.of(Reason.REASON_RULE_VIOLATED, "The backend rejected the request as malformed.");
      case 401, 403, 407 ->
          Failure.of(
              Reason.REASON_BACKEND_DENIED, "The backend rejected the connector's credentials.");
      case 404, 410 ->
          document.isPresent()
              ? notFound(request.resource())
              : Failure.of(
                      Reason.REASON_BACKEND_ANSWER_INVALID,
                      "The backend does not know the path (expected: an error document).")
                  .with("http_status", Integer.toString(status));
      case 408, 504 ->
          Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "The backend did not answer in time.");
      case 409 -> Failure.of(Reason.REASON_REFUSED_BY_POLICY, "The backend rejected the request.");
      case 412, 428 ->
          Failure.of(
              Reason.REASON_ETAG_MISMATCH, "The resource has changed; re-read it and retry.");
      case 429 ->
          Failure.of(Reason.REASON_BACKEND_BUSY, "The backend is rate limiting the connector.");
      case 501 ->
          Failure.of(Reason.REASON_NOT_SUPPORTED, "The backend does not support the operation.");
      default ->
          status >= 500
              ? Failure.of(
                      Reason.REASON_BACKEND_UNAVAILABLE,
                      "The backend reports that it is unavailable.")
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

  /**
   * When to come back by the header {@code Retry-After}: seconds, or a date. At most {@link
   * #LONGEST_WAIT}, whatever the backend says.
   */
  static Duration retryAfter(HttpHeaders headers, Duration otherwise) {
    String text = headers.firstValue("Retry-After").orElse("").strip();
    if (text.isEmpty() || text.length() > MAX_HEADER) {
      return otherwise;
    }
    try {
      Duration wait =
          text.chars().allMatch(each -> each >= '0' && each <= '9')
              ? Duration.ofSeconds(seconds(text))
              : Duration.between(
                  Instant.now(),
                  ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return wait.isNegative()
          ? Duration.ZERO
          : wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    } catch (DateTimeException | ArithmeticException e) {
      return otherwise;
    }
  }

  // More digits than any wait has mean the longest one.
  private static long seconds(String digits) {
    return digits.length() > 9 ? LONGEST_WAIT.toSeconds() : Long.parseLong(digits);
  }
}
