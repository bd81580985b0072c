package io.crossdock.ledger.replay;

import io.crossdock.common.v1.Actor;
import io.crossdock.ops.v1.ReplaySelection;
import java.time.Instant;
import java.util.Optional;

/**
 * A replay as it stands in the ledger.
 *
 * @param consumer that gets the events
 * @param selection which events
 * @param dryRun whether only to count
 * @param perSecond most events each second; 0 means any number
 * @param actor who started it
 * @param reason why
 * @param status where it stands
 * @param failure why it could not go on, in a sentence; empty when it could
 * @param upTo id of the last event to look at
 * @param progress how far it is
 * @param endedAt empty while it runs
 */
record ReplayRecord(
    long id,
    String consumer,
    ReplaySelection selection,
    boolean dryRun,
    long perSecond,
    Actor actor,
    String reason,
    Status status,
    String failure,
    long upTo,
    Progress progress,
    Instant startedAt,
    Optional<Instant> endedAt) {

  /** Where a replay stands. */
  enum Status {
    RUNNING,
    COMPLETED,
    STOPPED,
    FAILED
  }

  /**
   * How far a replay is.
   *
   * @param position id of the last event that it is done with
   * @param matched events that were wanted so far
   * @param delivered those that the consumer took
   * @param deadLettered those that stand in the dead letters
   */
  record Progress(long position, long matched, long delivered, long deadLettered) {}
}
