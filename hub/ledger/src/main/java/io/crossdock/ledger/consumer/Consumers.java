package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The consumers of this process. Each lane of each has a courier of its own; of several nodes with
 * the same consumer one delivers a lane, and another takes over when it dies.
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
  private final List<Courier> couriers = new CopyOnWriteArrayList<>();

  /**
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
    this.store = store;
    this.log = log;
    this.signal = signal;
    this.hospital = hospital;
    this.places = new Places(store, clock, node, lease);
    this.lease = lease;
    hospital.onAction(() -> couriers.forEach(Courier::lookAtHospital));
  }

  /** Begins to deliver; a consumer that was seen before goes on where it was. */
  public void start(Consumer consumer) {
    for (Lane lane : consumer.lanes()) {
      Courier courier = new Courier(store, log, signal, places, hospital, consumer, lane, lease);
      couriers.add(courier);
      courier.start();
    }
  }

  /** Lets what is being delivered end and gives the lanes up, so that others go on at once. */
  @Override
  public void close() {
    couriers.forEach(Courier::stop);
    couriers.forEach(Courier::close);
    couriers.clear();
  }

  /** Ends as a process does that dies: nothing more is written. */
  void die() {
    couriers.forEach(Courier::die);
    couriers.clear();
  }
}
