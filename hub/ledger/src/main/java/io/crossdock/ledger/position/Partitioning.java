package io.crossdock.ledger.position;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * How the keys of a lane are spread over partitions. The rule is the one that Kafka's own producers
 * apply to a record with {@link #recordKey}; it never changes, as the order of a key's events
 * depends on it.
 *
 * @param partitions how many there are, 1 or more
 */
public record Partitioning(int partitions) {

  private static final int SEED = 0x9747b28c;
  private static final int MULTIPLIER = 0x5bd1e995;

  /** The partition of a key. */
  public int of(Key key) {
    return (murmur2(recordKey(key)) & Integer.MAX_VALUE) % partitions;
  }

  /** The key of a record for an event of a key. */
  public static byte[] recordKey(Key key) {
    return (key.aggregate() + "/" + key.value()).getBytes(UTF_8);
  }

  // 32-bit MurmurHash2 with Kafka's seed.
  private static int murmur2(byte[] data) {
    int hash = SEED ^ data.length;
    int words = data.length / 4;
    for (int i = 0; i < words; i++) {
      int at = i * 4;
      int word =
          (data[at] & 0xff)
              | (data[at + 1] & 0xff) << 8
              | (data[at + 2] & 0xff) << 16
              | (data[at + 3] & 0xff) << 24;
      word *= MULTIPLIER;
      word ^= word >>> 24;
      hash = hash * MULTIPLIER ^ word * MULTIPLIER;
    }
    int rest = words * 4;
    int left = data.length - rest;
    for (int i = left - 1; i >= 0; i--) {
      hash ^= (data[rest + i] & 0xff) << (8 * i);
    }
    if (left > 0) {
      hash *= MULTIPLIER;
    }
    hash ^= hash >>> 13;
    hash *= MULTIPLIER;
    return hash ^ hash >>> 15;
  }
}
