package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.position.Key;
import java.util.Optional;

/** Where a consumer's events come from: a lane of the log, or a partition of its topic. */
public interface Source {

  /** Takes the right to deliver what comes from here; empty while another node has it. */
  Optional<Assignment> take(ConsumerPositions positions);

  /** An assignment begins: {@link #read} starts again at the first event that was not noted. */
  void begin();

  /**
   * Reads on without waiting for more.
   *
   * @param after id after which to go on; events up to it are left out
   * @param mostBytes of events; the page ends with the one that goes beyond
   */
  EventPage read(long after, long mostBytes);

  /** Everything up to an id is done, and that is safe in the ledger. */
  void noted(long position);

  /** Whether the events of a key come from here. */
  boolean owns(Key key);

  /**
   * Registers who is told that there is more to read.
   *
   * @return ends it
   */
  Runnable listen(Runnable moreAvailable);
}
