package io.crossdock.ledger.consumer;

import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one lane of one consumer going, or a partition of it: waits until it is its own, delivers,
 * and begins anew after whatever went wrong. It never stops by itself.
 */
public final class Dispatcher implements LaneWorker {

  private static final Duration PAUSE = Duration.ofMillis(500);

  private final DeliveryContext context;
  private final Consumer consumer;
  private final Lane lane;
  private final Source source;
  private final BackgroundLoop loop;
  private volatile @Nullable Delivery delivery;

  /** Makes one; nothing happens yet. */
  public Dispatcher(DeliveryContext context, Consumer consumer, Lane lane, Source source) {
    this.context = context;
    this.consumer = consumer;
    this.lane = lane;
    this.source = source;
    this.loop = BackgroundLoop.of("dispatcher-" + consumer.name() + "-" + lane, this::step);
  }

  @Override
  public void start() {
    loop.start();
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
    loop.stop();
    Delivery current = delivery;
    if (current != null) {
      current.stop(true);
    }
  }

  @Override
  public void die() {
    loop.stop();
    Delivery current = delivery;
    if (current != null) {
      current.stop(false);
    }
  }

  @Override
  public void close() {
    stop();
    loop.close();
  }

  @Override
  public LaneHealth health() {
    Delivery current = delivery;
    String trouble = loop.health().trouble();
    return new LaneHealth(
        consumer.name(), lane, trouble.isEmpty() && current != null ? current.trouble() : trouble);
  }

  private Duration step() {
    Optional<Assignment> assignment = source.take(context.positions());
    loop.recovered();
    if (assignment.isEmpty()) {
      return context.lease().dividedBy(3);
    }
    deliver(assignment.get());
    return PAUSE;
  }

  private void deliver(Assignment assignment) {
    source.begin();
    Delivery current = new Delivery(context, consumer, source, assignment);
    Runnable subscription = source.listen(current::moreAvailable);
    delivery = current;
    try {
      if (!loop.isStopping()) {
        current.run();
      }
    } finally {
      delivery = null;
      subscription.run();
    }
  }
}
