package io.crossdock.walls;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.junit.jupiter.api.Test;

/** What only some rooms of a module may use. */
final class InnerWallsTest {
  private static final String POLICY = "io.crossdock.gateway.pipeline.Policy";
  private static final String PART = "io.crossdock.ledger.part.HubPart";

  private static final JavaClasses WRITTEN = Repository.written();

  @Test
  void onlyTheKafkaRoomKnowsKafka() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.crossdock.ledger.kafka..", "io.crossdock.drill..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .check(WRITTEN);
  }

  @Test
  void onlyTheLedgerSpeaksSql() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.crossdock.ledger..", "io.crossdock.drill..", "io.crossdock.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "javax.sql..")
        .check(WRITTEN);
  }

  @Test
  void onlyWhatIsAboutConnectionsKnowsNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.crossdock.gateway.server..",
            "io.crossdock.gateway.connector..",
            "io.crossdock.gateway.pipeline..",
            "io.crossdock.gateway.telemetry..",
            // Servers and clients of their own.
            "io.crossdock.connector.process..",
            "io.crossdock.connector.testkit..",
            "io.crossdock.connector.conformance..",
            "io.crossdock.estate.http..",
            "io.crossdock.terminal..",
            "io.crossdock.drill..",
            "io.crossdock.bench..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty..", "io.grpc.netty..")
        .check(WRITTEN);
  }

  @Test
  void noPolicyKnowsAnother() {
    classes().that().implement(POLICY).should(new KnowNoOther(POLICY)).check(WRITTEN);
  }

  @Test
  void partsOfAHubReachServicesThroughAChannelAlone() {
    classes()
        .that()
        .implement(PART)
        .should(new SeeNothingOf("io.crossdock.gateway"))
        .check(WRITTEN);
  }

  /** Does not refer to another class of the same kind. */
  private static final class KnowNoOther extends ArchCondition<JavaClass> {
    private final String kind;

    KnowNoOther(String kind) {
      super("know no other " + kind);
      this.kind = kind;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      type.getDirectDependenciesFromSelf().stream()
          .filter(each -> each.getTargetClass().isAssignableTo(kind))
          .filter(each -> !each.getTargetClass().getName().equals(kind))
          .filter(each -> !each.getTargetClass().equals(type))
          .forEach(each -> events.add(SimpleConditionEvent.violated(each, each.getDescription())));
    }
  }

  /** Neither it nor any other class of its package refers to another module. */
  private static final class SeeNothingOf extends ArchCondition<JavaClass> {
    private final String module;

    SeeNothingOf(String module) {
      super("see nothing of " + module + ", nor may their packages");
      this.module = module;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      type.getPackage().getClasses().stream()
          .flatMap(each -> each.getDirectDependenciesFromSelf().stream())
          .filter(each -> each.getTargetClass().getPackageName().startsWith(module))
          .forEach(each -> events.add(SimpleConditionEvent.violated(each, each.getDescription())));
    }
  }
}
