package io.crossdock.connector.erpeu;

import static io.crossdock.connector.canonical.Canonical.instant;
import static io.crossdock.connector.canonical.Canonical.money;
import static io.crossdock.connector.canonical.Canonical.quantity;
import static io.crossdock.connector.canonical.Canonical.timestamp;

import com.google.protobuf.Timestamp;
import io.crossdock.connector.backend.BackendData;
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
import io.crossdock.product.v1.ProductStatus;
import io.crossdock.product.v1.SellableUnit;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The price contract as calls to the ERP. */
final class ErpEuPriceService {

  private static final String CONDITIONS = "/API_SLSPRICINGCONDITIONRECORD_SRV/A_SlsPrcgCondition";
  // What SAP writes for a condition that has no end.
  private static final LocalDate OPEN = LocalDate.of(9999, 12, 31);

  private final ErpEuClient erp;
  private final Materials materials;

  ErpEuPriceService(ErpEuClient erp) {
    this.erp = erp;
    this.materials = new Materials(erp);
  }

  ContractService service() {
    return ContractService.of(PriceServiceGrpc.getServiceDescriptor())
        .unary(PriceServiceGrpc.getQuotePricesMethod(), this::quotePrices)
        .build();
  }

  /** For whom and when the prices must hold. */
  private record Wish(ErpEuClient.Plant plant, String currency, String tier, LocalDate day) {}

  private QuotePricesResponse quotePrices(QuotePricesRequest request) throws InterruptedException {
    List<BigDecimal> quantities = quantities(request);
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    Wish wish =
        new Wish(
            plant,
            request.getCurrencyCode().isEmpty() ? plant.currency() : request.getCurrencyCode(),
            request.getTier(),
            LocalDate.ofInstant(
                request.hasAt() ? instant(request.getAt()) : Instant.now(), plant.zone()));
    List<String> asked =
        request.getLinesList().stream()
            .flatMap(line -> ErpEuCodes.material(line.getItemId()).stream())
            .distinct()
            .toList();
    Map<String, SellableUnit> kept = kept(asked, plant);
    Set<String> elsewhere = elsewhere(asked, kept);
    Map<String, List<BackendData>> conditions = conditions(kept.keySet(), plant);
    QuotePricesResponse.Builder answer =
        QuotePricesResponse.newBuilder()
            .setFreshness(Canonical.freshness(ErpEuClient.SYSTEM, Optional.empty()));
    for (int i = 0; i < request.getLinesCount(); i++) {
      PriceQuestion question = request.getLines(i);
      PricedLine.Builder line =
          answer.addLinesBuilder().setLineId(question.getLineId()).setItemId(question.getItemId());
      String material = ErpEuCodes.material(question.getItemId()).orElse("");
      SellableUnit item = kept.get(material);
      if (item != null) {
        BigDecimal quantity = quantities.get(i);
        List<BackendData> rows = conditions.getOrDefault(material, List.of());
        LinePrice.unlessUnreadable(line, () -> price(line, question, quantity, item, rows, wish));
      } else {
        line.setOutcome(
            elsewhere.contains(material)
                ? PricedLine.Outcome.OUTCOME_NOT_FOR_SALE
                : PricedLine.Outcome.OUTCOME_UNKNOWN_ITEM);
      }
    }
    return answer.build();
  }

  private static List<BigDecimal> quantities(QuotePricesRequest request) {
    List<BigDecimal> quantities = new ArrayList<>();
    for (int i = 0; i < request.getLinesCount(); i++) {
      quantities.add(
          Canonical.positive(request.getLines(i).getQuantity(), "lines[" + i + "].quantity"));
    }
    return quantities;
  }

  private Map<String, SellableUnit> kept(List<String> asked, ErpEuClient.Plant plant)
      throws InterruptedException {
    Map<String, SellableUnit> kept = new HashMap<>();
    // What cannot be understood is not for sale here, as below.
    Rows.readable(
        materials.products("Product", asked, Materials.keptIn(plant)),
        row -> kept.put(row.text("Product"), ErpEuProductMapper.unit(row, plant.country())),
        _ -> {});
    return kept;
  }

  // What the ERP knows and the plant does not keep.
  private Set<String> elsewhere(List<String> asked, Map<String, SellableUnit> kept)
      throws InterruptedException {
    List<String> missing = asked.stream().filter(each -> !kept.containsKey(each)).toList();
    Set<String> elsewhere = new HashSet<>();
    elsewhere.addAll(
        Rows.readable(
            materials.products("Product", missing, ""), row -> row.text("Product"), _ -> {}));
    return elsewhere;
  }

  private Map<String, List<BackendData>> conditions(Set<String> asked, ErpEuClient.Plant plant)
      throws InterruptedException {
    Map<String, List<BackendData>> conditions = new HashMap<>();
    List<BackendData> rows =
        materials.rows(CONDITIONS, "Material", List.copyOf(asked), Materials.keptIn(plant));
    Rows.readable(
        rows,
        row -> conditions.computeIfAbsent(row.text("Material"), _ -> new ArrayList<>()).add(row),
        _ -> {});
    return conditions;
  }

  private static void price(
      PricedLine.Builder line,
      PriceQuestion question,
      BigDecimal quantity,
      SellableUnit item,
      List<BackendData> conditions,
      Wish wish) {
    line.setTaxCode(item.getTaxCode());
    if (!isForSale(item.getStatus())) {
      line.setOutcome(PricedLine.Outcome.OUTCOME_NOT_FOR_SALE);
      return;
    }
    Optional<BigDecimal> inItsUnit =
        Conversions.inUnitOf(item, quantity, question.getQuantity().getUnitCode());
    if (inItsUnit.isEmpty()) {
      line.setOutcome(PricedLine.Outcome.OUTCOME_UNIT_NOT_CONVERTIBLE);
      return;
    }
    List<Offer> offers = new ArrayList<>();
    Map<Price, BackendData> rows = new HashMap<>();
    for (BackendData row : conditions) {
      offer(row, item, wish)
          .ifPresent(offer -> {
            offers.add(offer);
            rows.put(offer.price(), row);
          });
    }
    LinePrice.settle(line, inItsUnit.get(), offers);
    BackendData charged = rows.get(line.getPrice());
    if (charged != null) {
      charged
          .optionalDecimal("LowestPrice30Days")
          .ifPresent(lowest -> line.setLowestPrice30Days(money(lowest, wish.currency())));
    }
  }

  // A status that the connector does not know may forbid the sale: better ask than sell.
  private static boolean isForSale(ProductStatus status) {
    return switch (status) {
      case PRODUCT_STATUS_ACTIVE, PRODUCT_STATUS_DISCONTINUED -> true;
      case PRODUCT_STATUS_DRAFT, PRODUCT_STATUS_BLOCKED, PRODUCT_STATUS_UNSPECIFIED, UNRECOGNIZED ->
          false;
    };
  }

  // Empty for a condition that does not hold on the day, or is of another currency.
  private static Optional<Offer> offer(BackendData row, SellableUnit item, Wish wish) {
    LocalDate from = row.day("ConditionValidityStartDate").orElse(LocalDate.MIN);
    LocalDate until = row.day("ConditionValidityEndDate").orElse(OPEN);
    if (wish.day().isBefore(from)
        || wish.day().isAfter(until)
        || !row.text("ConditionCurrency").equals(wish.currency())) {
      return Optional.empty();
    }
    String unit = ErpEuCodes.unit(row, "ConditionQuantityUnit");
    BigDecimal per = row.decimal("ConditionQuantity");
    if (per.signum() <= 0) {
      throw row.invalid("ConditionQuantity", "more than zero");
    }
    BigDecimal minimum = row.optionalDecimal("MinimumQuantity").orElse(BigDecimal.ZERO);
    Optional<BigDecimal> perInItsUnit = Conversions.inUnitOf(item, per, unit);
    Optional<BigDecimal> minimumInItsUnit = Conversions.inUnitOf(item, minimum, unit);
    if (perInItsUnit.isEmpty() || minimumInItsUnit.isEmpty()) {
      return Optional.empty();
    }
    String type = row.text("ConditionType");
    PriceKind kind = ErpEuCodes.price(type);
    boolean isKnown = kind != PriceKind.PRICE_KIND_UNSPECIFIED;
    Price.Builder price =
        Price.newBuilder()
            .setKind(kind)
            .setRawKind(isKnown ? "" : type)
            .setAmount(money(row.decimal("ConditionRateValue"), wish.currency()))
            .setPer(quantity(per, unit))
            .setTaxIncluded(row.flag("TaxIncluded"))
            .setLocationId(wish.plant().location())
            .setSourceReference(type + "/" + row.text("ConditionRecord"));
    if (!from.equals(LocalDate.MIN)) {
      price.setValidFrom(startOf(from, wish));
    }
    if (until.isBefore(OPEN)) {
      price.setValidUntil(startOf(until.plusDays(1), wish));
    }
    if (minimum.signum() > 0) {
      price.setMinimumQuantity(quantity(minimum, unit));
    }
    String tier = row.optionalText("CustomerTier");
    boolean applies = isKnown && (tier.isEmpty() || tier.equals(wish.tier()));
    return Optional.of(
        new Offer(price.build(), perInItsUnit.get(), minimumInItsUnit.get(), applies));
  }

  // A price's days are days of the store: at midnight there, not in Greenwich, it changes.
  private static Timestamp startOf(LocalDate day, Wish wish) {
    return timestamp(day.atStartOfDay(wish.plant().zone()).toInstant());
  }
}
