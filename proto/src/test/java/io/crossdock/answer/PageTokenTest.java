package io.crossdock.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.loyalty.v1.ListEntriesRequest;
import io.crossdock.loyalty.v1.ListRewardsRequest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTokenTest {

  private static final ListEntriesRequest LIST =
      ListEntriesRequest.newBuilder().setMemberId("M-1001").setPageSize(10).build();

  @Test
  void leadsBackToItsPlaceWhateverThePageSize() {
    String token = PageToken.of(LIST, "place/ä");

    assertThat(PageToken.place(LIST.toBuilder().setPageSize(99).setPageToken(token).build()))
        .isEqualTo("place/ä");
  }

  @Test
  void isEmptyWhereTheListEndsAndBegins() {
    assertThat(PageToken.of(LIST, "")).isEmpty();
    assertThat(PageToken.place(LIST)).isEmpty();
  }

  @Test
  void belongsToOneList() {
    String token = PageToken.of(LIST, "place");

    assertThatThrownBy(() ->
            PageToken.place(LIST.toBuilder().setMemberId("M-1002").setPageToken(token).build()))
        .hasMessageContaining("PAGE_TOKEN_INVALID");
    assertThatThrownBy(() ->
            PageToken.place(
                ListRewardsRequest.newBuilder().setMemberId("M-1001").setPageToken(token).build()))
        .hasMessageContaining("PAGE_TOKEN_INVALID");
  }

  @Test
  void refusesAPlaceOfAnotherShape() {
    Pattern number = Pattern.compile("[0-9]{1,9}");
    ListEntriesRequest good = LIST.toBuilder().setPageToken(PageToken.of(LIST, "200")).build();
    ListEntriesRequest forged = LIST.toBuilder().setPageToken(PageToken.of(LIST, "-1")).build();

    assertThat(PageToken.place(good, number)).isEqualTo("200");
    assertThat(PageToken.place(LIST, number)).isEmpty();
    assertThatThrownBy(() -> PageToken.place(forged, number))
        .hasMessageContaining("PAGE_TOKEN_INVALID");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "!!!", "AAAAAAAAAAA", "AAAAAAAAAAAAAAAAAA"})
  void refusesWhatIsNoToken(String text) {
    assertThatThrownBy(() -> PageToken.place(LIST.toBuilder().setPageToken(text).build()))
        .hasMessageContaining("PAGE_TOKEN_INVALID");
  }
}
