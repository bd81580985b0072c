package io.crossdock.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.ledger.store.Engine;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two hubs on one PostgreSQL whose network is cut besides. */
@Timeout(600)
class PostgresCrashDrillIT {

  private static final int KILLS = 10;

  @TempDir Path dir;

  @Test
  void keepsEveryPromiseWhicheverNodeIsKilledOrCutOff() throws Exception {
    try (EmbeddedPostgres server =
            EmbeddedPostgres.builder().setServerConfig("fsync", "on").start();
        CrashDrill drill = new CrashDrill(settings(server), _ -> {})) {
      drill.run();

      Report report = drill.audit();

      assertThat(report.isGood()).as(report.table()).isTrue();
      assertThat(report.kills()).isEqualTo(KILLS);
      assertThat(report.cuts()).isGreaterThanOrEqualTo(3);
      assertThat(report.acknowledged()).isGreaterThan(20L * KILLS);
    }
  }

  private DrillSettings settings(EmbeddedPostgres server) {
    return new DrillSettings(
        KILLS,
        Duration.ofMillis(500),
        Engine.POSTGRESQL,
        2,
        server.getJdbcUrl("postgres", "postgres"),
        true,
        32,
        200,
        System.nanoTime(),
        dir.resolve("drill"));
  }
}
