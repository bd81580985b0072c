package io.crossdock.walls;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
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
        classPath(jar.getManifest()).stream()
            .map(entry -> entry.substring(entry.lastIndexOf('/') + 1))
            .collect(groupingBy(DistributionTest::artifact, toCollection(TreeSet::new)))
            .forEach((artifact, names) ->
                // Two in one program are two libraries of the same name, by different groups.
                versions
                    .computeIfAbsent(artifact + " x" + names.size(), any -> new TreeSet<>())
                    .add(names.toString()));
      }
    }

    assertThat(versions.values()).allSatisfy(each -> assertThat(each).hasSize(1));
  }

  private static String artifact(String name) {
    return name.replaceFirst("-[0-9].*", "");
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
