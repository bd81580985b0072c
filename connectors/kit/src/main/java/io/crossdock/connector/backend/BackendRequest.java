package io.crossdock.connector.backend;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP call to a backend.
 *
 * <p>The template names the call in spans and metrics; the values, which may be personal data, stay
 * out of both.
 *
 * @param method HTTP method
 * @param template path below the base URL with a name in braces for each value. Example: {@code
 *     /v1/members/{member}/balance}
 * @param values what stands in the place of the names, in their order
 * @param query parameters in the order they are sent
 * @param headers headers beyond those that every call has
 * @param body body to send as JSON; null sends none
 * @param resource kind of thing that a 404 says is not there. Example: {@code member}
 * @param isRead whether the call changes nothing
 */
public record BackendRequest(
    String method,
    String template,
    List<String> values,
    List<Parameter> query,
    Map<String, String> headers,
    @Nullable JsonNode body,
    String resource,
    boolean isRead) {

  private static final Pattern NAME = Pattern.compile("\\{[^}]*}");

  /** A parameter of the query; the name is sent as it is. */
  public record Parameter(String name, String value) {}

  public BackendRequest {
    values = List.copyOf(values);
    query = List.copyOf(query);
    headers = Map.copyOf(headers);
    long names = NAME.matcher(template).results().count();
    if (names != values.size()) {
      throw new IllegalArgumentException(
          template + ": " + values.size() + " values (expected: " + names + ")");
    }
  }

  /** A read. */
  public static BackendRequest get(String template, String... values) {
    return of("GET", template, values);
  }

  /** A write by POST. */
  public static BackendRequest post(String template, String... values) {
    return of("POST", template, values);
  }

  /** A write by PUT. */
  public static BackendRequest put(String template, String... values) {
    return of("PUT", template, values);
  }

  /** A write by PATCH. */
  public static BackendRequest patch(String template, String... values) {
    return of("PATCH", template, values);
  }

  /** A write by DELETE. */
  public static BackendRequest delete(String template, String... values) {
    return of("DELETE", template, values);
  }

  private static BackendRequest of(String method, String template, String... values) {
    return new BackendRequest(
        method,
        template,
        List.of(values),
        List.of(),
        Map.of(),
        null,
        "resource",
        method.equals("GET"));
  }

  /** The same call with a parameter in its query; an empty value adds none. */
  public BackendRequest query(String name, String value) {
    if (value.isEmpty()) {
      return this;
    }
    List<Parameter> more = new ArrayList<>(query);
    more.add(new Parameter(name, value));
    return new BackendRequest(method, template, values, more, headers, body, resource, isRead);
  }

  /** The same call with a header; an empty value adds none. */
  public BackendRequest header(String name, String value) {
    if (value.isEmpty()) {
      return this;
    }
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new BackendRequest(method, template, values, query, more, body, resource, isRead);
  }

  /** The same call with the key by which the backend knows a repeated write. */
  public BackendRequest idempotencyKey(String key) {
    return header("Idempotency-Key", key);
  }

  /** The same call with a body. */
  public BackendRequest json(JsonNode document) {
    return new BackendRequest(method, template, values, query, headers, document, resource, isRead);
  }

  /** The same call, saying what a 404 means. */
  public BackendRequest about(String kind) {
    return new BackendRequest(method, template, values, query, headers, body, kind, isRead);
  }

  /** The same call, which changes nothing although its method would let one think so. */
  public BackendRequest asRead() {
    return new BackendRequest(method, template, values, query, headers, body, resource, true);
  }

  /** Path and query as they are sent. */
  String target() {
    StringBuilder target = new StringBuilder();
    Matcher names = NAME.matcher(template);
    for (String value : values) {
      if (names.find()) {
        names.appendReplacement(target, Matcher.quoteReplacement(encoded(value)));
      }
    }
    names.appendTail(target);
    char separator = template.indexOf('?') < 0 ? '?' : '&';
    for (Parameter parameter : query) {
      target
          .append(separator)
          .append(parameter.name())
          .append('=')
          .append(encoded(parameter.value()));
      separator = '&';
    }
    return target.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
