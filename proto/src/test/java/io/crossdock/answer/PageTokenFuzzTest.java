package io.crossdock.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.ops.v1.ListReplaysRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class PageTokenFuzzTest {

  @Property
  void refusesEveryTokenThatItDidNotMake(@ForAll String token) {
    place(ListReplaysRequest.newBuilder().setPageToken(token).build());
  }

  @Property
  void refusesBytesThatItDidNotMake(@ForAll byte[] bytes) {
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);

    place(ListReplaysRequest.newBuilder().setPageToken(token).build());
  }

  @Property
  void givesBackThePlaceOrRefusesIt(@ForAll String place, @ForAll int pageSize) {
    ListReplaysRequest request = ListReplaysRequest.newBuilder().setPageSize(pageSize).build();
    ListReplaysRequest next =
        request.toBuilder().setPageToken(PageToken.of(request, place)).build();

    assertThat(PageToken.place(next).getBytes(StandardCharsets.UTF_8))
        .isEqualTo(place.getBytes(StandardCharsets.UTF_8));
    try {
      PageToken.number(next, 0);
    } catch (FailureException e) {
      assertThat(e.failure().reason()).isEqualTo(Reason.REASON_PAGE_TOKEN_INVALID);
    }
  }

  private static void place(ListReplaysRequest request) {
    try {
      assertThat(PageToken.place(request)).isEmpty();
    } catch (FailureException e) {
      assertThat(e.failure().reason()).isEqualTo(Reason.REASON_PAGE_TOKEN_INVALID);
    }
  }
}
