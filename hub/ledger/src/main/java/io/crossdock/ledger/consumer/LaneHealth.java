package io.crossdock.ledger.consumer;

import io.crossdock.policy.v1.Lane;

/**
 * How delivery goes in a lane.
 *
 * @param who a consumer's name, or {@code kafka-relay}
 * @param trouble what keeps it from going on, or what is missing, for people; empty when nothing is
 * @param missing events that were found missing on the way
 */
public record LaneHealth(String who, Lane lane, String trouble, long missing) {

  /** Of a lane where nothing can go missing. */
  public LaneHealth(String who, Lane lane, String trouble) {
    this(who, lane, trouble, 0);
  }

  /** Whether events get on. */
  public boolean works() {
    return trouble.isEmpty();
  }
}
