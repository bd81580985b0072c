package io.crossdock.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.drill.figure.Figures;
import io.crossdock.drill.figure.Lab;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What must hold however fast the machine is: nothing stale, nothing lost, nothing refused. */
@Timeout(240)
class FiguresIT {

  @TempDir Path directory;

  @Test
  void measuresAHubThatKeepsItsPromises() throws Exception {
    Lab lab =
        new Lab(
            directory,
            List.of("directory: none"),
            HubLauncher::plain,
            Duration.ofSeconds(1),
            100,
            Duration.ofSeconds(2));

    Map<String, Number> figures = Figures.measure(lab, _ -> true, _ -> {});

    assertThat(figures)
        .containsEntry("outage_good_meanwhile", 0)
        .containsEntry("outage_failed_afterwards", 0)
        .containsEntry("stop_calls_lost", 0)
        .containsEntry("own_event_stale", 0)
        .containsEntry("backlog_failed", 0)
        .containsEntry("backlog_hub_restarts", 0)
        .containsKeys("outage_first_good_ms", "stop_ms", "busy_lane_same_node_p99_ms");
    assertThat(figures)
        .doesNotContainEntry("backlog_events", 0)
        .doesNotContainEntry("backlog_heap_bytes_max", 0L);
    assertThat(Figures.json(figures)).startsWith("{\"outage_seconds\": 1, ").endsWith("}");
  }
}
