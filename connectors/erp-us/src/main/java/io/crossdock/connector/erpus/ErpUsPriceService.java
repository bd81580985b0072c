package io.crossdock.connector.erpus;

import static io.crossdock.connector.canonical.Canonical.instant;
import static io.crossdock.connector.canonical.Canonical.money;
import static io.crossdock.connector.canonical.Canonical.quantity;
import static io.crossdock.connector.canonical.Canonical.timestamp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.connector.backend.Rows;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.catalogue.Conversions;
import io.crossdock.connector.catalogue.LinePrice;
import io.crossdock.connector.catalogue.Offer;
import io.crossdock.connector.service.ContractService;
import io.crossdock.price.v1.Price;
import io.crossdock.price.v1.PriceKind;
import io.crossdock.price.v1.PriceQuestion;
import io.crossdock.price.v1.PriceServiceGrpc;
import io.crossdock.price.v1.PricedLine;
import io.crossdock.price.v1.QuotePricesRequest;
import io.crossdock.price.v1.QuotePricesResponse;
import io.crossdock.product.v1.SellableUnit;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The price contract as calls to the ERP. */
final class ErpUsPriceService {

  private final ErpUsClient erp;

  ErpUsPriceService(ErpUsClient erp) {
    this.erp = erp;
  }

  ContractService service() {
    return ContractService.of(PriceServiceGrpc.getServiceDescriptor())
        .unary(PriceServiceGrpc.getQuotePricesMethod(), this::quotePrices)
        .build();
  }

  private QuotePricesResponse quotePrices(QuotePricesRequest request) throws InterruptedException {
    List<BigDecimal> quantities = quantities(request);
    ErpUsClient.Site site = erp.site(request.getLocationId());
    List<Integer> numbers =
        request.getLinesList().stream()
            .flatMapToInt(line -> ErpUsCodes.itemNumber(line.getItemId()).stream())
            .distinct()
            .boxed()
            .toList();
    String currency = site.currency();
    Map<String, BackendData> known = new HashMap<>();
    if (!numbers.isEmpty()) {
      BackendData data = prices(request, site, numbers);
      currency = data.text("currency");
      Rows.readable(data.list("items"), row -> known.put(ErpUsCodes.item(row), row), _ -> {});
    }
    boolean isCurrency =
        request.getCurrencyCode().isEmpty() || request.getCurrencyCode().equals(currency);
    QuotePricesResponse.Builder answer =
        QuotePricesResponse.newBuilder()
            .setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, Optional.empty()));
    for (int i = 0; i < request.getLinesCount(); i++) {
      PriceQuestion question = request.getLines(i);
      PricedLine.Builder line =
          answer.addLinesBuilder().setLineId(question.getLineId()).setItemId(question.getItemId());
      BackendData row = known.get(question.getItemId());
      if (row == null) {
        line.setOutcome(PricedLine.Outcome.OUTCOME_UNKNOWN_ITEM);
        continue;
      }
      Asked asked = new Asked(question, quantities.get(i), site, currency, isCurrency);
      LinePrice.unlessUnreadable(line, () -> price(line, row, asked));
    }
    return answer.build();
  }

  /**
   * What a line asks for.
   *
   * @param isCurrency whether the site's currency is the one that was asked for
   */
  private record Asked(
      PriceQuestion question,
      BigDecimal quantity,
      ErpUsClient.Site site,
      String currency,
      boolean isCurrency) {}

  private void price(PricedLine.Builder line, BackendData row, Asked asked)
      throws InterruptedException {
    line.setTaxCode(ErpUsCodes.taxCode(row.optionalText("taxable")));
    if (!row.flag("sellable")) {
      line.setOutcome(PricedLine.Outcome.OUTCOME_NOT_FOR_SALE);
      return;
    }
    Optional<BigDecimal> inItsUnit =
        inItsUnit(row, asked.quantity(), asked.question().getQuantity().getUnitCode());
    if (inItsUnit.isEmpty()) {
      line.setOutcome(PricedLine.Outcome.OUTCOME_UNIT_NOT_CONVERTIBLE);
      return;
    }
    LinePrice.settle(
        line,
        inItsUnit.get(),
        asked.isCurrency() ? offers(row, asked.currency(), asked.site()) : List.of());
  }

  private static List<BigDecimal> quantities(QuotePricesRequest request) {
    List<BigDecimal> quantities = new ArrayList<>();
    for (int i = 0; i < request.getLinesCount(); i++) {
      quantities.add(
          Canonical.positive(request.getLines(i).getQuantity(), "lines[" + i + "].quantity"));
    }
    return quantities;
  }

  private BackendData prices(
      QuotePricesRequest request, ErpUsClient.Site site, List<Integer> numbers)
      throws InterruptedException {
    ObjectNode body = BackendJson.object().put("siteId", site.number());
    ArrayNode items = body.putArray("itemNumbers");
    numbers.forEach(items::add);
    if (!request.getTier().isEmpty()) {
      body.put("tier", request.getTier());
    }
    if (request.hasAt()) {
      body.put("at", instant(request.getAt()).toEpochMilli());
    }
    return erp.call(ErpUsClient.post("/prices/query", body).asRead().about("location"));
  }

  // Prices come with the item's unit alone; what is in a case is part of the item.
  private Optional<BigDecimal> inItsUnit(BackendData row, BigDecimal number, String unitCode)
      throws InterruptedException {
    SellableUnit own = SellableUnit.newBuilder().setUnitCode(ErpUsCodes.unit(row)).build();
    Optional<BigDecimal> same = Conversions.inUnitOf(own, number, unitCode);
    if (same.isPresent() || !ErpUsCodes.isPack(unitCode)) {
      return same;
    }
    BackendData item =
        erp.call(
            ErpUsClient.get("/items/{item}", Long.toString(row.integer("itemNumber")))
                .about("item"));
    item.expectEcho("itemNumber", row.text("itemNumber"), "item");
    return Conversions.inUnitOf(ErpUsProductMapper.unit(item), number, unitCode);
  }

  // The ERP has chosen already among the prices that do not depend on the quantity.
  private static List<Offer> offers(BackendData row, String currency, ErpUsClient.Site site) {
    String unit = ErpUsCodes.unit(row);
    List<Offer> offers = new ArrayList<>();
    String word = row.text("kind");
    PriceKind kind = ErpUsCodes.price(word);
    Price.Builder charged =
        price(row, row.decimal("charged"), unit, currency, site)
            .setKind(kind)
            .setRawKind(kind == PriceKind.PRICE_KIND_UNSPECIFIED ? word : "");
    row.epochMillis("from").ifPresent(at -> charged.setValidFrom(timestamp(at)));
    row.epochMillis("until").ifPresent(at -> charged.setValidUntil(timestamp(at)));
    offers.add(new Offer(charged.build(), BigDecimal.ONE, BigDecimal.ZERO, true));
    if (kind != PriceKind.PRICE_KIND_REGULAR) {
      Price regular =
          price(row, row.decimal("regular"), unit, currency, site)
              .setKind(PriceKind.PRICE_KIND_REGULAR)
              .build();
      offers.add(new Offer(regular, BigDecimal.ONE, BigDecimal.ZERO, true));
    }
    for (BackendData tier : row.list("tiers")) {
      BigDecimal from = tier.decimal("minQty");
      Price price =
          price(row, tier.decimal("price"), unit, currency, site)
              .setKind(PriceKind.PRICE_KIND_REGULAR)
              .setMinimumQuantity(quantity(from, unit))
              .build();
      offers.add(new Offer(price, BigDecimal.ONE, from, true));
    }
    return offers;
  }

  private static Price.Builder price(
      BackendData row, BigDecimal amount, String unit, String currency, ErpUsClient.Site site) {
    return Price.newBuilder()
        .setAmount(money(amount, currency))
        .setPer(quantity(BigDecimal.ONE, unit))
        .setTaxIncluded(row.flag("taxIncluded"))
        .setLocationId(site.location());
  }
}
