package io.crossdock.ledger.kafka;

import io.crossdock.ledger.position.Partitioning;
import io.crossdock.policy.v1.Lane;
import org.apache.kafka.common.KafkaException;

/**
 * A lane's topic as it was found.
 *
 * @param partitioning over the partitions that are used; a topic may have more
 */
public record Topic(String name, Lane lane, Partitioning partitioning) {

  /** How many partitions are used. */
  public int partitions() {
    return partitioning.partitions();
  }

  /**
   * The topic with the partitions that consumers have positions for. Partitions that were added to
   * the topic are not used: a key that moved to one would overtake its events in the old one.
   *
   * @param recorded how many those are; 0 when there are none yet
   * @throws KafkaException when the topic has fewer
   */
  Topic keeping(int recorded) {
    if (recorded > partitions()) {
      throw new KafkaException(
          "topic "
              + name
              + " has "
              + partitions()
              + " partitions, but consumers have positions in "
              + recorded
              + " (expected: at least as many; see docs/ledger.md, After a restore)");
    }
    return recorded == 0 ? this : new Topic(name, lane, new Partitioning(recorded));
  }
}
