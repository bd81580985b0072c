package io.crossdock.ledger.replay;

import com.google.protobuf.util.Timestamps;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventType;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which events a replay is about: those that the selection names and the consumer takes.
 *
 * <p>Events are chosen by when they happened, but the log is in the order of their recording. A
 * till that was off-line for a day brings events of yesterday today, so everything is looked at up
 * to the end; and a source whose clock is ahead brings events of tomorrow today, so it is begun
 * {@link #AHEAD} earlier.
 */
final class ReplayFilter {

  /** How far the clock of a source may be ahead of the hub's. */
  static final Duration AHEAD = Duration.ofDays(1);

  private final ReplaySelection selection;
  private final Set<String> types;
  private final Set<Lane> lanes;

  ReplayFilter(ReplaySelection selection, Consumer consumer) {
    this.selection = selection;
    this.types =
        selection.getEventTypesCount() == 0
            ? consumer.types()
            : Set.copyOf(selection.getEventTypesList());
    this.lanes = consumer.lanes();
  }

  /** Id of an event of the log that lies surely before the first one that is wanted. */
  long start(EventLog log) {
    if (!selection.hasOccurredFrom()) {
      return 0;
    }
    Instant from =
        Instant.ofEpochSecond(
            selection.getOccurredFrom().getSeconds(), selection.getOccurredFrom().getNanos());
    var position = log.before(from.minus(AHEAD));
    return lanes.stream().mapToLong(position::id).min().orElse(0);
  }

  /** The shortest ways to the events. */
  List<Cursor> cursors(EventLog log, long after) {
    if (selection.getEventIdsCount() > 0) {
      return List.of(Cursor.of(log.find(selection.getEventIdsList()), after));
    }
    List<Cursor> cursors = new ArrayList<>();
    if (!selection.getKey().isEmpty()) {
      for (String aggregate : aggregates(log.catalogue())) {
        cursors.add(Cursor.ofKey(log, aggregate, selection.getKey(), after));
      }
    } else {
      for (Lane lane : lanes) {
        cursors.add(Cursor.ofLane(log, lane, types, after));
      }
    }
    return cursors;
  }

  boolean matches(StoredEvent event) {
    EventEnvelope envelope = event.envelope();
    return lanes.contains(event.lane())
        && (types.isEmpty() || types.contains(envelope.getType()))
        && (selection.getKey().isEmpty() || selection.getKey().equals(envelope.getKey()))
        && (!selection.hasOccurredFrom()
            || Timestamps.compare(envelope.getOccurredAt(), selection.getOccurredFrom()) >= 0)
        && (!selection.hasOccurredUntil()
            || Timestamps.compare(envelope.getOccurredAt(), selection.getOccurredUntil()) < 0);
  }

  private Set<String> aggregates(EventCatalogue catalogue) {
    return catalogue.types().stream()
        .filter(type -> types.isEmpty() || types.contains(type.name()))
        .map(EventType::aggregate)
        .collect(java.util.stream.Collectors.toUnmodifiableSet());
  }
}
