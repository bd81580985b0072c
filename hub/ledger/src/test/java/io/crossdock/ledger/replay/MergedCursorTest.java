package io.crossdock.ledger.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.policy.v1.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MergedCursorTest {

  @Test
  void bringsTheLanesTogetherInTheOrderOfTheLog() {
    MergedCursor reading =
        new MergedCursor(
            List.of(cursor(0, 1, 2, 3, 4, 50, 51, 52), cursor(0, 5, 40, 60), cursor(0, 45)),
            _ -> true,
            55);

    assertThat(all(reading)).containsExactly(1L, 2L, 3L, 4L, 5L, 40L, 45L, 50L, 51L, 52L);
  }

  @Test
  void goesOnAfterAPlaceAndLeavesOutWhatIsNotWanted() {
    MergedCursor reading =
        new MergedCursor(List.of(cursor(3, 1, 2, 3, 4, 6), cursor(3, 5, 7)), e -> e.id() != 6, 7);

    assertThat(all(reading)).containsExactly(4L, 5L, 7L);
  }

  @Test
  void aPageTellsHowFarEverythingWasLookedAt() {
    MergedCursor reading =
        new MergedCursor(List.of(cursor(0, 10, 20, 30), cursor(0, 25)), _ -> true, 99);

    EventPage first = reading.next();
    EventPage second = reading.next();

    // The first lane is known up to 20 only, so that 25 has to wait.
    assertThat(ids(first)).containsExactly(10L, 20L);
    assertThat(first.upTo()).isEqualTo(20);
    assertThat(first.more()).isTrue();
    assertThat(ids(second)).containsExactly(25L, 30L);
    assertThat(second.upTo()).isEqualTo(99);
    assertThat(second.more()).isFalse();
  }

  private static List<Long> all(MergedCursor reading) {
    List<Long> ids = new ArrayList<>();
    long upTo = 0;
    for (boolean more = true; more; ) {
      EventPage page = reading.next();
      assertThat(page.upTo()).isGreaterThanOrEqualTo(upTo);
      for (long id : ids(page)) {
        assertThat(id).isGreaterThan(upTo).isLessThanOrEqualTo(page.upTo());
        ids.add(id);
      }
      upTo = page.upTo();
      more = page.more();
    }
    return ids;
  }

  private static List<Long> ids(EventPage page) {
    return page.events().stream().map(StoredEvent::id).toList();
  }

  /** Two events at a time. */
  private static Cursor cursor(long after, long... ids) {
    return new Cursor(
        from -> {
          List<StoredEvent> page =
              LongStream.of(ids)
                  .filter(id -> id > from)
                  .limit(2)
                  .mapToObj(id ->
                      new StoredEvent(
                          id, Lane.LANE_FINANCIAL, "posting", Events.posting("PO-1").build()))
                  .toList();
          return new EventPage(page, page.isEmpty() ? from : page.getLast().id(), page.size() == 2);
        },
        after);
  }
}
