package io.crossdock.ledger.position;

import io.crossdock.policy.v1.Lane;
import java.util.Map;

/**
 * The right to deliver a lane, or a partition of it, to a consumer, until somebody else gets it.
 *
 * @param partition of the lane's topic; {@link ConsumerPositions#LOG} when the log itself is read
 * @param epoch its number; a write that carries an older one is refused
 * @param position id up to which everything was done
 * @param done keys that are further, with the last event that was done
 */
public record Assignment(
    String consumer, Lane lane, int partition, long epoch, long position, Map<Key, Long> done) {
  public Assignment {
    done = Map.copyOf(done);
  }
}
