package io.crossdock.ledger.event;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.store.RowCheck;
import io.crossdock.policy.v1.Lane;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.UUID;

/**
 * An event of the log.
 *
 * @param id grows in the order of the log
 * @param lane stream of delivery
 * @param aggregate kind of thing it tells of
 * @param envelope the event with its sequence and the time of its recording
 * @param intact whether it is what was recorded, as far as its checksum tells; an event that is not
 *     is never handed to anybody as if it was
 */
public record StoredEvent(
    long id, Lane lane, String aggregate, EventEnvelope envelope, boolean intact) {

  /** What {@link #read} expects, in this order. */
  static final String COLUMNS =
      "id, lane, event_id, type, aggregate, key, sequence, recorded_at, envelope, checksum";

  /** An event that came with its checksum verified elsewhere. */
  public StoredEvent(long id, Lane lane, String aggregate, EventEnvelope envelope) {
    this(id, lane, aggregate, envelope, true);
  }

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

  /** Of a row with {@link #COLUMNS}; what cannot be read any more is made of the columns beside. */
  static StoredEvent read(ResultSet row) throws SQLException {
    Lane lane = Lane.forNumber(row.getInt(2));
    EventEnvelope.Builder envelope = EventEnvelope.newBuilder();
    boolean intact = state(row) != RowCheck.State.CHANGED;
    try {
      envelope.mergeFrom(row.getBytes(9));
    } catch (InvalidProtocolBufferException e) {
      intact = false;
      envelope
          .clear()
          .setEventId(uuid(row.getBytes(3)))
          .setType(row.getString(4))
          .setKey(row.getString(6));
    }
    return new StoredEvent(
        row.getLong(1),
        lane == null ? Lane.LANE_UNSPECIFIED : lane,
        row.getString(5),
        envelope
            .setSequence(row.getLong(7))
            .setRecordedAt(Timestamps.fromMicros(row.getLong(8)))
            .build(),
        intact);
  }

  /** How a row with {@link #COLUMNS} is. */
  static RowCheck.State state(ResultSet row) throws SQLException {
    return RowCheck.state(
        row,
        10,
        EventChecksum.of(
            EventChecksum.content(
                row.getLong(2),
                row.getBytes(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getLong(8),
                row.getBytes(9)),
            row.getLong(7)));
  }

  private static String uuid(byte[] bytes) {
    ByteBuffer halves = ByteBuffer.wrap(Arrays.copyOf(bytes, 16));
    return new UUID(halves.getLong(), halves.getLong()).toString();
  }
}
