package io.crossdock.ledger.kafka;

import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.DeliveryContext;
import io.crossdock.ledger.consumer.Dispatcher;
import io.crossdock.ledger.consumer.LaneHealth;
import io.crossdock.ledger.consumer.LaneWorker;
import io.crossdock.ledger.consumer.Source;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one lane of one consumer going over Kafka: is a member of its group and has a dispatcher
 * for each partition that it is given.
 */
final class KafkaDispatcher implements LaneWorker, Inbox.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaDispatcher.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final DeliveryContext context;
  private final Consumer consumer;
  private final Lane lane;
  private final Broker broker;
  private final KafkaSettings settings;
  private final Map<Integer, Dispatcher> dispatchers = new ConcurrentHashMap<>();
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean dying;
  private volatile String trouble = "";
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
    this.thread =
        Thread.ofPlatform()
            .name("kafka-" + consumer.name() + "-" + lane)
            .daemon()
            .unstarted(this::loop);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void recheckDeadLetters() {
    dispatchers.values().forEach(Dispatcher::recheckDeadLetters);
  }

  @Override
  public void stop() {
    stopping = true;
    wake.release();
    Inbox current = inbox;
    if (current != null) {
      current.stop();
    }
  }

  @Override
  public void close() {
    stop();
    Uninterruptibles.joinUninterruptibly(thread);
  }

  @Override
  public void die() {
    dying = true;
    stopping = true;
    dispatchers.values().forEach(Dispatcher::die);
    Inbox current = inbox;
    if (current != null) {
      current.die();
    }
    wake.release();
  }

  @Override
  public LaneHealth health() {
    for (String each : List.of(broker.trouble(), trouble)) {
      if (!each.isEmpty()) {
        return new LaneHealth(consumer.name(), lane, each);
      }
    }
    return dispatchers.values().stream()
        .map(Dispatcher::health)
        .filter(health -> !health.works())
        .findFirst()
        .orElse(new LaneHealth(consumer.name(), lane, ""));
  }

  @Override
  public void joined() {
    trouble = "";
  }

  @Override
  public void assigned(int partition, PartitionBuffer buffer) {
    Topic current = topic;
    if (current == null || dying) {
      return;
    }
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
  }

  private void loop() {
    while (!stopping) {
      try {
        work();
      } catch (RuntimeException e) {
        String now = String.valueOf(e.getMessage());
        if (!stopping && !now.equals(trouble)) {
          LOG.warn("consumer {} begins anew in {}: {}", consumer.name(), lane, now, e);
        }
        trouble = now;
        broker.forget(lane);
      }
      if (!stopping) {
        rest();
      }
    }
  }

  private void work() {
    Topic ready = broker.topic(lane);
    topic = ready;
    Inbox current = new Inbox(settings, ready, consumer.name(), this);
    inbox = current;
    try {
      if (!stopping) {
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

  private void rest() {
    try {
      var _ = wake.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread.
    }
  }
}
