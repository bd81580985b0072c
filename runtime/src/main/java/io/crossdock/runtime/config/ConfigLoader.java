package io.crossdock.runtime.config;

import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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

  // A configuration is written by people; anything larger is a mistaken path.
  private static final int MAX_BYTES = 4 << 20;

  private ConfigLoader() {}

  /**
   * Reads a file and checks it.
   *
   * @throws ConfigException when anything is wrong; it tells everything that is
   */
  public static <M extends Message> M load(Path file, M defaultInstance) throws ConfigException {
    return read(file, defaultInstance).orThrow();
  }

  /**
   * Reads a file and gathers its mistakes, so that the caller can add those that only it can see.
   */
  public static <M extends Message> ConfigDocument<M> read(Path file, M defaultInstance) {
    return read(file, defaultInstance, System.getenv());
  }

  static <M extends Message> ConfigDocument<M> read(
      Path file, M defaultInstance, Map<String, String> environment) {
    String name = file.toString();
    String text;
    try {
      if (Files.isDirectory(file)) {
        return unreadable(name, defaultInstance, "a file, this is a directory");
      }
      if (Files.size(file) > MAX_BYTES) {
        return unreadable(name, defaultInstance, "at most " + MAX_BYTES + " bytes");
      }
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
    } catch (NoSuchFileException e) {
      return unreadable(name, defaultInstance, "an existing file");
    } catch (CharacterCodingException e) {
      return unreadable(name, defaultInstance, "text in UTF-8");
    } catch (IOException e) {
      return unreadable(name, defaultInstance, "a readable file, got " + e.getMessage());
    }
    return new YamlReader(file, environment).read(text, defaultInstance);
  }

  private static <M extends Message> ConfigDocument<M> unreadable(
      String name, M defaultInstance, String expectation) {
    ConfigDocument<M> document = new ConfigDocument<>(name, defaultInstance, Map.of(), List.of());
    document.mistake("", "", expectation);
    return document;
  }
}
