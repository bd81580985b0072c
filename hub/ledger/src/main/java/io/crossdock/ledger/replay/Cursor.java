package io.crossdock.ledger.replay;

import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.policy.v1.Lane;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.LongFunction;

/** Reads a part of the log page by page. */
final class Cursor {

  private static final int PAGE = 2_000;

  private final LongFunction<EventPage> read;
  private final Queue<StoredEvent> page = new ArrayDeque<>();
  private long upTo;
  private boolean more = true;

  Cursor(LongFunction<EventPage> read, long after) {
    this.read = read;
    this.upTo = after;
  }

  static Cursor ofLane(EventLog log, Lane lane, Set<String> types, long after) {
    Selection selection = new Selection(types, "", Long.MIN_VALUE, Long.MAX_VALUE);
    return new Cursor(from -> log.read(lane, from, selection, PAGE), after);
  }

  static Cursor ofKey(EventLog log, String aggregate, String key, long after) {
    return new Cursor(from -> log.read(aggregate, key, from, PAGE), after);
  }

  static Cursor of(List<StoredEvent> events, long after) {
    return new Cursor(
        from ->
            new EventPage(
                events.stream().filter(event -> event.id() > from).toList(),
                events.isEmpty() ? from : Math.max(from, events.getLast().id()),
                false),
        after);
  }

  /** Reads on when nothing is left of the page. */
  void fill() {
    if (page.isEmpty() && more) {
      EventPage next = read.apply(upTo);
      page.addAll(next.events());
      upTo = next.upTo();
      more = next.more();
    }
  }

  /** Id up to which everything was read. */
  long upTo() {
    return more ? upTo : Long.MAX_VALUE;
  }

  /** Gives what was read up to an id. */
  void drain(long to, List<StoredEvent> into) {
    for (StoredEvent event = page.peek(); event != null && event.id() <= to; event = page.peek()) {
      into.add(page.remove());
    }
  }
}
