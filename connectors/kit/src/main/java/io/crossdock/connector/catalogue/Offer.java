package io.crossdock.connector.catalogue;

import io.crossdock.connector.canonical.Canonical;
import io.crossdock.price.v1.Price;
import java.math.BigDecimal;

/**
 * A price of an item that holds at the moment in question.
 *
 * @param per how much the amount buys, in the unit that the item is sold in; more than zero
 * @param from quantity from which it holds, in the same unit; zero for any
 * @param applies whether the customer who asks may have it
 */
public record Offer(Price price, BigDecimal per, BigDecimal from, boolean applies) {

  public Offer {
    if (per.signum() <= 0) {
      throw new IllegalArgumentException("per: " + per + " (expected: more than 0)");
    }
  }

  BigDecimal amount() {
    return Canonical.amount(price.getAmount());
  }

  /** Compares what one unit costs, without dividing. */
  int compareUnitPrice(Offer other) {
    return amount().multiply(other.per).compareTo(other.amount().multiply(per));
  }
}
