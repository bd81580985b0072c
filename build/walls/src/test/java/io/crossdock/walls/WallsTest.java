package io.crossdock.walls;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

final class WallsTest {
  private static final Set<String> NAMES_OF_NOTHING =
      Set.of("util", "utils", "common", "impl", "manager", "managers", "helper", "helpers");

  // What speaks to the person who started it; lifecycle does so until the log is there.
  private static final String[] TERMINAL = {
    "io.crossdock.runtime.lifecycle",
    "io.crossdock.terminal..",
    "io.crossdock.pos..",
    "io.crossdock.ctl..",
    "io.crossdock.demo..",
    "io.crossdock.bench..",
  };

  private static final JavaClasses WRITTEN = Repository.written();
  private static final JavaClasses TESTS = Repository.tests();

  @Test
  void seesEveryModuleWithSources() {
    for (Path module : Repository.modules()) {
      if (Files.isDirectory(module.resolve("src/main/java"))) {
        assertThat(module.resolve("target/classes")).as("compiled").isDirectory();
      }
    }
    assertThat(WRITTEN.contain("io.crossdock.failure.Failure")).isTrue();
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.crossdock.(**)").should().beFreeOfCycles().check(WRITTEN);
  }

  @Test
  void packagesAreNamedByFeature() {
    Set<String> poor =
        packages(WRITTEN).stream()
            .filter(name -> Arrays.stream(name.split("\\.")).anyMatch(NAMES_OF_NOTHING::contains))
            .collect(toCollection(TreeSet::new));

    assertThat(poor).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsForAndIsNullMarked() {
    Set<String> marked = new TreeSet<>();
    for (JavaClass type : WRITTEN) {
      if (type.getSimpleName().equals("package-info") && type.isAnnotatedWith(NullMarked.class)) {
        marked.add(type.getPackageName());
      }
    }

    assertThat(packages(WRITTEN)).isEqualTo(marked);
  }

  @Test
  void serversLogBySlf4jAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages(TERMINAL)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.util.logging")
        .check(WRITTEN);
  }

  @Test
  void serversWriteToTheLogAndNotToTheTerminal() {
    noClasses()
        .that()
        .haveSimpleNameNotEndingWith("Main")
        .and()
        .resideOutsideOfPackages(TERMINAL)
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(Throwable.class, "printStackTrace")
        .check(WRITTEN);
  }

  @Test
  void nothingIsInjectedIntoFields() {
    fields()
        .should()
        .notBeAnnotatedWith("com.google.inject.Inject")
        .andShould()
        .notBeAnnotatedWith("jakarta.inject.Inject")
        .check(WRITTEN);
  }

  @Test
  void nobodyMocks() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.mockito..", "org.easymock..", "mockit..")
        .allowEmptyShould(true)
        .check(TESTS);
  }

  private static Set<String> packages(JavaClasses classes) {
    return classes.stream().map(JavaClass::getPackageName).collect(toCollection(TreeSet::new));
  }
}
