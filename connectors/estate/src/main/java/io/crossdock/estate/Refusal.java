package io.crossdock.estate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that is not served. Each backend tells it in its vendor's words.
 *
 * <p>Without a code the vendor's usual one for the status is meant.
 */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int status;
  private final @Nullable String code;
  private final @Nullable String target;
  private final transient ObjectNode data;
  private final transient Map<String, String> headers;

  private Refusal(
      int status,
      @Nullable String code,
      String message,
      @Nullable String target,
      ObjectNode data,
      Map<String, String> headers) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.target = target;
    this.data = data;
    this.headers = headers;
  }

  /** A refusal with the vendor's usual code for the status. */
  static Refusal of(int status, String message) {
    return new Refusal(status, null, message, null, Json.object(), Map.of());
  }

  /** A refusal with a code of the vendor. */
  static Refusal of(int status, String code, String message) {
    return new Refusal(status, code, message, null, Json.object(), Map.of());
  }

  /** A field that is missing or wrong. */
  static Refusal field(String path, String message) {
    return new Refusal(400, null, path + ": " + message, path, Json.object(), Map.of());
  }

  Refusal at(String path) {
    return new Refusal(status, code, text(), path, data, headers);
  }

  Refusal with(ObjectNode more) {
    return new Refusal(status, code, text(), target, more, headers);
  }

  Refusal header(String name, String value) {
    return new Refusal(status, code, text(), target, data, Map.of(name, value));
  }

  int status() {
    return status;
  }

  String code(String usual) {
    return code == null ? usual : code;
  }

  String text() {
    return String.valueOf(getMessage());
  }

  @Nullable String target() {
    return target;
  }

  ObjectNode data() {
    return data;
  }

  Map<String, String> headers() {
    return headers;
  }
}
