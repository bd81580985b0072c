package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class InstantConverterTest {

  private static final InstantConverter MOMENTS =
      new InstantConverter(Clock.fixed(Instant.parse("2026-11-21T10:00:00Z"), ZoneOffset.UTC));

  @ParameterizedTest
  @CsvSource({
    "2026-11-20T08:30:00Z, 2026-11-20T08:30:00Z",
    "2026-11-20T08:30:00.125Z, 2026-11-20T08:30:00.125Z",
    "2026-11-20T08:30:00+02:00, 2026-11-20T06:30:00Z",
    "2026-11-20, 2026-11-20T00:00:00Z",
    "-45s, 2026-11-21T09:59:15Z",
    "-30m, 2026-11-21T09:30:00Z",
    "-2h, 2026-11-21T08:00:00Z",
    "-7d, 2026-11-14T10:00:00Z"
  })
  void readsWhatPeopleWrite(String text, Instant moment) {
    assertThat(MOMENTS.convert(text)).isEqualTo(moment);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "2h",
        "-2",
        "-2w",
        "-1.5h",
        "-9999999d",
        "2026-13-01",
        "2026-02-30T10:00:00Z",
        "2026-11-21T10:00:00",
        "+12026-11-21T10:00:00Z",
        "21.11.2026",
        "1795219200"
      })
  void refusesAnythingElse(String text) {
    assertThatThrownBy(() -> MOMENTS.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage(text + " (expected: a time like 2026-11-21T10:00:00Z, 2026-11-21 or -2h)");
  }
}
