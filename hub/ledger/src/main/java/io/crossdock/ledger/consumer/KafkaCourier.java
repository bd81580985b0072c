package io.crossdock.ledger.consumer;

import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.ledger.kafka.Broker;
import io.crossdock.ledger.kafka.Inbox;
import io.crossdock.ledger.kafka.KafkaSettings;
import io.crossdock.ledger.kafka.PartitionBuffer;
import io.crossdock.ledger.kafka.Topic;
import io.crossdock.ledger.store.Store;
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
 * Keeps one lane of one consumer going over Kafka: is a member of its group and has a courier for
 * each partition that it is given.
 */
final class KafkaCourier implements Carrier, Inbox.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaCourier.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Store store;
  private final Places places;
  private final Hospital hospital;
  private final Consumer consumer;
  private final Lane lane;
  private final Duration lease;
  private final Broker broker;
  private final KafkaSettings settings;
  private final Map<Integer, Courier> couriers = new ConcurrentHashMap<>();
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean dying;
  private volatile String trouble = "";
  private volatile @Nullable Topic topic;
  private volatile @Nullable Inbox inbox;

  KafkaCourier(
      Store store,
      Places places,
      Hospital hospital,
      Consumer consumer,
      Lane lane,
      Duration lease,
      Broker broker,
      KafkaSettings settings) {
    this.store = store;
    this.places = places;
    this.hospital = hospital;
    this.consumer = consumer;
    this.lane = lane;
    this.lease = lease;
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
  public void lookAtHospital() {
    couriers.values().forEach(Courier::lookAtHospital);
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
    couriers.values().forEach(Courier::die);
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
    return couriers.values().stream()
        .map(Courier::health)
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
    Courier courier = new Courier(store, places, hospital, consumer, lane, source, lease);
    couriers.put(partition, courier);
    courier.start();
    if (dying) {
      courier.die();
    }
  }

  @Override
  public void revoked(Set<Integer> partitions) {
    List<Courier> left =
        couriers.entrySet().stream()
            .filter(each -> partitions.contains(each.getKey()))
            .map(Map.Entry::getValue)
            .toList();
    left.forEach(Courier::stop);
    left.forEach(Courier::close);
    couriers.keySet().removeAll(partitions);
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
    Topic found = broker.topic(lane);
    topic = found;
    Inbox current = new Inbox(settings, found, consumer.name(), this);
    inbox = current;
    try {
      if (!stopping) {
        current.run();
      }
    } finally {
      inbox = null;
      if (!dying) {
        // What leaving the group did not reach.
        revoked(Set.copyOf(couriers.keySet()));
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
