package io.crossdock.walls;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The modules of this repository and their classes. */
final class Repository {
  static final Path HOME = Path.of(System.getProperty("crossdock.home"));

  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern GENERATED =
      Pattern.compile(".*/classes/io/crossdock/([a-z]+/)+v[0-9]+/.*");

  private Repository() {}

  static List<Path> modules() {
    try {
      return MODULE
          .matcher(Files.readString(HOME.resolve("pom.xml")))
          .results()
          .map(match -> HOME.resolve(match.group(1)))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException("the root pom cannot be read", e);
    }
  }

  /** The classes of all modules, without those that are generated from the contracts. */
  static JavaClasses written() {
    return classes("target/classes");
  }

  static JavaClasses tests() {
    return classes("target/test-classes");
  }

  private static JavaClasses classes(String folder) {
    List<Path> folders =
        modules().stream()
            .map(module -> module.resolve(folder))
            .filter(Files::isDirectory)
            .toList();
    return new ClassFileImporter(List.of(location -> !location.matches(GENERATED)))
        .importPaths(folders);
  }
}
