package io.crossdock.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RouteConditionTest {

  private static final List<String> ATTRIBUTES = List.of("location", "brand");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "location.startsWith('EU-')                    | EU-001 | true",
        "location.startsWith('EU-')                    | US-001 | false",
        "location.startsWith('EU-')                    | ''     | false",
        "location in ['EU-001', 'EU-002']              | EU-002 | true",
        "location.matches('^EU-0[0-4][0-9]$')          | EU-040 | true",
        "location.matches('^EU-0[0-4][0-9]$')          | EU-050 | false",
        "location == 'EU-001' && brand != ''           | EU-001 | true",
        "['a', 'b'].exists(x, location.endsWith(x))    | EU-b   | true",
        "location.size() > 5                           | EU-001 | true",
      })
  void decides(String condition, String location, boolean applies) {
    RouteCondition compiled = RouteCondition.compile(condition, ATTRIBUTES);

    assertThat(compiled.applies(Map.of("location", location, "brand", "acme"))).isEqualTo(applies);
  }

  @Test
  void appliesAlwaysWhenEmpty() {
    assertThat(RouteCondition.compile("", ATTRIBUTES).applies(Map.of())).isTrue();
  }

  @Test
  void doesNotApplyWhenItCannotBeDecided() {
    RouteCondition compiled = RouteCondition.compile("['EU'][int(location)] == 'EU'", ATTRIBUTES);

    assertThat(compiled.applies(Map.of("location", "0", "brand", ""))).isTrue();
    assertThat(compiled.applies(Map.of("location", "1", "brand", ""))).isFalse();
    assertThat(compiled.applies(Map.of("location", "x", "brand", ""))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "location",
        "1 + 1",
        "location ==",
        "shop == 'EU'",
        "location == 1",
        "location.nothing()",
        "true; true",
        "location in brand"
      })
  void refusesWhatIsNoConditionOverTheAttributes(String condition) {
    assertThatThrownBy(() -> RouteCondition.compile(condition, ATTRIBUTES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("location");
  }
}
