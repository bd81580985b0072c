package io.crossdock.ledger.kafka;

import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Source;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.position.Key;
import java.util.Optional;

/** A partition of a lane's topic, for as long as Kafka assigns it to this node. */
record PartitionSource(PartitionBuffer buffer, Topic topic, int partition, Consumer consumer)
    implements Source {

  private static final int PAGE = 256;

  @Override
  public Optional<Assignment> take(ConsumerPositions positions) {
    return positions.take(consumer.name(), topic.lane(), partition, topic.partitioning());
  }

  @Override
  public void begin() {
    buffer.begin();
  }

  @Override
  public EventPage read(long after, long mostBytes) {
    return buffer.read(after, consumer.types(), PAGE, mostBytes);
  }

  @Override
  public void noted(long position) {
    buffer.noted(position);
  }

  @Override
  public boolean owns(Key key) {
    return topic.partitioning().of(key) == partition;
  }

  @Override
  public Runnable listen(Runnable moreAvailable) {
    return buffer.listen(moreAvailable);
  }
}
