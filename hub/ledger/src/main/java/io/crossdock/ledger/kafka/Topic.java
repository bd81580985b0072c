package io.crossdock.ledger.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.crossdock.policy.v1.Lane;
import org.apache.kafka.common.utils.Utils;

/** A lane's topic as it was found. */
public record Topic(String name, Lane lane, int partitions) {

  /**
   * The partition of a key. The rule is the one of Kafka's own producers for a record with this
   * key; it never changes, as the order of a key's events stands on it.
   */
  public int partition(String aggregate, String key) {
    return Utils.toPositive(Utils.murmur2(recordKey(aggregate, key))) % partitions;
  }

  static byte[] recordKey(String aggregate, String key) {
    return (aggregate + "/" + key).getBytes(UTF_8);
  }
}
