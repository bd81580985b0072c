package io.crossdock.estate.erpeu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ODataFilterTest {

  private static final Set<String> FIELDS = Set.of("Plant", "Name", "Stock", "At");

  private static ODataFilter filter(String text) {
    return ODataFilter.parse(Optional.of(text), FIELDS);
  }

  private static boolean fits(String text) {
    return filter(text)
        .test(
            JsonNodes.object(
                "Plant",
                "1010",
                "Name",
                "O'Neill",
                "Stock",
                "9.500",
                "At",
                "2026-11-21T07:00:00Z"));
  }

  @Test
  void comparesTextNumbersAndMoments() {
    assertThat(fits("Plant eq '1010' and Name eq 'O''Neill'")).isTrue();
    assertThat(fits("Stock gt 9 and Stock lt 10.25")).isTrue();
    assertThat(fits("Stock eq 9.5")).isTrue();
    assertThat(fits("At ge 2026-11-21T08:00:00+01:00 and At le 2026-11-21T07:00:00Z")).isTrue();
    assertThat(fits("Plant ne '1010'")).isFalse();
  }

  @Test
  void bindsAndTighterThanOr() {
    assertThat(fits("Plant eq '1010' or Plant eq '1' and Plant eq '2'")).isTrue();
    assertThat(fits("(Plant eq '1010' or Plant eq '1') and Plant eq '2'")).isFalse();
    assertThat(fits("not (Plant eq '1') and not contains(Name,'x')")).isTrue();
  }

  @Test
  void knowsWhichValuesAreLeft() {
    ODataFilter filter =
        filter("Plant eq '1' and (Name eq 'a' or Name eq 'b') and At ge 2026-11-21T07:00:00Z");

    assertThat(filter.fixed("Plant")).contains("1");
    assertThat(filter.values("Name")).contains(Set.of("a", "b"));
    assertThat(filter.least("At")).contains(Instant.parse("2026-11-21T07:00:00Z"));
    assertThat(filter("Plant eq '1' or Name eq 'a'").values("Plant")).isEmpty();
    assertThat(filter("not (Plant eq '1')").fixed("Plant")).isEmpty();
    assertThat(filter("Plant eq '1' and Plant eq '2'").values("Plant")).contains(Set.of());
  }

  @Test
  void refusesWhatIsTooDeep() {
    String deep = "(".repeat(60) + "Plant eq '1'" + ")".repeat(60);

    assertThatThrownBy(() -> filter(deep))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("nested");
  }
}
