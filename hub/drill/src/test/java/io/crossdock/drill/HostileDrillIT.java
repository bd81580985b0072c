package io.crossdock.drill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.drill.hostile.HostileDrill;
import io.crossdock.drill.hostile.HostileReport;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attacks, a second each, beside innocent calls. */
@Timeout(240)
class HostileDrillIT {

  @TempDir Path directory;

  @Test
  void letsNoAttackHarmInnocentCalls() throws Exception {
    HostileDrill drill = new HostileDrill(directory, 1, 50, HubLauncher::plain, _ -> true, _ -> {});

    HostileReport report = drill.run();

    assertThat(report.attacks()).isGreaterThan(30);
    assertThat(report.innocentCalls()).isGreaterThan(1_000);
    assertThat(report.innocentFailed()).describedAs(report.table()).isZero();
    assertThat(report.hubRestarts()).isZero();
    assertThat(report.directBytesMax()).isPositive();
    assertThat(report.heapBytesMax()).isPositive();
    assertThat(report.json())
        .contains(
            "\"attacks\": ",
            "\"innocent_calls\": ",
            "\"innocent_failed\": 0",
            "\"innocent_p99_ratio\": ",
            "\"hub_restarts\": 0",
            "\"direct_bytes_max\": ",
            "\"heap_bytes_max\": ");
    assertThat(directory.resolve("hub.log"))
        .content(UTF_8)
        .doesNotContainPattern("(?m)^2026 ERROR");
  }
}
