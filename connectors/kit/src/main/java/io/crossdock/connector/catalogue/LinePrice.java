package io.crossdock.connector.catalogue;

import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.FailureException;
import io.crossdock.price.v1.Price;
import io.crossdock.price.v1.PriceKind;
import io.crossdock.price.v1.PricedLine;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one line of a basket costs, by the prices that the source knows of.
 *
 * <p>Charged is the lowest price that applies to the customer at the line's quantity; of equal ones
 * the first. Shown beside it is the lowest regular price at that quantity, when it is another. All
 * prices that are left are the line's other prices.
 */
public final class LinePrice {

  private static final Logger log = LoggerFactory.getLogger(LinePrice.class);

  private LinePrice() {}

  /**
   * Writes outcome and prices into a line.
   *
   * @param quantity how much, in the unit that the item is sold in
   * @param offers prices of one currency
   */
  public static void settle(PricedLine.Builder line, BigDecimal quantity, List<Offer> offers) {
    List<Offer> open =
        offers.stream()
            .filter(offer -> offer.applies() && offer.from().compareTo(quantity) <= 0)
            .toList();
    Optional<Offer> lowest = lowest(open);
    if (lowest.isEmpty()) {
      line.setOutcome(PricedLine.Outcome.OUTCOME_NO_PRICE);
      return;
    }
    Offer charged = lowest.get();
    Offer regular =
        lowest(
                open.stream()
                    .filter(offer -> offer.price().getKind() == PriceKind.PRICE_KIND_REGULAR)
                    .toList())
            .orElse(charged);
    Price price = charged.price();
    String currency = price.getAmount().getCurrencyCode();
    line.setOutcome(PricedLine.Outcome.OUTCOME_PRICED)
        .setPrice(price)
        .setLineAmount(
            Canonical.money(
                charged
                    .amount()
                    .multiply(quantity)
                    .divide(charged.per(), decimals(currency), RoundingMode.HALF_UP),
                currency));
    if (!regular.equals(charged)) {
      line.setReferencePrice(regular.price());
    }
    for (Offer offer : offers) {
      if (!offer.equals(charged) && !offer.equals(regular)) {
        line.addOtherPrices(offer.price());
      }
    }
  }

  /** Prices one line. */
  @FunctionalInterface
  public interface Pricing {
    void run() throws InterruptedException;
  }

  /**
   * Prices a line, or says that it has no price when the source's data about it cannot be
   * understood: one bad row must not stop the other lines, and no guess may be charged.
   */
  public static void unlessUnreadable(PricedLine.Builder line, Pricing pricing)
      throws InterruptedException {
    PricedLine before = line.buildPartial();
    try {
      pricing.run();
    } catch (FailureException e) {
      if (e.failure().reason() != Reason.REASON_BACKEND_ANSWER_INVALID) {
        throw e;
      }
      log.warn("a line was left without a price: {}", e.failure().message());
      line.clear().mergeFrom(before).setOutcome(PricedLine.Outcome.OUTCOME_NO_PRICE);
    }
  }

  private static Optional<Offer> lowest(List<Offer> offers) {
    return offers.stream().reduce((a, b) -> a.compareUnitPrice(b) <= 0 ? a : b);
  }

  // Decimals of the currency's smallest coin.
  private static int decimals(String currency) {
    return Math.max(Currency.getInstance(currency).getDefaultFractionDigits(), 0);
  }
}
