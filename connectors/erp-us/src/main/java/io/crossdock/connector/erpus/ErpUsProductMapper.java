package io.crossdock.connector.erpus;

import static io.crossdock.connector.canonical.Canonical.identifier;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.crossdock.common.v1.Identifier.Scheme;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.catalogue.CatalogueItem;
import io.crossdock.product.v1.AgeRestriction;
import io.crossdock.product.v1.Returnability;
import io.crossdock.product.v1.SellableUnit;
import io.crossdock.product.v1.UnitConversion;
import io.crossdock.product.v1.VariantAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The ERP's items as the contract's sellable units. */
final class ErpUsProductMapper {

  private ErpUsProductMapper() {}

  /** One item with what it says of its style. */
  static CatalogueItem item(BackendData data) {
    String section = data.optionalText("subDepartment");
    return new CatalogueItem(
        data.integer("itemNumber"),
        data.text("styleCode"),
        data.text("title"),
        data.optionalText("brand"),
        data.optionalText("department") + (section.isEmpty() ? "" : "/" + section),
        data.find("attributes").map(ErpUsProductMapper::attributes).orElse(List.of()),
        unit(data),
        data.optionalText("status"),
        data.epochMillis("updatedAt")
            .map(Canonical::timestamp)
            .orElse(Timestamp.getDefaultInstance()));
  }

  private static List<VariantAttribute> attributes(BackendData data) {
    List<VariantAttribute> attributes = new ArrayList<>();
    data.node()
        .fieldNames()
        .forEachRemaining(word -> {
          String value = data.optionalText(word);
          if (!value.isEmpty()) {
            attributes.add(
                VariantAttribute.newBuilder()
                    .setName(ErpUsCodes.attribute(word))
                    .setValue(value)
                    .build());
          }
        });
    return attributes;
  }

  static SellableUnit unit(BackendData data) {
    SellableUnit.Builder unit =
        SellableUnit.newBuilder()
            .setItemId(ErpUsCodes.item(data))
            .addAllGtins(data.texts("upcs"))
            .setReceiptText(data.optionalText("receiptText"))
            .setStatus(ErpUsCodes.product(data.optionalText("status")))
            .setUnitCode(ErpUsCodes.unit(data))
            .setVariableMeasure(data.flag("weighed"))
            .setTaxCode(ErpUsCodes.taxCode(data.optionalText("taxable")))
            .setSerialised(data.flag("serialized"))
            .addExternalIds(
                identifier(
                    Scheme.SCHEME_SKU,
                    Long.toString(data.integer("itemNumber")),
                    ErpUsClient.SYSTEM));
    data.find("returns").ifPresent(rules -> unit.setReturnability(returnability(rules)));
    int age = age(data);
    if (age > 0) {
      unit.setAgeRestriction(AgeRestriction.newBuilder().setMinimumAge(age));
    }
    data.find("packs").ifPresent(packs -> conversions(packs, unit));
    return unit.build();
  }

  private static int age(BackendData data) {
    long age = data.integer("minAge", 0);
    if (age < 0 || age > 150) {
      throw data.invalid("minAge", "an age");
    }
    return (int) age;
  }

  private static void conversions(BackendData packs, SellableUnit.Builder unit) {
    packs
        .node()
        .fieldNames()
        .forEachRemaining(word ->
            ErpUsCodes.pack(word)
                .ifPresent(code -> {
                  long pieces = packs.integer(word);
                  if (pieces <= 0) {
                    throw packs.invalid(word, "more than zero");
                  }
                  unit.addConversions(
                      UnitConversion.newBuilder()
                          .setUnitCode(code)
                          .setNumerator(pieces)
                          .setDenominator(1));
                }));
  }

  private static Returnability returnability(BackendData rules) {
    Returnability.Builder returnability =
        Returnability.newBuilder()
            .setKind(ErpUsCodes.returns(rules.optionalText("type")))
            .setPolicyReference(rules.optionalText("policy"));
    long days = rules.integer("days", 0);
    if (days > 0) {
      returnability.setWindow(Duration.newBuilder().setSeconds(TimeUnit.DAYS.toSeconds(days)));
    }
    return returnability.build();
  }
}
