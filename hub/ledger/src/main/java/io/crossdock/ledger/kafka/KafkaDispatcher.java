package io.crossdock.ledger.kafka;

import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.DeliveryContext;
import io.crossdock.ledger.consumer.Dispatcher;
import io.crossdock.ledger.consumer.LaneHealth;
import io.crossdock.ledger.consumer.LaneWorker;
import io.crossdock.ledger.consumer.Source;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one lane of one consumer going over Kafka: is a member of its group and has a dispatcher
 * for each partition that it is given.
 */
final class KafkaDispatcher implements LaneWorker, Inbox.Listener {

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final DeliveryContext context;
  private final Consumer consumer;
  private final Lane lane;
  private final Broker broker;
  private final KafkaSettings settings;
  private final Map<Integer, Dispatcher> dispatchers = new ConcurrentHashMap<>();
  private final Map<Integer, PartitionBuffer> buffers = new ConcurrentHashMap<>();
  private final BackgroundLoop loop;
  // In partitions that other nodes have now.
  private final AtomicLong missingBefore = new AtomicLong();
  private volatile boolean dying;
  private volatile @Nullable Topic topic;
  private volatile @Nullable Inbox inbox;

  KafkaDispatcher(
      DeliveryContext context,
      Consumer consumer,
      Lane lane,
      Broker broker,
      KafkaSettings settings) {
    this.context = context;
    this.consumer = consumer;
    this.lane = lane;
    this.broker = broker;
    this.settings = settings;
    // Polling holds a thread of the system anyway.
    this.loop = BackgroundLoop.ofPlatform("kafka-" + consumer.name() + "-" + lane, this::step);
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void recheckDeadLetters() {
    dispatchers.values().forEach(Dispatcher::recheckDeadLetters);
  }

  @Override
  public void stop() {
    loop.stop();
    Inbox current = inbox;
    if (current != null) {
      current.stop();
    }
  }

  @Override
  public void close() {
    stop();
    loop.close();
  }

  @Override
  public void die() {
    dying = true;
    loop.stop();
    dispatchers.values().forEach(Dispatcher::die);
    Inbox current = inbox;
    if (current != null) {
      current.die();
    }
  }

  @Override
  public LaneHealth health() {
    List<SequenceGaps> gaps = buffers.values().stream().map(PartitionBuffer::gaps).toList();
    String trouble =
        Stream.of(
                Stream.of(broker.trouble(), broker.unfit(lane), loop.health().trouble()),
                dispatchers.values().stream().map(each -> each.health().trouble()),
                gaps.stream().map(SequenceGaps::trouble))
            .flatMap(each -> each)
            .filter(each -> !each.isEmpty())
            .findFirst()
            .orElse("");
    return new LaneHealth(
        consumer.name(),
        lane,
        trouble,
        missingBefore.get() + gaps.stream().mapToLong(SequenceGaps::missing).sum());
  }

  @Override
  public void joined() {
    loop.recovered();
  }

  @Override
  public void assigned(int partition, PartitionBuffer buffer) {
    Topic current = topic;
    // Nothing is ever written to partitions that were added later, see Topic.
    if (current == null || dying || partition >= current.partitions()) {
      return;
    }
    buffers.put(partition, buffer);
    Source source = new PartitionSource(buffer, current, partition, consumer);
    Dispatcher dispatcher = new Dispatcher(context, consumer, lane, source);
    dispatchers.put(partition, dispatcher);
    dispatcher.start();
    if (dying) {
      dispatcher.die();
    }
  }

  @Override
  public void revoked(Set<Integer> partitions) {
    List<Dispatcher> left =
        dispatchers.entrySet().stream()
            .filter(each -> partitions.contains(each.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    left.forEach(Dispatcher::stop);
    left.forEach(Dispatcher::close);
    dispatchers.keySet().removeAll(partitions);
    for (int partition : partitions) {
      PartitionBuffer buffer = buffers.remove(partition);
      missingBefore.addAndGet(buffer == null ? 0 : buffer.gaps().missing());
    }
  }

  private Duration step() {
    try {
      work();
      return PAUSE;
    } catch (RuntimeException e) {
      broker.forget(lane);
      throw e;
    }
  }

  private void work() {
    Topic ready = broker.topic(lane).keeping(context.positions().partitions(lane));
    topic = ready;
    Inbox current = new Inbox(settings, ready, consumer.name(), context.memory(), this);
    inbox = current;
    try {
      if (!loop.isStopping()) {
        current.run();
      }
    } finally {
      inbox = null;
      if (!dying) {
        // What leaving the group did not reach.
        revoked(Set.copyOf(dispatchers.keySet()));
      }
    }
  }
}
