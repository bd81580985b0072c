package io.crossdock.runtime.config;

import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads configuration files.
 *
 * <p>Keys are the message's field names; durations are written {@code 250ms}, {@code 30s}, {@code
 * 5m} or {@code 1h}; enum values by their names, or without the prefix and in lower case. {@code
 * ${env:NAME}} and {@code ${file:PATH}} inside a text stand for an environment variable and the
 * contents of a file; such texts count as secrets and are never shown.
 */
public final class ConfigLoader {

  // A configuration is written by people; anything larger is a wrong path.
  private static final int MAX_BYTES = 1 << 20;

  private ConfigLoader() {}

  /**
   * Reads a file and checks it.
   *
   * @throws ConfigException when anything is wrong; it lists everything that is
   */
  public static <M extends Message> M load(Path file, M defaultInstance) throws ConfigException {
    return read(file, defaultInstance).orThrow();
  }

  /** Reads a file and gathers its errors, so that the caller can add those that only it can see. */
  public static <M extends Message> ConfigDocument<M> read(Path file, M defaultInstance) {
    return read(file, defaultInstance, System.getenv());
  }

  /**
   * The configuration as it takes effect, as YAML. Texts that came from a reference and fields of
   * class SENSITIVE are shown as {@code ***}.
   */
  public static String render(Message config) {
    return YamlWriter.write(config, (_, value) -> Secrets.inPlaceOf(value));
  }

  static <M extends Message> ConfigDocument<M> read(
      Path file, M defaultInstance, Map<String, String> environment) {
    try {
      if (Files.isDirectory(file)) {
        return unreadable(file, defaultInstance, 0, "a directory", "a file");
      }
      if (Files.size(file) > MAX_BYTES) {
        return unreadable(
            file, defaultInstance, 0, Files.size(file) + " bytes", "at most " + MAX_BYTES);
      }
      byte[] bytes = Files.readAllBytes(file);
      CharBuffer text = CharBuffer.allocate(bytes.length);
      ByteBuffer in = ByteBuffer.wrap(bytes);
      if (StandardCharsets.UTF_8.newDecoder().decode(in, text, true).isError()) {
        int line = 1 + (int) text.flip().chars().filter(c -> c == '\n').count();
        return unreadable(file, defaultInstance, line, "", "text in UTF-8");
      }
      return new YamlReader(file, environment)
          .read(withoutMark(text.flip().toString()), defaultInstance);
    } catch (NoSuchFileException e) {
      return unreadable(file, defaultInstance, 0, "not found", "an existing file");
    } catch (AccessDeniedException e) {
      return unreadable(
          file, defaultInstance, 0, "permission denied", "a file that this process may read");
    } catch (IOException e) {
      return unreadable(file, defaultInstance, 0, String.valueOf(e.getMessage()), "a file");
    }
  }

  // Some editors open a file with a byte order mark.
  private static String withoutMark(String text) {
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static <M extends Message> ConfigDocument<M> unreadable(
      Path file, M defaultInstance, int line, String value, String expectation) {
    ConfigError error = new ConfigError(file.toString(), line, "", value, expectation);
    return new ConfigDocument<>(file.toString(), defaultInstance, new SourceMap(), List.of(error));
  }
}
