package io.crossdock.ledger.consumer;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The bytes of events that a process may hold for its consumers, shared evenly by its deliveries: a
 * backend that is down fills its own share and takes nothing from the others. Safe for any thread.
 */
public final class DeliveryMemory {

  /** Most bytes of all deliveries together, unless an eighth of the heap is less. */
  public static final long MOST_BYTES = 64L << 20;

  private final long bytes;
  private final AtomicInteger deliveries = new AtomicInteger();

  /**
   * @param bytes of all deliveries together
   */
  public DeliveryMemory(long bytes) {
    this.bytes = bytes;
  }

  /** As much as this process can spare. */
  public static DeliveryMemory usual() {
    return new DeliveryMemory(Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 8));
  }

  /** A delivery begins. */
  void join() {
    deliveries.incrementAndGet();
  }

  /** A delivery ends. */
  void leave() {
    deliveries.decrementAndGet();
  }

  /** What one delivery may hold. One event is always let through, however large. */
  public long share() {
    return bytes / Math.max(1, deliveries.get());
  }
}
