package io.crossdock.connector.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Channel;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Money;
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
import io.crossdock.product.v1.GetProductRequest;
import io.crossdock.product.v1.GetProductResponse;
import io.crossdock.product.v1.ListProductsRequest;
import io.crossdock.product.v1.ListProductsResponse;
import io.crossdock.product.v1.Product;
import io.crossdock.product.v1.ProductServiceGrpc;
import io.crossdock.product.v1.ProductStatus;
import io.crossdock.product.v1.Returnability;
import io.crossdock.product.v1.SellableUnit;
import io.crossdock.product.v1.Variant;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
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
   * @param location the first store of the ERP, with the estate's usual stock of SKU-1001
   * @param findsAdjustments whether the ERP finds an adjustment by its request
   */
  protected CatalogueConformance(
      String location, Paths paths, boolean findsAdjustments, Prices prices) {
    super(location, paths, findsAdjustments);
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

  /** The cases of the product contract. */
  protected final List<MethodCase<?, ?>> productCases() {
    return List.of(
        MethodCase.of(ProductServiceGrpc.getGetProductMethod())
            .answers(
                _ -> item("SKU-1001").build(),
                answer -> {
                  verifyProduct(answer.getProduct());
                  assertThat(answer.getItemId()).isEqualTo("SKU-1001");
                  assertThat(answer.getFreshness().getSourceSystem()).isEqualTo(backendName());
                })
            .findsNothing(_ -> item("SKU-1").build())
            .refuses(GetProductRequest.getDefaultInstance()),
        MethodCase.of(ProductServiceGrpc.getListProductsMethod())
            .answers(
                _ -> list(4).build(),
                answer -> {
                  verifyProduct(answer.getProducts(0));
                  assertThat(answer.getNextPageToken()).isNotEmpty();
                  assertThat(answer.getFreshness().getSourceSystem()).isEqualTo(backendName());
                })
            .findsNothing(_ -> list(4).setLocationId(NOWHERE).build())
            .refuses(list(-1).build()));
  }

  @Test
  final void findsAProductByItsStyleItsItemsAndTheirNumbers() {
    GetProductRequest.Builder at = GetProductRequest.newBuilder().setLocationId(location);

    GetProductResponse byStyle = product(at.setProductId("ST-500").build());

    verifyProduct(byStyle.getProduct());
    assertThat(byStyle.getItemId()).isEmpty();
    for (String gtin : List.of("4006381000000", "04006381000000")) {
      GetProductResponse byNumber = product(at.setGtin(gtin).build());
      assertThat(byNumber.getProduct()).as(gtin).isEqualTo(byStyle.getProduct());
      assertThat(byNumber.getItemId()).as(gtin).isEqualTo("SKU-1001");
    }
    GetProductResponse everywhere =
        product(GetProductRequest.newBuilder().setItemId("SKU-1009").build());
    assertThat(everywhere.getProduct().getProductId()).isEqualTo("ST-502");
    assertThat(product(at.setItemId("SKU-1010").build()).getProduct().getVariantsList())
        .as("variants that the store keeps")
        .hasSize(everywhere.getProduct().getVariantsCount() - 1);
  }

  @Test
  final void saysThatThereIsNoSuchProduct() {
    GetProductRequest.Builder at = GetProductRequest.newBuilder().setLocationId(location);
    for (GetProductRequest request :
        List.of(
            at.setItemId("SKU-1009").build(),
            at.setItemId("FOO").build(),
            at.setProductId("ST-1").build(),
            at.setProductId("ST-99999999999").build(),
            at.setProductId("FOO").build(),
            at.setGtin("4006381000007").build(),
            item("SKU-1001").setLocationId(NOWHERE).build())) {
      Failure failure = failure(() -> product(request));

      assertThat(failure.reason()).as("%s", request).isEqualTo(Reason.REASON_NOT_FOUND);
    }
  }

  @Test
  final void tellsWhereAnItemStandsBesideItsStyle() {
    Product product = product(item("SKU-1013").build()).getProduct();

    assertThat(product.getStatus()).isEqualTo(ProductStatus.PRODUCT_STATUS_ACTIVE);
    assertThat(product.getVariantsList().stream().map(each -> each.getUnits(0).getStatus()))
        .containsExactly(
            ProductStatus.PRODUCT_STATUS_BLOCKED,
            ProductStatus.PRODUCT_STATUS_DISCONTINUED,
            ProductStatus.PRODUCT_STATUS_DRAFT,
            ProductStatus.PRODUCT_STATUS_ACTIVE);
  }

  @Test
  final void listsEachStyleOnceWhereverThePagesAreCut() {
    ListProductsResponse whole = products(list(60).build());
    List<Product> pieces = new ArrayList<>();
    String next = "";
    for (int i = 0; i < 20; i++) {
      ListProductsResponse page = products(list(3).setPageToken(next).build());
      assertThat(page.getProductsCount()).isLessThanOrEqualTo(3);
      pieces.addAll(page.getProductsList());
      next = page.getNextPageToken();
    }

    assertThat(pieces).hasSizeGreaterThan(10).isEqualTo(whole.getProductsList());
    assertThat(pieces.stream().map(Product::getProductId)).doesNotHaveDuplicates();
  }

  @Test
  final void listsWhatIsAskedForOnly() {
    List<Product> coffee =
        products(list(20).setCategoryPath("food/coffee").build()).getProductsList();
    List<Product> food = products(list(20).setCategoryPath("/food/").build()).getProductsList();
    List<Product> jackets = products(list(20).setText("Trail").build()).getProductsList();

    assertThat(coffee)
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.getCategoryPathsList()).containsExactly("food/coffee"));
    assertThat(food)
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.getCategoryPaths(0)).startsWith("food/"));
    assertThat(jackets)
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.getName()).isEqualTo("Trail Jacket"));
    assertThat(products(list(20).setCategoryPath("foo").build()).getProductsList()).isEmpty();
    assertThat(
            products(
                    list(500)
                        .addStatuses(ProductStatus.PRODUCT_STATUS_BLOCKED)
                        .addStatuses(ProductStatus.PRODUCT_STATUS_DRAFT)
                        .build())
                .getProductsList())
        .allSatisfy(
            each -> assertThat(each.getStatus()).isNotEqualTo(ProductStatus.PRODUCT_STATUS_ACTIVE));
    assertThat(
            products(
                    list(20)
                        .setUpdatedFrom(Timestamps.fromMillis(System.currentTimeMillis()))
                        .build())
                .getProductsList())
        .isEmpty();
  }

  @Test
  final void refusesAPageTokenOfAnotherList() {
    String token = products(list(4).build()).getNextPageToken();

    Failure failure = failure(() -> products(list(4).setText("Trail").setPageToken(token).build()));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_PAGE_TOKEN_INVALID);
  }

  private GetProductResponse product(GetProductRequest request) {
    return caller().call(ProductServiceGrpc.getGetProductMethod(), request);
  }

  private ListProductsResponse products(ListProductsRequest request) {
    return caller().call(ProductServiceGrpc.getListProductsMethod(), request);
  }

  private GetProductRequest.Builder item(String item) {
    return GetProductRequest.newBuilder().setItemId(item).setLocationId(location);
  }

  private ListProductsRequest.Builder list(int size) {
    return ListProductsRequest.newBuilder().setLocationId(location).setPageSize(size);
  }

  private void verifyProduct(Product product) {
    assertThat(product.getProductId()).isEqualTo("ST-500");
    assertThat(product.getStatus()).isEqualTo(ProductStatus.PRODUCT_STATUS_ACTIVE);
    assertThat(product.getName()).isEqualTo("Trail Jacket");
    assertThat(product.getBrand()).isEqualTo("Nordwind");
    assertThat(product.getCategoryPathsList()).containsExactly("outdoor/jackets");
    assertThat(product.hasUpdatedAt()).isTrue();
    assertThat(product.getVariantsList().stream().map(Variant::getVariantId))
        .containsExactly("ST-500-RED-S", "ST-500-RED-M", "ST-500-RED-L", "ST-500-RED-XL");
    assertThat(
            product.getVariants(0).getAttributesList().stream()
                .map(each -> each.getName() + "=" + each.getValue()))
        .containsExactly("colour=red", "size=S");
    SellableUnit unit = product.getVariants(0).getUnits(0);
    assertThat(unit.getItemId()).isEqualTo("SKU-1001");
    assertThat(unit.getGtinsList()).containsExactly("4006381000000");
    assertThat(unit.getReceiptText()).isEqualTo("TRAIL JACKET RED S");
    assertThat(unit.getStatus()).isEqualTo(ProductStatus.PRODUCT_STATUS_ACTIVE);
    assertThat(unit.getUnitCode()).isEqualTo("C62");
    assertThat(unit.getConversionsList())
        .singleElement()
        .satisfies(each -> {
          assertThat(each.getUnitCode()).isEqualTo(prices.packUnit);
          assertThat(each.getNumerator()).isEqualTo(12);
          assertThat(each.getDenominator()).isEqualTo(1);
        });
    assertThat(unit.getTaxCode()).isEqualTo(prices.taxCode);
    assertThat(unit.hasAgeRestriction()).isFalse();
    assertThat(unit.getReturnability().getKind()).isEqualTo(Returnability.Kind.KIND_RETURNABLE);
    assertThat(unit.getReturnability().getWindow().getSeconds())
        .isEqualTo(Duration.ofDays(30).toSeconds());
    assertThat(unit.getExternalIds(0).getSystem()).isEqualTo(backendName());
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
