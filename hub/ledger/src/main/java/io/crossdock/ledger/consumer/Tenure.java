package io.crossdock.ledger.consumer;

import io.crossdock.policy.v1.Lane;
import java.util.Map;

/**
 * The right to deliver a lane, or a partition of it, to a consumer, until somebody else gets it.
 *
 * @param partition of the lane's topic; {@link Places#LOG} when the log itself is read
 * @param fence its number; a write that carries an older one is refused
 * @param position id up to which everything was done
 * @param done keys that are further, with the last event that was done
 */
record Tenure(
    String consumer, Lane lane, int partition, long fence, long position, Map<Key, Long> done) {
  Tenure {
    done = Map.copyOf(done);
  }
}
