package io.crossdock.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {

  @ParameterizedTest
  @CsvSource({
    "0s, 0, 0s",
    "250ms, 250, 250ms",
    "1500ms, 1500, 1500ms",
    "2000ms, 2000, 2s",
    "90s, 90000, 90s",
    "120s, 120000, 2m",
    "5m, 300000, 5m",
    "60m, 3600000, 1h",
    "48h, 172800000, 48h",
    "9999999h, 35999996400000, 9999999h"
  })
  void readsAndWrites(String written, long millis, String rendered) {
    Duration duration = DurationText.parse(written).orElseThrow();

    assertThat(com.google.protobuf.util.Durations.toMillis(duration)).isEqualTo(millis);
    assertThat(DurationText.write(duration)).isEqualTo(rendered);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "30", "s", "-5s", "1.5s", "5 m", "5d", "1h30m", "5S", "12345678h", "٣s"})
  void refuses(String written) {
    assertThat(DurationText.parse(written)).isEmpty();
  }
}
