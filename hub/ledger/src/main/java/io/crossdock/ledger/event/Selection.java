package io.crossdock.ledger.event;

import io.crossdock.event.v1.EventFilter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/**
 * Which events are wanted; all that is given must match.
 *
 * @param types full names; empty means every type
 * @param keyPrefix what the key begins with; empty means every key
 * @param fromMicros first moment of recording, microseconds since 1970
 * @param untilMicros moment of recording before which it ends, microseconds since 1970
 */
public record Selection(Set<String> types, String keyPrefix, long fromMicros, long untilMicros) {

  /** Every event. */
  public static final Selection ALL = new Selection(Set.of(), "", Long.MIN_VALUE, Long.MAX_VALUE);

  public Selection {
    types = Set.copyOf(types);
  }

  /** What a caller asked for. */
  static Selection of(EventFilter filter) {
    return new Selection(
        Set.copyOf(filter.getTypesList()), filter.getKeyPrefix(), Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** The same, recorded at or after a moment. */
  public Selection from(Instant moment) {
    return new Selection(types, keyPrefix, micros(moment), untilMicros);
  }

  /** The same, recorded before a moment. */
  public Selection until(Instant moment) {
    return new Selection(types, keyPrefix, fromMicros, micros(moment));
  }

  boolean matches(String type, String key, long recordedMicros) {
    return (types.isEmpty() || types.contains(type))
        && key.startsWith(keyPrefix)
        && recordedMicros >= fromMicros
        && recordedMicros < untilMicros;
  }

  static long micros(Instant moment) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, moment);
  }
}
