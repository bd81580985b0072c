package io.crossdock.ledger.event;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.policy.v1.Lane;

/**
 * An event of the log.
 *
 * @param id grows in the order of the log
 * @param lane stream of delivery
 * @param aggregate kind of thing it tells of
 * @param envelope the event with its sequence and the time of its recording
 */
public record StoredEvent(long id, Lane lane, String aggregate, EventEnvelope envelope) {

  /** Where to go on after it. */
  public Position position() {
    return Position.at(id);
  }

  /** Bytes of the envelope. */
  public int size() {
    return envelope.getSerializedSize();
  }

  long recordedMicros() {
    return Timestamps.toMicros(envelope.getRecordedAt());
  }

  /** Puts together what was written as bytes and what the ledger gave. */
  static StoredEvent of(
      long id, Lane lane, String aggregate, long sequence, long recordedMicros, byte[] bytes) {
    try {
      return new StoredEvent(
          id,
          lane,
          aggregate,
          EventEnvelope.newBuilder()
              .mergeFrom(bytes)
              .setSequence(sequence)
              .setRecordedAt(Timestamps.fromMicros(recordedMicros))
              .build());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("event " + id + " of the ledger cannot be read", e);
    }
  }
}
