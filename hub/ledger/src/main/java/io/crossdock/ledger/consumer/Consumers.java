package io.crossdock.ledger.consumer;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The consumers of this process.
 *
 * <p>Embedded, each lane of each consumer has a dispatcher that reads the log; of several nodes
 * with the same consumer one delivers a lane, and another takes over when it dies. Over Kafka, one
 * node carries a lane to its topic, and the nodes share the partitions of a topic among them.
 */
public final class Consumers implements AutoCloseable {

  /** How long a node may say nothing before others take its lanes over. */
  public static final Duration LEASE = Duration.ofSeconds(3);

  private final DeliveryContext context;
  private final Transport transport;
  private final List<LaneWorker> workers = new CopyOnWriteArrayList<>();
  private final Map<String, Consumer> started = new ConcurrentHashMap<>();

  private Consumers(DeliveryContext context, Transport transport) {
    this.context = context;
    this.transport = transport;
  }

  /** Begins with what the transport needs for itself; consumers are started one by one. */
  public static Consumers open(DeliveryContext context, Transport transport) {
    Consumers consumers = new Consumers(context, transport);
    context.deadLetters().onReleaseRequested(consumers::recheckDeadLetters);
    transport.relays(context).forEach(consumers::start);
    return consumers;
  }

  /**
   * Frees the lanes that another process held, so that nobody waits for its lease to run out. For
   * ledgers that only one process can have, before anything is started.
   */
  public static void freeAll(Store store) {
    ConsumerPositions.freeAll(store);
  }

  /**
   * Begins to deliver; a consumer that was seen before goes on where it was.
   *
   * @throws FailureException with {@code INVALID_STATE} when events are to be delivered from the
   *     log that were delivered over Kafka before
   */
  public void start(Consumer consumer) {
    List<LaneWorker> lanes =
        consumer.lanes().stream().map(lane -> transport.worker(context, consumer, lane)).toList();
    context.positions().setTypes(consumer.name(), consumer.types());
    started.put(consumer.name(), consumer);
    lanes.forEach(this::start);
  }

  /** How delivery goes, for each lane of each consumer and, over Kafka, of the relay. */
  public List<LaneHealth> health() {
    return workers.stream().map(LaneWorker::health).toList();
  }

  /** The consumer of that name, when this node has it. */
  public Optional<Consumer> find(String name) {
    return Optional.ofNullable(started.get(name));
  }

  /** Whether this node has a consumer that recognises by itself what it has done before. */
  public boolean isOutward(String name) {
    return find(name).filter(consumer -> consumer.effect() instanceof Effect.Outward).isPresent();
  }

  /** The consumers of this node. */
  public Set<String> names() {
    return new TreeSet<>(started.keySet());
  }

  /** Lets what is being delivered end and gives the lanes up, so that others go on at once. */
  @Override
  public void close() {
    workers.forEach(LaneWorker::stop);
    workers.forEach(LaneWorker::close);
    workers.clear();
    transport.close();
  }

  /** Ends as a process does that dies: nothing more is written. */
  void die() {
    workers.forEach(LaneWorker::die);
    workers.clear();
    transport.close();
  }

  private void start(LaneWorker worker) {
    workers.add(worker);
    worker.start();
  }

  private void recheckDeadLetters() {
    workers.forEach(LaneWorker::recheckDeadLetters);
  }
}
