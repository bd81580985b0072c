package io.crossdock.walls;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** The programs in {@code target/dist/lib}, as the launcher starts them. */
final class DistributionTest {
  private static final Path LIB = Repository.HOME.resolve("target/dist/lib");

  @Test
  void everyProgramHasAMainClassAndAllThatItNeeds() throws IOException {
    for (Path program : programs()) {
      try (JarFile jar = new JarFile(program.toFile())) {
        Manifest manifest = jar.getManifest();
        String main = manifest.getMainAttributes().getValue("Main-Class");

        assertThat(jar.getEntry(main.replace('.', '/') + ".class")).as(main).isNotNull();
        assertThat(classPath(manifest))
            .allSatisfy(entry -> assertThat(LIB.resolve(entry)).exists());
      }
    }
  }

  @Test
  void allProgramsUseTheSameVersionOfALibrary() throws IOException {
    Map<String, Set<String>> versions = new TreeMap<>();
    for (Path program : programs()) {
      try (JarFile jar = new JarFile(program.toFile())) {
        for (String entry : classPath(jar.getManifest())) {
          if (!entry.contains("/")) {
            versions
                .computeIfAbsent(entry.replaceFirst("-[0-9].*", ""), any -> new TreeSet<>())
                .add(entry);
          }
        }
      }
    }

    for (Set<String> names : versions.values()) {
      Set<String> seen = new HashSet<>();
      for (String name : names.size() == 1 ? Set.<String>of() : names) {
        // Libraries of the same name but by different groups have no class in common.
        Set<String> classes = classes(name);
        assertThat(Collections.disjoint(seen, classes)).as(names.toString()).isTrue();
        seen.addAll(classes);
      }
    }
  }

  private static Set<String> classes(String library) throws IOException {
    try (JarFile jar = new JarFile(LIB.resolve(library).toFile())) {
      return jar.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
          .collect(toCollection(HashSet::new));
    }
  }

  private static List<Path> programs() throws IOException {
    try (Stream<Path> files = Files.list(LIB)) {
      List<Path> programs =
          files
              .filter(file -> file.getFileName().toString().matches("crossdock-.*\\.jar"))
              .toList();
      assertThat(programs).isNotEmpty();
      return programs;
    }
  }

  private static List<String> classPath(Manifest manifest) {
    return List.of(manifest.getMainAttributes().getValue("Class-Path").split(" "));
  }
}
