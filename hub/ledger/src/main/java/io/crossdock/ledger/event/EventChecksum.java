package io.crossdock.ledger.event;

import io.crossdock.ledger.store.Checksum;

/**
 * The checksum of an event's row. Its lower half covers what is known before the row is written;
 * the upper half is the sequence, which the database assigns while it writes.
 */
final class EventChecksum {

  private static final long MOST_SEQUENCE = 0x7fff_ffffL;

  private EventChecksum() {}

  /** The part that does not know the sequence yet. */
  static long content(CheckedEvent event, long recordedMicros) {
    return content(
        event.type().lane().getNumber(),
        event.idBytes(),
        event.type().name(),
        event.type().aggregate(),
        event.key(),
        recordedMicros,
        event.bytes());
  }

  static long content(
      long lane,
      byte[] eventId,
      String type,
      String aggregate,
      String key,
      long recordedMicros,
      byte[] envelope) {
    return Checksum.of(lane, eventId, type, aggregate, key, recordedMicros, envelope);
  }

  /** The whole, as the appenders' statements put it together. */
  static long of(long content, long sequence) {
    return content + ((sequence & MOST_SEQUENCE) << 32);
  }
}
