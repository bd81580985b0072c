package io.crossdock.ledger.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A row's checksum: CRC-32C (RFC 3720, appendix B.4) over its values in a fixed order, each with
 * its length before it, as a number of 32 bits. It finds what a disk or a memory chip changed;
 * whoever changes a row on purpose can change its checksum too, which is what the audit chain is
 * for.
 */
public final class Checksum {

  /** Version of the tables since which there are checksums. */
  public static final int SINCE = 7;

  private static final int ABSENT = -1;

  private Checksum() {}

  /**
   * Of a row.
   *
   * @param values {@code String}, {@code Long}, {@code byte[]} or null
   */
  public static long of(@Nullable Object... values) {
    CRC32C crc = new CRC32C();
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    for (Object value : values) {
      switch (value) {
        case null -> add(crc, number, ABSENT);
        case Long each -> add(crc, number, each);
        case String text -> add(crc, number, text.getBytes(UTF_8));
        case byte[] bytes -> add(crc, number, bytes);
        case Object other -> throw new IllegalArgumentException(other.getClass().getName());
      }
    }
    return crc.getValue();
  }

  private static void add(CRC32C crc, ByteBuffer buffer, byte[] bytes) {
    add(crc, buffer, bytes.length);
    crc.update(bytes);
  }

  private static void add(CRC32C crc, ByteBuffer buffer, long number) {
    crc.update(buffer.clear().putLong(number).flip());
  }
}
