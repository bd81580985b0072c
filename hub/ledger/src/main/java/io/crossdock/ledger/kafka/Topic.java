package io.crossdock.ledger.kafka;

import io.crossdock.ledger.position.Partitioning;
import io.crossdock.policy.v1.Lane;

/** A lane's topic as it was found. */
public record Topic(String name, Lane lane, Partitioning partitioning) {

  /** How many partitions it has. */
  public int partitions() {
    return partitioning.partitions();
  }
}
