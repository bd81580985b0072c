package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.kafka.PartitionBuffer;
import io.crossdock.ledger.kafka.Topic;
import java.util.Optional;

/** A partition of a lane's topic, for as long as Kafka assigns it to this node. */
record PartitionSource(PartitionBuffer buffer, Topic topic, int partition, Consumer consumer)
    implements Source {

  private static final int PAGE = 256;

  @Override
  public Optional<Tenure> take(Places places) {
    return places.take(
        consumer.name(),
        topic.lane(),
        partition,
        new Places.Partitions(topic.partitions(), this::partition));
  }

  @Override
  public void begin() {
    buffer.begin();
  }

  @Override
  public EventPage read(long after) {
    return buffer.read(after, consumer.types(), PAGE);
  }

  @Override
  public void noted(long position) {
    buffer.noted(position);
  }

  @Override
  public boolean owns(Key key) {
    return partition(key) == partition;
  }

  @Override
  public Runnable listen(Runnable grown) {
    return buffer.listen(grown);
  }

  private int partition(Key key) {
    return topic.partition(key.aggregate(), key.value());
  }
}
