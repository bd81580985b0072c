package io.crossdock.gateway.pipeline;

import io.crossdock.gateway.operation.Operation;

/**
 * A feature that changes, repeats, delays or replaces what an exchange does: retries, hedging,
 * breakers, stale and default answers. A {@link Policy} only decides before and learns after.
 *
 * <p>What a decorated exchange may do: finish its sink without beginning the inner exchange, begin
 * it later, again, or several times with sinks of its own, and finish its sink with another
 * outcome. What it must do:
 *
 * <ul>
 *   <li>cancel every inner exchange that it has begun and no longer needs;
 *   <li>pass {@link Exchange.Upstream#peerReady} and {@link Exchange.Sink#isReady} on between its
 *       sink and the inner exchange whose messages it forwards;
 *   <li>stop when its upstream is cancelled: that is how a deadline and a caller that gave up
 *       arrive.
 * </ul>
 *
 * <p>A decorator that concerns no operation costs nothing: it is not in the chain.
 */
public interface ExchangeDecorator {

  /** Name in logs and in the printed order. */
  String name();

  /**
   * Whether the decorator has anything to do for an operation; asked once, at start-up.
   *
   * @throws IllegalArgumentException when the contract asks for it and it cannot apply
   */
  default boolean appliesTo(Operation operation) {
    return true;
  }

  /** The exchange of one operation with this feature around it; called once, at start-up. */
  Exchange decorate(Operation operation, Exchange inner);
}
