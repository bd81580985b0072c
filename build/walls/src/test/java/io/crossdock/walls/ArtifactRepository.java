package io.crossdock.walls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * What {@code mvn install} gives to others, laid out apart, so that a test changes nothing for
 * builds outside of it.
 *
 * <p>Everything else that a project needs comes from the local repository of this build, which is
 * read only.
 */
final class ArtifactRepository {

  private static final String VERSION = "0.1.0-SNAPSHOT";

  private ArtifactRepository() {}

  /**
   * Lays out the artifacts of some modules and returns Maven's arguments to use them.
   *
   * @param folder a folder of the test
   * @param modules folders of the modules, with their artifact ids
   */
  static List<String> mavenArguments(Path folder, List<Module> modules) throws IOException {
    Path artifacts = folder.resolve("artifacts");
    place(artifacts, "crossdock", "pom", Repository.HOME.resolve("pom.xml"));
    for (Module module : modules) {
      Path home = Repository.HOME.resolve(module.folder());
      place(artifacts, module.artifact(), "pom", home.resolve("pom.xml"));
      place(
          artifacts,
          module.artifact(),
          "jar",
          home.resolve("target").resolve(module.artifact() + "-" + VERSION + ".jar"));
    }
    Path settings =
        Files.writeString(
            folder.resolve("settings.xml"),
            """
            <settings>
              <localRepository>%s</localRepository>
              <mirrors>
                <mirror><id>this-build</id><mirrorOf>*,!installed</mirrorOf><url>%s</url></mirror>
              </mirrors>
              <profiles>
                <profile>
                  <id>installed</id>
                  <repositories>
                    <repository><id>installed</id><url>%s</url></repository>
                  </repositories>
                </profile>
              </profiles>
              <activeProfiles><activeProfile>installed</activeProfile></activeProfiles>
            </settings>
            """
                .formatted(
                    folder.resolve("m2"),
                    Path.of(System.getProperty("crossdock.m2")).toUri(),
                    artifacts.toUri()));
    return List.of("-q", "-B", "-s", settings.toString());
  }

  /** A module whose artifact somebody uses. */
  record Module(String folder, String artifact) {}

  private static void place(Path artifacts, String artifact, String type, Path file)
      throws IOException {
    Path folder = artifacts.resolve("io/crossdock").resolve(artifact).resolve(VERSION);
    Files.createDirectories(folder);
    Files.copy(
        file,
        folder.resolve(artifact + "-" + VERSION + "." + type),
        StandardCopyOption.REPLACE_EXISTING);
  }
}
