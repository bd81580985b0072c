package io.crossdock.connector.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.connector.canonical.Canonical;
import io.crossdock.price.v1.Price;
import io.crossdock.price.v1.PriceKind;
import io.crossdock.price.v1.PricedLine;
import io.crossdock.price.v1.PricedLine.Outcome;
import io.crossdock.product.v1.SellableUnit;
import io.crossdock.product.v1.UnitConversion;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinePriceTest {

  private static final Offer REGULAR = offer(PriceKind.PRICE_KIND_REGULAR, "19.90", "1", "0", true);
  private static final Offer FROM_SIX =
      offer(PriceKind.PRICE_KIND_REGULAR, "18.90", "1", "6", true);
  private static final Offer SALE = offer(PriceKind.PRICE_KIND_SALE, "15.92", "1", "0", true);
  private static final Offer OTHERS = offer(PriceKind.PRICE_KIND_MEMBER, "9.90", "1", "0", false);

  @Test
  void chargesTheLowestThatAppliesAndShowsTheRegularBesideIt() {
    PricedLine line = settle("1", REGULAR, FROM_SIX, SALE, OTHERS);

    assertThat(line.getPrice()).isEqualTo(SALE.price());
    assertThat(line.getReferencePrice()).isEqualTo(REGULAR.price());
    assertThat(line.getOtherPricesList()).containsExactly(FROM_SIX.price(), OTHERS.price());
  }

  @Test
  void chargesThePriceOfAQuantityExactlyFromIt() {
    assertThat(settle("5.999", REGULAR, FROM_SIX).getPrice()).isEqualTo(REGULAR.price());
    assertThat(settle("6", REGULAR, FROM_SIX).getPrice()).isEqualTo(FROM_SIX.price());
    assertThat(settle("6", REGULAR, FROM_SIX).hasReferencePrice()).isFalse();
  }

  @Test
  void chargesTheFirstOfEqualPrices() {
    Offer same = offer(PriceKind.PRICE_KIND_SALE, "199.00", "10", "0", true);

    assertThat(settle("1", REGULAR, same).getPrice()).isEqualTo(REGULAR.price());
    assertThat(settle("1", same, REGULAR).getPrice()).isEqualTo(same.price());
  }

  @Test
  void roundsTheAmountOfTheLineHalfUpAndOnce() {
    Offer forThree = offer(PriceKind.PRICE_KIND_REGULAR, "0.10", "3", "0", true);

    assertThat(Canonical.amount(settle("3", forThree).getLineAmount())).isEqualByComparingTo("0.1");
    assertThat(Canonical.amount(settle("0.15", forThree).getLineAmount()))
        .isEqualByComparingTo("0.01");
  }

  @Test
  void hasNoPriceWhenNoneApplies() {
    PricedLine line = settle("1", FROM_SIX, OTHERS);

    assertThat(line.getOutcome()).isEqualTo(Outcome.OUTCOME_NO_PRICE);
    assertThat(line.hasPrice()).isFalse();
  }

  @Test
  void convertsIntoTheUnitThatAnItemIsSoldIn() {
    SellableUnit item =
        SellableUnit.newBuilder()
            .setUnitCode("C62")
            .addConversions(
                UnitConversion.newBuilder().setUnitCode("XCT").setNumerator(12).setDenominator(1))
            .build();

    assertThat(Conversions.inUnitOf(item, BigDecimal.TWO, "")).contains(BigDecimal.TWO);
    assertThat(Conversions.inUnitOf(item, BigDecimal.TWO, "XCT"))
        .hasValueSatisfying(pieces -> assertThat(pieces).isEqualByComparingTo("24"));
    assertThat(Conversions.inUnitOf(item, BigDecimal.TWO, "KGM")).isEmpty();
  }

  private static PricedLine settle(String quantity, Offer... offers) {
    PricedLine.Builder line = PricedLine.newBuilder();
    LinePrice.settle(line, new BigDecimal(quantity), List.of(offers));
    return line.build();
  }

  private static Offer offer(
      PriceKind kind, String amount, String per, String from, boolean applies) {
    Price price =
        Price.newBuilder()
            .setKind(kind)
            .setAmount(Canonical.money(new BigDecimal(amount), "EUR"))
            .build();
    return new Offer(price, new BigDecimal(per), new BigDecimal(from), applies);
  }
}
