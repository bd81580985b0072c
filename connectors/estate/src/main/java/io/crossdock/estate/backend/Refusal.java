package io.crossdock.estate.backend;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that is not served. Each backend puts it into its vendor's words.
 *
 * <p>Without a code the vendor's usual one for the status is meant.
 */
public final class Refusal extends RuntimeException {

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
  public static Refusal of(int status, String message) {
    return new Refusal(status, null, message, null, JsonNodes.object(), Map.of());
  }

  /** A refusal with a code of the vendor. */
  public static Refusal of(int status, String code, String message) {
    return new Refusal(status, code, message, null, JsonNodes.object(), Map.of());
  }

  /** A field that is missing or wrong. */
  public static Refusal field(String path, String message) {
    return new Refusal(400, null, path + ": " + message, path, JsonNodes.object(), Map.of());
  }

  public Refusal at(String path) {
    return new Refusal(status, code, text(), path, data, headers);
  }

  public Refusal with(ObjectNode more) {
    return new Refusal(status, code, text(), target, more, headers);
  }

  public Refusal header(String name, String value) {
    return new Refusal(status, code, text(), target, data, Map.of(name, value));
  }

  public int status() {
    return status;
  }

  public String code(String usual) {
    return code == null ? usual : code;
  }

  public String text() {
    return String.valueOf(getMessage());
  }

  public @Nullable String target() {
    return target;
  }

  public ObjectNode data() {
    return data;
  }

  public Map<String, String> headers() {
    return headers;
  }
}
