package io.crossdock.drill.load;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An id that says who sent what, so that whatever turns up in a ledger is known again.
 *
 * @param kind of thing
 * @param writer number of the writer that sent it
 * @param number among the writer's things of that kind, from 0
 */
public record DrillId(Kind kind, int writer, int number) {

  private static final int NUMBER_BITS = 32;
  private static final int WRITER_BITS = 16;
  private static final long NUMBERS = (1L << NUMBER_BITS) - 1;
  private static final long WRITERS = (1L << WRITER_BITS) - 1;
  private static final long KINDS = 0b11;
  // RFC 9562: a UUID of version 8 has what its maker wants beside the version and the variant.
  private static final long VERSION_BITS = 0xF000L;
  private static final long VERSION = 0x8000L;
  private static final long VARIANT = 1L << 63;

  /** What has an id. */
  public enum Kind {
    /** A call that publishes events. */
    REQUEST(1),
    /** An event that is published. */
    EVENT(2),
    /** A call that spends points without their owner; its event has the same id. */
    REDEMPTION(3);

    private final int mark;

    Kind(int mark) {
      this.mark = mark;
    }

    private static @Nullable Kind marked(long mark) {
      for (Kind kind : values()) {
        if (kind.mark == mark) {
          return kind;
        }
      }
      return null;
    }
  }

  /**
   * The id as it travels.
   *
   * @param run number of the drill
   */
  public UUID uuid(long run) {
    return new UUID(
        base(run) | kind.mark, VARIANT | ((long) writer << NUMBER_BITS) | (number & NUMBERS));
  }

  /**
   * Reads an id back.
   *
   * @return null when it is none of this run
   */
  public static @Nullable DrillId of(UUID uuid, long run) {
    Kind kind = Kind.marked(uuid.getMostSignificantBits() & KINDS);
    if (kind == null || (uuid.getMostSignificantBits() & ~KINDS) != base(run)) {
      return null;
    }
    long rest = uuid.getLeastSignificantBits() & ~VARIANT;
    return new DrillId(
        kind, (int) ((rest >>> NUMBER_BITS) & WRITERS), Math.toIntExact(rest & NUMBERS));
  }

  private static long base(long run) {
    return (run & ~(VERSION_BITS | KINDS)) | VERSION;
  }
}
