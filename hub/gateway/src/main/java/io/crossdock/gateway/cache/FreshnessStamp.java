package io.crossdock.gateway.cache;

import com.google.protobuf.CodedOutputStream;
import io.crossdock.common.v1.Freshness;
import io.crossdock.gateway.operation.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/**
 * Bytes that, appended to a response, set fields of its {@link Freshness}. Protobuf merges them
 * into what the connector said, so the response is neither parsed nor copied.
 */
public final class FreshnessStamp {

  private static final int MODE = Freshness.MODE_FIELD_NUMBER;
  private static final int AGE = Freshness.AGE_FIELD_NUMBER;
  private static final int OBSERVED_AT = Freshness.OBSERVED_AT_FIELD_NUMBER;
  private static final int SECONDS = 1;
  private static final int NANOS = 2;

  private FreshnessStamp() {}

  /** Stamp of an answer that was asked from the backend for this call. */
  public static byte[] live(Instant observedAt) {
    long seconds = observedAt.getEpochSecond();
    int nanos = observedAt.getNano();
    return stamp(Freshness.Mode.MODE_LIVE, OBSERVED_AT, seconds, nanos);
  }

  /**
   * Stamp of an answer from memory.
   *
   * @param ageNanos how long ago the hub received it, nanoseconds
   */
  public static byte[] remembered(Freshness.Mode mode, long ageNanos) {
    return stamp(mode, AGE, ageNanos / 1_000_000_000L, (int) (ageNanos % 1_000_000_000L));
  }

  private static byte[] stamp(Freshness.Mode mode, int time, long seconds, int nanos) {
    int timeSize =
        CodedOutputStream.computeInt64Size(SECONDS, seconds)
            + CodedOutputStream.computeInt32Size(NANOS, nanos);
    int size =
        CodedOutputStream.computeEnumSize(MODE, mode.getNumber())
            + CodedOutputStream.computeTagSize(time)
            + CodedOutputStream.computeUInt32SizeNoTag(timeSize)
            + timeSize;
    byte[] bytes =
        new byte
            [CodedOutputStream.computeTagSize(Operation.FRESHNESS_FIELD)
                + CodedOutputStream.computeUInt32SizeNoTag(size)
                + size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeTag(Operation.FRESHNESS_FIELD, 2);
      out.writeUInt32NoTag(size);
      out.writeEnum(MODE, mode.getNumber());
      out.writeTag(time, 2);
      out.writeUInt32NoTag(timeSize);
      out.writeInt64(SECONDS, seconds);
      out.writeInt32(NANOS, nanos);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }
}
