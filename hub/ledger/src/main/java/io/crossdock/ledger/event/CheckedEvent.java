package io.crossdock.ledger.event;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.event.v1.EventEnvelope;
import java.nio.ByteBuffer;
import java.util.UUID;

/** An event that obeys its contract and may be written. */
public final class CheckedEvent {

  private final EventType type;
  private final String eventId;
  private final String key;
  private final long wantedSequence;
  private final ByteString data;
  private final byte[] bytes;

  private CheckedEvent(EventEnvelope envelope, EventType type) {
    this.type = type;
    this.eventId = envelope.getEventId();
    this.key = envelope.getKey();
    this.wantedSequence = envelope.getSequence();
    this.data = envelope.getData().getValue();
    // The ledger's columns say what the hub gives; see StoredEvent.
    this.bytes = envelope.toBuilder().clearSequence().clearRecordedAt().build().toByteArray();
  }

  static CheckedEvent of(EventEnvelope envelope, EventType type) {
    return new CheckedEvent(envelope, type);
  }

  /** Its kind. */
  public EventType type() {
    return type;
  }

  /** Its id, a UUID. */
  public String eventId() {
    return eventId;
  }

  /** Value that orders it within its aggregate. */
  public String key() {
    return key;
  }

  /** The event's message, serialized. */
  public byte[] data() {
    return data.toByteArray();
  }

  /** The sequence that its source insists on; 0 when it leaves that to the hub. */
  long wantedSequence() {
    return wantedSequence;
  }

  byte[] bytes() {
    return bytes;
  }

  /**
   * Whether an envelope of the log tells the same. What a publisher's call adds to it (the
   * transaction's ids, the channel, the trace) may differ, and so may the order of its bytes.
   */
  boolean isSameAs(byte[] stored) {
    try {
      EventEnvelope other = EventEnvelope.parseFrom(stored);
      EventEnvelope mine = EventEnvelope.parseFrom(bytes);
      return content(other).equals(content(mine))
          && DynamicMessage.parseFrom(type.message(), other.getData().getValue())
              .equals(DynamicMessage.parseFrom(type.message(), mine.getData().getValue()));
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private static EventEnvelope content(EventEnvelope envelope) {
    return envelope.toBuilder()
        .clearCorrelationId()
        .clearCausationId()
        .clearChannel()
        .clearTraceparent()
        .clearData()
        .build();
  }

  byte[] idBytes() {
    return idBytes(eventId);
  }

  static byte[] idBytes(String eventId) {
    UUID uuid = UUID.fromString(eventId);
    return ByteBuffer.allocate(16)
        .putLong(uuid.getMostSignificantBits())
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }
}
