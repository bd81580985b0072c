package io.crossdock.ledger.consumer;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.kafka.Broker;
import io.crossdock.ledger.kafka.KafkaSettings;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The consumers of this process.
 *
 * <p>Embedded, each lane of each consumer has a courier that reads the log; of several nodes with
 * the same consumer one delivers a lane, and another takes over when it dies. Over Kafka, one node
 * carries a lane to its topic, and the nodes share the partitions of a topic among them.
 */
public final class Consumers implements AutoCloseable {

  /** How long a node may say nothing before others take its lanes over. */
  public static final Duration LEASE = Duration.ofSeconds(3);

  private final Store store;
  private final EventLog log;
  private final EventSignal signal;
  private final Hospital hospital;
  private final Places places;
  private final Duration lease;
  private final List<Carrier> carriers = new CopyOnWriteArrayList<>();
  private final @Nullable KafkaSettings kafka;
  private final @Nullable Broker broker;
  private final Map<String, Consumer> started = new ConcurrentHashMap<>();

  /**
   * Delivers from the log itself.
   *
   * @param node unique for each start of a process
   * @param lease usually {@link #LEASE}
   */
  public Consumers(
      Store store,
      EventLog log,
      EventSignal signal,
      Hospital hospital,
      Clock clock,
      String node,
      Duration lease) {
    this(store, log, signal, hospital, new Places(store, clock, node, lease), lease, null);
  }

  private Consumers(
      Store store,
      EventLog log,
      EventSignal signal,
      Hospital hospital,
      Places places,
      Duration lease,
      @Nullable KafkaSettings kafka) {
    this.store = store;
    this.log = log;
    this.signal = signal;
    this.hospital = hospital;
    this.places = places;
    this.lease = lease;
    this.kafka = kafka;
    this.broker = kafka == null ? null : new Broker(kafka);
    hospital.onAction(() -> carriers.forEach(Carrier::lookAtHospital));
  }

  /**
   * Delivers over Kafka, and begins at once to carry the log there. Kafka need not be there yet.
   *
   * @param node unique for each start of a process
   * @param lease usually {@link #LEASE}
   */
  public static Consumers overKafka(
      Store store,
      EventLog log,
      EventSignal signal,
      Hospital hospital,
      Clock clock,
      String node,
      Duration lease,
      KafkaSettings settings) {
    Places places = new Places(store, clock, node, lease);
    EventLog.LANES.forEach(places::foundRelay);
    Consumers consumers = new Consumers(store, log, signal, hospital, places, lease, settings);
    consumers.relay();
    return consumers;
  }

  /**
   * Frees the lanes that another process held, so that nobody waits for its lease to run out. For
   * ledgers that only one process can have, before anything is started.
   */
  public static void freeAll(Store store) {
    Places.freeAll(store);
  }

  /**
   * Begins to deliver; a consumer that was seen before goes on where it was.
   *
   * @throws FailureException with {@code INVALID_STATE} when events are to be delivered from the
   *     log that were delivered over Kafka before
   */
  public void start(Consumer consumer) {
    if (broker == null) {
      places.checkNotOnKafka();
    }
    started.put(consumer.name(), consumer);
    for (Lane lane : consumer.lanes()) {
      Carrier carrier = carrier(consumer, lane);
      carriers.add(carrier);
      carrier.start();
    }
  }

  /** How delivery goes, for each lane of each consumer and, over Kafka, of the relay. */
  public List<LaneHealth> health() {
    return carriers.stream().map(Carrier::health).toList();
  }

  /** The consumer of that name, when this node has it. */
  public Optional<Consumer> find(String name) {
    return Optional.ofNullable(started.get(name));
  }

  /** The consumers of this node. */
  public Set<String> names() {
    return new TreeSet<>(started.keySet());
  }

  /**
   * Prepares to deliver events of the past to a consumer again.
   *
   * @param mandate says whether it is still to be done
   */
  public Redelivery redelivery(Consumer consumer, Redelivery.Mandate mandate) {
    return new Redelivery(store, hospital, consumer, mandate);
  }

  /** Lets what is being delivered end and gives the lanes up, so that others go on at once. */
  @Override
  public void close() {
    carriers.forEach(Carrier::stop);
    carriers.forEach(Carrier::close);
    carriers.clear();
    if (broker != null) {
      broker.close();
    }
  }

  /** Ends as a process does that dies: nothing more is written. */
  void die() {
    carriers.forEach(Carrier::die);
    carriers.clear();
    if (broker != null) {
      broker.close();
    }
  }

  private Carrier carrier(Consumer consumer, Lane lane) {
    if (broker == null || kafka == null) {
      Source source = new LogSource(log, signal, consumer, lane);
      return new Courier(store, places, hospital, consumer, lane, source, lease);
    }
    places.found(consumer.name(), lane, consumer.start().id(lane));
    return new KafkaCourier(store, places, hospital, consumer, lane, lease, broker, kafka);
  }

  private void relay() {
    if (broker != null && kafka != null) {
      for (Lane lane : EventLog.LANES) {
        Relay relay = new Relay(log, signal, places, lane, lease, broker, kafka);
        carriers.add(relay);
        relay.start();
      }
    }
  }
}
