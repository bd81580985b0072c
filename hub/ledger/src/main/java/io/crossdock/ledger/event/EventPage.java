package io.crossdock.ledger.event;

import java.util.List;

/**
 * A piece of a lane.
 *
 * @param events those that match, in order
 * @param upTo id of the last event that was looked at, where to go on
 * @param more whether there may be more behind it at this moment
 */
public record EventPage(List<StoredEvent> events, long upTo, boolean more) {
  public EventPage {
    events = List.copyOf(events);
  }
}
