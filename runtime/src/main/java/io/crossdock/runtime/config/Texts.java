package io.crossdock.runtime.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts environment variables and files in the place of {@code ${env:NAME}} and {@code
 * ${file:PATH}}.
 */
final class Texts {

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(\\w*):?([^}]*)}");

  private final Path file;
  private final Map<String, String> environment;

  /** A reference that leads nowhere. */
  static final class Unresolved extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String reference;
    private final String expectation;

    Unresolved(String reference, String expectation) {
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

  Texts(Path file, Map<String, String> environment) {
    this.file = file;
    this.environment = environment;
  }

  /**
   * @throws Unresolved when a reference leads nowhere
   */
  String resolve(String written) {
    return REFERENCE
        .matcher(written)
        .replaceAll(reference -> Matcher.quoteReplacement(lookUp(reference)));
  }

  private String lookUp(MatchResult reference) {
    String name = reference.group(2);
    switch (reference.group(1)) {
      case "env" -> {
        String value = environment.get(name);
        if (value == null) {
          throw new Unresolved(
              reference.group(), "the environment variable " + name + " to be set");
        }
        return value;
      }
      case "file" -> {
        Path path = file.toAbsolutePath().resolveSibling(name);
        try {
          return Files.readString(path, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
          throw new Unresolved(reference.group(), "a readable file");
        }
      }
      default -> throw new Unresolved(reference.group(), "${env:NAME} or ${file:PATH}");
    }
  }
}
