package io.crossdock.ledger.replay;

import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.StoredEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Reads what is wanted, from several parts of the log, in the log's order. */
final class MergedCursor {

  private final List<Cursor> cursors;
  private final Predicate<StoredEvent> wanted;
  private final long end;

  /**
   * @param end id of the last event to look at
   */
  MergedCursor(List<Cursor> cursors, Predicate<StoredEvent> wanted, long end) {
    this.cursors = cursors;
    this.wanted = wanted;
    this.end = end;
  }

  /** Reads on; a page may be empty though more follow. */
  EventPage next() {
    long upTo = Long.MAX_VALUE;
    for (Cursor cursor : cursors) {
      cursor.fill();
      upTo = Math.min(upTo, cursor.upTo());
    }
    // What lies beyond has to wait for the cursors that are not as far.
    long to = Math.min(upTo, end);
    List<StoredEvent> events = new ArrayList<>();
    for (Cursor cursor : cursors) {
      cursor.drain(to, events);
    }
    events.removeIf(wanted.negate());
    if (cursors.size() > 1) {
      events.sort(Comparator.comparingLong(StoredEvent::id));
    }
    return new EventPage(events, to, upTo < end);
  }
}
