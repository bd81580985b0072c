package io.crossdock.ledger.consumer;

import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one lane of one consumer going, or a partition of it: waits until it is its own, delivers,
 * and begins anew after whatever went wrong. It never stops by itself.
 */
final class Courier implements Carrier {

  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Store store;
  private final Places places;
  private final Hospital hospital;
  private final Consumer consumer;
  private final Lane lane;
  private final Source source;
  private final Duration lease;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopping;
  private volatile String trouble = "";
  private volatile @Nullable Delivery delivery;

  Courier(
      Store store,
      Places places,
      Hospital hospital,
      Consumer consumer,
      Lane lane,
      Source source,
      Duration lease) {
    this.store = store;
    this.places = places;
    this.hospital = hospital;
    this.consumer = consumer;
    this.lane = lane;
    this.source = source;
    this.lease = lease;
    this.thread =
        Thread.ofVirtual().name("courier-" + consumer.name() + "-" + lane).unstarted(this::loop);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void lookAtHospital() {
    Delivery current = delivery;
    if (current != null) {
      current.lookAtHospital();
    }
  }

  @Override
  public void stop() {
    stopping = true;
    wake.release();
    Delivery current = delivery;
    if (current != null) {
      current.stop(true);
    }
  }

  @Override
  public void die() {
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

  @Override
  public LaneHealth health() {
    return new LaneHealth(consumer.name(), lane, trouble);
  }

  private void loop() {
    while (!stopping) {
      Duration pause = PAUSE;
      try {
        Optional<Tenure> tenure = source.take(places);
        trouble = "";
        if (tenure.isPresent()) {
          deliver(tenure.get());
        } else {
          pause = lease.dividedBy(3);
        }
      } catch (RuntimeException e) {
        LOG.warn("consumer {} begins anew in {}: {}", consumer.name(), lane, e.getMessage(), e);
        trouble = "begins anew after " + e.getMessage();
      }
      if (!stopping) {
        rest(pause);
      }
    }
  }

  private void deliver(Tenure tenure) {
    source.begin();
    Delivery current = new Delivery(store, places, hospital, consumer, source, tenure, lease);
    Runnable deaf = source.listen(current::grown);
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
