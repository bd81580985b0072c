package io.crossdock.ledger.consumer;

import io.crossdock.policy.v1.Lane;

/**
 * How delivery goes in a lane.
 *
 * @param who a consumer's name, or {@code kafka-relay}
 * @param trouble what keeps it from going on, for people; empty when nothing does
 */
public record LaneHealth(String who, Lane lane, String trouble) {

  /** Whether events get on. */
  public boolean works() {
    return trouble.isEmpty();
  }
}
