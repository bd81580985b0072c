package io.crossdock.ledger.consumer;

import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.ledger.position.Assignment;
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
public final class Dispatcher implements LaneWorker {

  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final DeliveryContext context;
  private final Consumer consumer;
  private final Lane lane;
  private final Source source;
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private volatile boolean stopping;
  private volatile String trouble = "";
  private volatile @Nullable Delivery delivery;

  /** Makes one; nothing happens yet. */
  public Dispatcher(DeliveryContext context, Consumer consumer, Lane lane, Source source) {
    this.context = context;
    this.consumer = consumer;
    this.lane = lane;
    this.source = source;
    this.thread =
        Thread.ofVirtual().name("dispatcher-" + consumer.name() + "-" + lane).unstarted(this::loop);
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void recheckDeadLetters() {
    Delivery current = delivery;
    if (current != null) {
      current.recheckDeadLetters();
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
        Optional<Assignment> assignment = source.take(context.positions());
        trouble = "";
        if (assignment.isPresent()) {
          deliver(assignment.get());
        } else {
          pause = context.lease().dividedBy(3);
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

  private void deliver(Assignment assignment) {
    source.begin();
    Delivery current = new Delivery(context, consumer, source, assignment);
    Runnable subscription = source.listen(current::moreAvailable);
    delivery = current;
    try {
      if (!stopping) {
        current.run();
      }
    } finally {
      delivery = null;
      subscription.run();
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
