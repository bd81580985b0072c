package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.position.Key;
import io.crossdock.policy.v1.Lane;
import java.util.List;
import java.util.Optional;

/** A lane of the log. */
record LogSource(EventLog log, EventSignal signal, Consumer consumer, Lane lane) implements Source {

  private static final int PAGE = 256;

  @Override
  public Optional<Assignment> take(ConsumerPositions positions) {
    return positions.take(consumer.name(), lane, consumer.start().id(lane));
  }

  @Override
  public void begin() {
    // One can read from anywhere.
  }

  @Override
  public EventPage read(long after, long mostBytes) {
    Selection selection = new Selection(consumer.types(), "", Long.MIN_VALUE, Long.MAX_VALUE);
    return log.read(lane, after, selection, PAGE, mostBytes);
  }

  @Override
  public void noted(long position) {
    // The ledger's place says it all.
  }

  @Override
  public boolean owns(Key key) {
    return true;
  }

  @Override
  public Runnable listen(Runnable moreAvailable) {
    return signal.listen(List.of(lane), moreAvailable);
  }
}
