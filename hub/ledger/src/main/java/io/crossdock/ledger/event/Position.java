package io.crossdock.ledger.event;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.policy.v1.Lane;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/**
 * How far a reader is: for each lane the id of the last event it was given. Travels as base64url
 * text that only the hub can read, with the {@link LedgerEpoch epoch} in which it was issued.
 */
public final class Position {

  // Says which hub can read it; the next form gets another number.
  private static final byte FORM = 2;
  // That of a hub before positions had an epoch.
  private static final byte WITHOUT_EPOCH = 1;
  private static final int HEAD = 1 + Long.BYTES;
  private static final int LANES = EventLog.LANES.size();

  /** Before the first event. */
  public static final Position START = at(0);

  private final long[] ids;

  private Position(long[] ids) {
    this.ids = ids;
  }

  /** After the event with this id, in every lane. */
  static Position at(long id) {
    long[] ids = new long[LANES];
    Arrays.fill(ids, id);
    return new Position(ids);
  }

  /** After these events. */
  static Position at(Map<Lane, Long> ids) {
    Position position = at(0);
    ids.forEach((lane, id) -> position.ids[EventLog.LANES.indexOf(lane)] = id);
    return position;
  }

  /** The id of the last event that was given of a lane. */
  public long id(Lane lane) {
    return ids[EventLog.LANES.indexOf(lane)];
  }

  /**
   * Reads a position back.
   *
   * @param epoch the ledger's current one
   * @throws FailureException with {@code POSITION_OUT_OF_RANGE} when it was issued in another
   *     epoch, or by nobody
   */
  public static Position parse(String text, long epoch) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw malformed();
    }
    if (bytes.length > 0 && bytes[0] == WITHOUT_EPOCH) {
      throw otherEpoch();
    }
    boolean one = bytes.length == HEAD + Long.BYTES;
    if ((!one && bytes.length != HEAD + LANES * Long.BYTES) || bytes[0] != FORM) {
      throw malformed();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
    if (buffer.getLong() != epoch) {
      throw otherEpoch();
    }
    Position position = at(buffer.getLong());
    for (int i = 1; i < LANES && !one; i++) {
      position.ids[i] = buffer.getLong();
    }
    if (Arrays.stream(position.ids).anyMatch(id -> id < 0)) {
      throw malformed();
    }
    return position;
  }

  /**
   * Writes it as text that {@link #parse} reads back.
   *
   * @param epoch the ledger's current one
   */
  public String text(long epoch) {
    boolean one = Arrays.stream(ids).allMatch(id -> id == ids[0]);
    ByteBuffer buffer =
        ByteBuffer.allocate(HEAD + (one ? 1 : LANES) * Long.BYTES).put(FORM).putLong(epoch);
    for (int i = 0; i < (one ? 1 : LANES); i++) {
      buffer.putLong(ids[i]);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(buffer.array());
  }

  @Override
  public String toString() {
    return Arrays.toString(ids);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Position position && Arrays.equals(ids, position.ids);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ids);
  }

  private static FailureException malformed() {
    return new FailureException(
        Reason.REASON_POSITION_OUT_OF_RANGE, "Not a position issued by this hub.");
  }

  private static FailureException otherEpoch() {
    return new FailureException(
        Reason.REASON_POSITION_OUT_OF_RANGE,
        "The position was issued before the ledger was restored: read again from a time before the"
            + " back-up, or from the beginning, and skip event ids you already have.");
  }
}
