package io.crossdock.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.ledger.store.Engine;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two hubs on one PostgreSQL, without and with Kafka, and a network that is cut. */
@Timeout(600)
class TwoNodesCrashDrillIT {

  private static final int KILLS = 10;
  private static final int KILLS_OVER_KAFKA = 6;

  @TempDir Path dir;

  private EmbeddedPostgres server;

  @BeforeEach
  void start() throws IOException {
    server = EmbeddedPostgres.builder().setServerConfig("fsync", "on").start();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void keepEveryPromiseWhicheverIsKilledOrCutOff() throws Exception {
    try (CrashDrill drill = new CrashDrill(settings(KILLS, "", 0), _ -> {})) {
      drill.run();

      assertThatItIsGood(drill.audit(), KILLS);
    }
  }

  @Test
  void keepEveryPromiseOverKafkaToo() throws Exception {
    try (TestKafka kafka = TestKafka.start(Files.createDirectory(dir.resolve("kafka")));
        CrashDrill drill =
            new CrashDrill(
                settings(KILLS_OVER_KAFKA, "127.0.0.1:" + kafka.port(), kafka.advertised()),
                _ -> {})) {
      drill.run();

      assertThatItIsGood(drill.audit(), KILLS_OVER_KAFKA);
      drill.drop();
    }
  }

  private static void assertThatItIsGood(CrashReport report, int kills) {
    assertThat(report.isGood()).as(report.table()).isTrue();
    assertThat(report.kills()).isEqualTo(kills);
    assertThat(report.cuts()).isGreaterThanOrEqualTo(kills / 4);
    assertThat(report.acknowledged()).isGreaterThan(20L * kills);
  }

  private DrillSettings settings(int kills, String kafka, int kafkaProxy) {
    return new DrillSettings(
        kills,
        Duration.ofMillis(500),
        Engine.POSTGRESQL,
        2,
        server.getJdbcUrl("postgres", "postgres"),
        kafka,
        kafkaProxy,
        true,
        32,
        200,
        System.nanoTime(),
        dir.resolve("drill"));
  }
}
