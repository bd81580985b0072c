package io.crossdock.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class DurationConverterTest {

  @ParameterizedTest
  @CsvSource({"1ms, PT0.001S", "500ms, PT0.5S", "2s, PT2S", "3m, PT3M", "1h, PT1H"})
  void readsWhatPeopleWrite(String text, Duration span) {
    assertThat(new DurationConverter().convert(text)).isEqualTo(span);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "0s", "-1s", "1.5s", "1 s", "s", "2d", "99999999999s"})
  void refusesAnythingElse(String text) {
    assertThatThrownBy(() -> new DurationConverter().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageStartingWith(text + " (expected: ");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0.34S, 340 ms",
    "PT4.9S, 4 s",
    "PT1M59S, 119 s",
    "PT2M, 2 min",
    "PT3H10M, 3 h",
    "PT49H, 2 days"
  })
  void tellsTheLargestWholeUnit(Duration span, String text) {
    assertThat(DurationConverter.text(span)).isEqualTo(text);
  }
}
