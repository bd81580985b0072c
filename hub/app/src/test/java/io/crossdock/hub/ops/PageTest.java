package io.crossdock.hub.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.failure.FailureException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest {

  private static final List<String> ALL = List.of("a", "b", "c");

  @Test
  void leadsThroughTheListPageByPage() {
    Page<String> first = Page.of(ALL, 2, "");
    Page<String> second = Page.of(ALL, 2, first.nextToken());

    assertThat(first.items()).containsExactly("a", "b");
    assertThat(second.items()).containsExactly("c");
    assertThat(second.nextToken()).isEmpty();
  }

  @Test
  void givesAllOfAShortListUnlessASizeIsAskedFor() {
    assertThat(Page.of(ALL, 0, "").items()).isEqualTo(ALL);
    assertThat(Page.of(ALL, 3, "").nextToken()).isEmpty();
    assertThat(Page.of(List.of(), 0, "").items()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "4", "99999999999", " "})
  void refusesATokenThatIsNotFromTheList(String token) {
    assertThatThrownBy(() -> Page.of(ALL, 2, token))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("page token");
  }
}
