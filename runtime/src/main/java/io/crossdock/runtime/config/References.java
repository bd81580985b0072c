package io.crossdock.runtime.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts environment variables and files in the place of {@code ${env:NAME}} and {@code
 * ${file:PATH}}.
 */
final class References {

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(\\w*):?([^}]*)}");

  private final Path file;
  private final Map<String, String> environment;

  /** A reference that leads nowhere. */
  static final class UnresolvedException extends Exception {

    private static final long serialVersionUID = 1;

    private final String reference;
    private final String expectation;

    UnresolvedException(String reference, String expectation) {
      super(reference + ": " + expectation, null, false, false);
      this.reference = reference;
      this.expectation = expectation;
    }

    String reference() {
      return reference;
    }

    String expectation() {
      return expectation;
    }
  }

  /**
   * @param file the configuration; paths in it are relative to it
   */
  References(Path file, Map<String, String> environment) {
    this.file = file;
    this.environment = environment;
  }

  static boolean isIn(String written) {
    return REFERENCE.matcher(written).find();
  }

  /** Whether a text is made of references alone, so that showing it reveals no secret. */
  static boolean isAllOf(String written) {
    return REFERENCE.matcher(written).replaceAll("").isBlank();
  }

  String resolve(String written) throws UnresolvedException {
    Matcher matcher = REFERENCE.matcher(written);
    StringBuilder resolved = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(resolved, Matcher.quoteReplacement(lookUp(matcher)));
    }
    return matcher.appendTail(resolved).toString();
  }

  private String lookUp(MatchResult reference) throws UnresolvedException {
    String name = reference.group(2);
    switch (reference.group(1)) {
      case "env" -> {
        String value = environment.get(name);
        if (value == null) {
          throw new UnresolvedException(
              reference.group(), "the environment variable " + name + " to be set");
        }
        return value;
      }
      case "file" -> {
        try {
          return Files.readString(
                  file.toAbsolutePath().resolveSibling(name), StandardCharsets.UTF_8)
              .strip();
        } catch (IOException | InvalidPathException e) {
          throw new UnresolvedException(reference.group(), "a readable file");
        }
      }
      default -> throw new UnresolvedException(reference.group(), "${env:NAME} or ${file:PATH}");
    }
  }
}
