package io.crossdock.ledger.consumer;

import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.Store;
import java.time.Clock;
import java.time.Duration;

/**
 * What every delivery of a node works with.
 *
 * @param lease how long the node may say nothing before others take its lanes over
 * @param memory for events that are read and not done
 */
public record DeliveryContext(
    Store store,
    ConsumerPositions positions,
    DeadLetters deadLetters,
    Duration lease,
    DeliveryMemory memory) {

  /**
   * Of a node.
   *
   * @param node unique for each start of a process
   * @param lease usually {@link Consumers#LEASE}
   */
  public static DeliveryContext of(
      Store store, DeadLetters deadLetters, Clock clock, String node, Duration lease) {
    return new DeliveryContext(
        store,
        new ConsumerPositions(store, clock, node, lease),
        deadLetters,
        lease,
        DeliveryMemory.usual());
  }
}
