package io.crossdock.gateway.freshness;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.gateway.operation.AnswerFields;
import io.crossdock.gateway.operation.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How old an answer was when the hub received it, and the stamp that states it: bytes of the {@link
 * HubFreshness} field, which are appended to the answer, so that it is neither parsed nor copied.
 *
 * <p>The hub never makes an answer younger than its source says: the less certain mode counts, and
 * ages add up.
 *
 * @param mode number of the {@link Freshness.Mode}; one that this hub does not know is passed on
 * @param ageNanos age that the source stated, nanoseconds; {@link #NO_AGE} when it stated none
 * @param observedAt when the hub received the answer; null when that is not known
 */
public record AnswerFreshness(int mode, long ageNanos, @Nullable Instant observedAt) {

  /** The source stated no age. */
  public static final long NO_AGE = -1;

  private static final int LIVE = Freshness.Mode.MODE_LIVE_VALUE;
  private static final int MODE = HubFreshness.MODE_FIELD_NUMBER;
  private static final int AGE = HubFreshness.AGE_FIELD_NUMBER;
  private static final int OBSERVED_AT = HubFreshness.OBSERVED_AT_FIELD_NUMBER;
  private static final int SECONDS = 1;
  private static final int NANOS = 2;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  // Ages of a source are taken at their word up to a century, so that sums never overflow.
  private static final long MAX_SOURCE_AGE_SECONDS = 36_525L * 24 * 60 * 60;

  /**
   * Freshness of an answer that was received now.
   *
   * <p>A hub behind a connector states its own {@link HubFreshness}; it counts as the source's.
   */
  public static AnswerFreshness received(AnswerFields answer, Instant now) {
    int mode = Math.max(LIVE, Math.max(answer.sourceMode(), answer.hubMode()));
    long age = NO_AGE;
    if (answer.hasSourceAge()) {
      age = nanos(answer.sourceAgeSeconds(), answer.sourceAgeNanos());
    }
    if (answer.hasHubAge()) {
      age = Math.max(age, nanos(answer.hubAgeSeconds(), answer.hubAgeNanos()));
    }
    return new AnswerFreshness(mode, age, now);
  }

  /** Freshness that a stamp states; live and of no stated age when there is none. */
  public static AnswerFreshness ofStamp(byte[] stamp) {
    if (stamp.length == 0) {
      return new AnswerFreshness(LIVE, NO_AGE, null);
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(stamp);
      in.readTag();
      in.readRawVarint32();
      HubFreshness stated = HubFreshness.parseFrom(in);
      Duration age = stated.getAge();
      Timestamp observed = stated.getObservedAt();
      return new AnswerFreshness(
          stated.getModeValue(),
          stated.hasAge() ? nanos(age.getSeconds(), age.getNanos()) : NO_AGE,
          stated.hasObservedAt()
              ? Instant.ofEpochSecond(observed.getSeconds(), observed.getNanos())
              : null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stamp of the answer as it was received. */
  public byte[] stamp() {
    return stamp(mode, ageNanos, observedAt);
  }

  /**
   * Stamp of the answer from the cache.
   *
   * @param cachedNanos how long ago the hub received it, nanoseconds
   */
  public byte[] stampCached(long cachedNanos) {
    return stamp(
        Math.max(mode, Freshness.Mode.MODE_CACHED_VALUE),
        ageNanos == NO_AGE ? cachedNanos : saturatedSum(ageNanos, cachedNanos),
        observedAt);
  }

  /**
   * The answer without what its source put into the hub's field.
   *
   * @param answer a well-formed message
   */
  public static byte[] withoutHubFreshness(byte[] answer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(answer.length);
    CodedInputStream in = CodedInputStream.newInstance(answer);
    try {
      int start = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        in.skipField(tag);
        int end = in.getTotalBytesRead();
        if (WireFormat.getTagFieldNumber(tag) != Operation.HUB_FRESHNESS_FIELD) {
          bytes.write(answer, start, end - start);
        }
        start = end;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] stamp(int mode, long ageNanos, @Nullable Instant observedAt) {
    long ageSeconds = ageNanos / NANOS_PER_SECOND;
    int ageRest = (int) (ageNanos % NANOS_PER_SECOND);
    int ageSize = ageNanos == NO_AGE ? 0 : timeSize(ageSeconds, ageRest);
    long seconds = observedAt == null ? 0 : observedAt.getEpochSecond();
    int nanos = observedAt == null ? 0 : observedAt.getNano();
    int observedSize = observedAt == null ? 0 : timeSize(seconds, nanos);
    int size = CodedOutputStream.computeInt32Size(MODE, mode);
    size += ageNanos == NO_AGE ? 0 : 2 + ageSize;
    size += observedAt == null ? 0 : 2 + observedSize;
    // Every length here is below 128 and takes one byte; the field's own tag takes two.
    byte[] bytes = new byte[3 + size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeTag(Operation.HUB_FRESHNESS_FIELD, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      out.writeUInt32NoTag(size);
      out.writeInt32(MODE, mode);
      if (ageNanos != NO_AGE) {
        writeTime(out, AGE, ageSize, ageSeconds, ageRest);
      }
      if (observedAt != null) {
        writeTime(out, OBSERVED_AT, observedSize, seconds, nanos);
      }
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  private static int timeSize(long seconds, int nanos) {
    return CodedOutputStream.computeInt64Size(SECONDS, seconds)
        + CodedOutputStream.computeInt32Size(NANOS, nanos);
  }

  private static void writeTime(CodedOutputStream out, int field, int size, long seconds, int nanos)
      throws IOException {
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(size);
    out.writeInt64(SECONDS, seconds);
    out.writeInt32(NANOS, nanos);
  }

  private static long nanos(long seconds, long nanos) {
    long whole = Math.clamp(seconds, 0, MAX_SOURCE_AGE_SECONDS) * NANOS_PER_SECOND;
    return whole + Math.clamp(nanos, 0, NANOS_PER_SECOND - 1);
  }

  private static long saturatedSum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
