package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.policy.v1.Lane;
import java.util.Set;

/**
 * Someone who wants events.
 *
 * @param name under which its place is kept, for ever
 * @param types full names of the events; empty means every type
 * @param lanes that it reads, each at its own pace
 * @param start where it begins when it was never seen before
 * @param effect what it does
 * @param retry what happens when it cannot
 * @param maxInFlight most effects of one lane at the same time, each of another key, 1 or more
 */
public record Consumer(
    String name,
    Set<String> types,
    Set<Lane> lanes,
    Position start,
    Effect effect,
    RetryPolicy retry,
    int maxInFlight) {

  public Consumer {
    types = Set.copyOf(types);
    lanes = Set.copyOf(lanes);
    if (name.isBlank() || name.length() > 64) {
      throw new IllegalArgumentException("name: " + name + " (expected: 1 to 64 characters)");
    }
    if (name.equals(ConsumerPositions.RELAY)) {
      throw new IllegalArgumentException("name: " + name + " (expected: another, the hub has it)");
    }
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("maxInFlight: " + maxInFlight + " (expected: 1 or more)");
    }
  }
}
