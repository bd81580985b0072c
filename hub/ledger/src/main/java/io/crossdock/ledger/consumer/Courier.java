package io.crossdock.ledger.consumer;

import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one lane of one consumer going: waits until the lane is its own, delivers, and begins anew
 * after whatever went wrong. It never stops by itself.
 */
final class Courier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Store store;
  private final EventLog log;
  private final EventSignal signal;
  private final Places places;
  private final Hospital hospital;
  private final Consumer consumer;
  private final Lane lane;
  private final Duration lease;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopping;
  private volatile @Nullable Delivery delivery;

  Courier(
      Store store,
      EventLog log,
      EventSignal signal,
      Places places,
      Hospital hospital,
      Consumer consumer,
      Lane lane,
      Duration lease) {
    this.store = store;
    this.log = log;
    this.signal = signal;
    this.places = places;
    this.hospital = hospital;
    this.consumer = consumer;
    this.lane = lane;
    this.lease = lease;
    this.thread =
        Thread.ofVirtual().name("courier-" + consumer.name() + "-" + lane).unstarted(this::loop);
  }

  void start() {
    thread.start();
  }

  /** Somebody acted on a dead letter. */
  void lookAtHospital() {
    Delivery current = delivery;
    if (current != null) {
      current.lookAtHospital();
    }
  }

  /** Asks it to end, without waiting. */
  void stop() {
    stopping = true;
    wake.release();
    Delivery current = delivery;
    if (current != null) {
      current.stop(true);
    }
  }

  void die() {
    stopping = true;
    wake.release();
    Delivery current = delivery;
    if (current != null) {
      current.stop(false);
    }
  }

  @Override
  public void close() {
    stop();
    Uninterruptibles.joinUninterruptibly(thread);
  }

  private void loop() {
    while (!stopping) {
      Duration pause = PAUSE;
      try {
        Optional<Tenure> tenure = places.take(consumer.name(), lane, consumer.start().id(lane));
        if (tenure.isPresent()) {
          deliver(tenure.get());
        } else {
          pause = lease.dividedBy(3);
        }
      } catch (RuntimeException e) {
        LOG.warn("consumer {} begins anew in {}: {}", consumer.name(), lane, e.getMessage(), e);
      }
      if (!stopping) {
        rest(pause);
      }
    }
  }

  private void deliver(Tenure tenure) {
    Delivery current = new Delivery(store, log, places, hospital, consumer, tenure, lease);
    Runnable deaf = signal.listen(List.of(lane), current::grown);
    delivery = current;
    try {
      if (!stopping) {
        current.run();
      }
    } finally {
      delivery = null;
      deaf.run();
    }
  }

  private void rest(Duration pause) {
    try {
      var _ = wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread.
    }
  }
}
