package io.crossdock.connector.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import com.google.type.Decimal;
import com.google.type.Money;
import io.crossdock.common.v1.Channel;
import io.crossdock.common.v1.Quantity;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.price.v1.Price;
import io.crossdock.price.v1.PriceKind;
import io.crossdock.price.v1.PriceQuestion;
import io.crossdock.price.v1.PriceServiceGrpc;
import io.crossdock.price.v1.PricedLine;
import io.crossdock.price.v1.PricedLine.Outcome;
import io.crossdock.price.v1.QuotePricesRequest;
import io.crossdock.price.v1.QuotePricesResponse;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The suite for a connector of an ERP that keeps stock, prices and products. */
public abstract class CatalogueConformance extends StockConformance {

  private static final String NOWHERE = "XX-999";

  private final String location;
  private final Prices prices;

  /**
   * What is particular to the ERP's prices.
   *
   * @param one price of one SKU-1001
   * @param six price of one when six are bought
   * @param packUnit unit of a package of twelve
   * @param weightUnit unit of goods sold by weight
   * @param taxCode tax class of SKU-1001 at the location
   */
  public record Prices(
      String currency,
      String one,
      String six,
      boolean taxIncluded,
      String packUnit,
      String weightUnit,
      String taxCode) {}

  /**
   * @param location a store of the ERP, with the estate's usual stock of SKU-1001
   */
  protected CatalogueConformance(String location, Paths paths, Prices prices) {
    super(location, paths);
    this.location = location;
    this.prices = prices;
  }

  /** The cases of the price contract. */
  protected final List<MethodCase<?, ?>> priceCases() {
    return List.of(
        MethodCase.of(PriceServiceGrpc.getQuotePricesMethod())
            .answers(
                _ -> quote(question("a", "SKU-1001", "2", ""), question("b", "SKU-1", "1", "")),
                this::verifyQuote)
            .findsNothing(_ ->
                quote(question("a", "SKU-1001", "2", "")).toBuilder()
                    .setLocationId(NOWHERE)
                    .build())
            .refuses(quote()));
  }

  @Test
  final void chargesThePriceThatHoldsFromAQuantityOn() {
    QuotePricesResponse answer =
        prices(
            quote(
                question("five", "SKU-1001", "5", "C62"),
                question("six", "SKU-1001", "6", "C62"),
                question("pack", "SKU-1001", "1", prices.packUnit)));

    PricedLine five = answer.getLines(0);
    assertPrice(five.getPrice(), PriceKind.PRICE_KIND_REGULAR, prices.one);
    assertThat(five.getOtherPricesList())
        .singleElement()
        .satisfies(other -> {
          assertPrice(other, PriceKind.PRICE_KIND_REGULAR, prices.six);
          assertThat(other.getMinimumQuantity().getValue().getValue()).isEqualTo("6");
        });
    PricedLine six = answer.getLines(1);
    assertPrice(six.getPrice(), PriceKind.PRICE_KIND_REGULAR, prices.six);
    assertMoney(six.getLineAmount(), times(prices.six, 6));
    assertThat(six.hasReferencePrice()).isFalse();
    assertMoney(answer.getLines(2).getLineAmount(), times(prices.six, 12));
  }

  @Test
  final void chargesMembersLess() {
    QuotePricesRequest question = quote(question("a", "SKU-1002", "1", ""));

    PricedLine member = prices(question.toBuilder().setTier("GOLD").build()).getLines(0);
    PricedLine stranger = prices(question).getLines(0);

    assertThat(member.getPrice().getKind()).isEqualTo(PriceKind.PRICE_KIND_MEMBER);
    assertThat(stranger.getPrice().getKind()).isEqualTo(PriceKind.PRICE_KIND_REGULAR);
    assertThat(member.getReferencePrice().getAmount()).isEqualTo(stranger.getPrice().getAmount());
    assertThat(amount(member.getLineAmount())).isLessThan(amount(stranger.getLineAmount()));
  }

  @Test
  final void showsTheUsualPriceBesideASale() {
    QuotePricesRequest question = quote(question("a", "SKU-1005", "1", ""));
    long now = System.currentTimeMillis();
    long later = now + Duration.ofDays(60).toMillis();

    PricedLine sale = prices(question).getLines(0);
    PricedLine usual =
        prices(question.toBuilder().setAt(Timestamps.fromMillis(later)).build()).getLines(0);

    assertThat(sale.getPrice().getKind()).isEqualTo(PriceKind.PRICE_KIND_SALE);
    assertThat(Timestamps.toMillis(sale.getPrice().getValidFrom())).isLessThan(now);
    assertThat(Timestamps.toMillis(sale.getPrice().getValidUntil())).isBetween(now, later);
    assertThat(usual.getPrice().getKind()).isEqualTo(PriceKind.PRICE_KIND_REGULAR);
    assertThat(usual.hasReferencePrice()).isFalse();
    assertThat(sale.getReferencePrice()).isEqualTo(usual.getPrice());
    assertThat(amount(sale.getLineAmount())).isLessThan(amount(usual.getLineAmount()));
  }

  @Test
  final void saysWhyALineHasNoPrice() {
    QuotePricesResponse answer =
        prices(
            quote(
                question("unknown", "SKU-1", "1", ""),
                question("foreign", "FOO", "1", ""),
                question("notKept", "SKU-1009", "1", ""),
                question("blocked", "SKU-1013", "1", ""),
                question("draft", "SKU-1015", "1", ""),
                question("weighed", "SKU-1020", "1", "C62"),
                question("weight", "SKU-1020", "0.750", prices.weightUnit)));

    assertThat(answer.getLinesList().stream().map(PricedLine::getOutcome))
        .containsExactly(
            Outcome.OUTCOME_UNKNOWN_ITEM,
            Outcome.OUTCOME_UNKNOWN_ITEM,
            Outcome.OUTCOME_NOT_FOR_SALE,
            Outcome.OUTCOME_NOT_FOR_SALE,
            Outcome.OUTCOME_NOT_FOR_SALE,
            Outcome.OUTCOME_UNIT_NOT_CONVERTIBLE,
            Outcome.OUTCOME_PRICED);
    PricedLine weight = answer.getLines(6);
    assertThat(amount(weight.getLineAmount()))
        .isEqualByComparingTo(
            amount(weight.getPrice().getAmount())
                .multiply(new BigDecimal("0.750"))
                .setScale(2, java.math.RoundingMode.HALF_UP));
    for (PricedLine line : answer.getLinesList().subList(0, 6)) {
      assertThat(line.hasPrice() || line.hasLineAmount()).as(line.getLineId()).isFalse();
    }
  }

  @Test
  final void hasNoPriceInAForeignCurrency() {
    QuotePricesRequest question = quote(question("a", "SKU-1001", "1", ""));

    PricedLine own =
        prices(question.toBuilder().setCurrencyCode(prices.currency).build()).getLines(0);
    PricedLine foreign = prices(question.toBuilder().setCurrencyCode("JPY").build()).getLines(0);

    assertMoney(own.getLineAmount(), prices.one);
    assertThat(foreign.getOutcome()).isEqualTo(Outcome.OUTCOME_NO_PRICE);
    assertThat(foreign.hasPrice()).isFalse();
  }

  @Test
  final void pricesABasketOfTwoHundredLines() {
    QuotePricesRequest.Builder basket = quote().toBuilder();
    for (int i = 0; i < 200; i++) {
      basket.addLines(question(Integer.toString(i), "SKU-" + (1001 + 100 * i / 2), "1", ""));
    }

    QuotePricesResponse answer = prices(basket.build());

    assertThat(answer.getLinesList().stream().map(PricedLine::getLineId))
        .isEqualTo(basket.getLinesList().stream().map(PriceQuestion::getLineId).toList());
    assertThat(answer.getLinesList())
        .allSatisfy(line -> assertThat(line.getOutcome()).isEqualTo(Outcome.OUTCOME_PRICED));
  }

  @Test
  final void refusesToPriceNothing() {
    Failure failure = failure(() -> prices(quote(question("a", "SKU-1001", "0", ""))));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(failure.violations())
        .singleElement()
        .satisfies(each -> assertThat(each.field()).isEqualTo("lines[0].quantity.value"));
  }

  private QuotePricesResponse prices(QuotePricesRequest request) {
    return caller().call(PriceServiceGrpc.getQuotePricesMethod(), request);
  }

  private QuotePricesRequest quote(PriceQuestion... questions) {
    return QuotePricesRequest.newBuilder()
        .setLocationId(location)
        .setChannel(Channel.CHANNEL_STORE)
        .addAllLines(List.of(questions))
        .build();
  }

  private static PriceQuestion question(String line, String item, String number, String unit) {
    return PriceQuestion.newBuilder()
        .setLineId(line)
        .setItemId(item)
        .setQuantity(
            Quantity.newBuilder().setValue(Decimal.newBuilder().setValue(number)).setUnitCode(unit))
        .build();
  }

  private void verifyQuote(QuotePricesResponse answer) {
    assertThat(answer.getFreshness().getSourceSystem()).isEqualTo(backendName());
    assertThat(answer.getLinesCount()).isEqualTo(2);
    PricedLine line = answer.getLines(0);
    assertThat(line.getLineId()).isEqualTo("a");
    assertThat(line.getItemId()).isEqualTo("SKU-1001");
    assertThat(line.getOutcome()).isEqualTo(Outcome.OUTCOME_PRICED);
    assertPrice(line.getPrice(), PriceKind.PRICE_KIND_REGULAR, prices.one);
    assertThat(line.getPrice().getTaxIncluded()).isEqualTo(prices.taxIncluded);
    assertThat(line.getPrice().getLocationId()).isEqualTo(location);
    assertThat(line.getPrice().getPer().getUnitCode()).isEqualTo("C62");
    assertThat(line.hasReferencePrice()).isFalse();
    assertThat(line.getTaxCode()).isEqualTo(prices.taxCode);
    assertMoney(line.getLineAmount(), times(prices.one, 2));
    assertThat(answer.getLines(1).getOutcome()).isEqualTo(Outcome.OUTCOME_UNKNOWN_ITEM);
  }

  private void assertPrice(Price price, PriceKind kind, String amount) {
    assertThat(price.getKind()).isEqualTo(kind);
    assertThat(price.getRawKind()).isEmpty();
    assertMoney(price.getAmount(), amount);
  }

  private void assertMoney(Money money, String amount) {
    assertThat(money.getCurrencyCode()).isEqualTo(prices.currency);
    assertThat(amount(money)).isEqualByComparingTo(amount);
  }

  private static String times(String price, int count) {
    return new BigDecimal(price).multiply(BigDecimal.valueOf(count)).toPlainString();
  }

  private static BigDecimal amount(Money money) {
    return BigDecimal.valueOf(money.getUnits()).add(BigDecimal.valueOf(money.getNanos(), 9));
  }
}
