package io.crossdock.connector.erpeu;

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
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The ERP's materials as the contract's sellable units. */
final class ErpEuProductMapper {

  private ErpEuProductMapper() {}

  /** One material with what it says of its style; {@code country} as for its unit. */
  static CatalogueItem item(BackendData data, String country) {
    SellableUnit unit = unit(data, country);
    List<VariantAttribute> attributes = new ArrayList<>();
    attribute(data, "Colour", "colour").ifPresent(attributes::add);
    attribute(data, "Size", "size").ifPresent(attributes::add);
    return new CatalogueItem(
        data.integer("Product"),
        data.text("StyleNumber"),
        data.text("ProductName"),
        data.optionalText("Brand"),
        data.optionalText("ProductHierarchy"),
        attributes,
        unit,
        data.optionalText("CrossPlantStatus"),
        data.instant("LastChangeDateTime")
            .map(Canonical::timestamp)
            .orElse(Timestamp.getDefaultInstance()));
  }

  private static Optional<VariantAttribute> attribute(BackendData data, String field, String name) {
    String value = data.optionalText(field);
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(VariantAttribute.newBuilder().setName(name).setValue(value).build());
  }

  /**
   * One material.
   *
   * @param country whose tax classes are meant; empty when no store was named, the ERP's classes
   *     mean something in a country only
   */
  static SellableUnit unit(BackendData data, String country) {
    SellableUnit.Builder unit =
        SellableUnit.newBuilder()
            .setItemId(ErpEuCodes.item(data, "Product"))
            .setReceiptText(data.optionalText("ProductDescription"))
            .setStatus(ErpEuCodes.product(data.optionalText("CrossPlantStatus")))
            .setUnitCode(ErpEuCodes.unit(data, "BaseUnit"))
            .setVariableMeasure(data.flag("IsVariableMeasure"))
            .setTaxCode(ErpEuCodes.taxCode(country, data.optionalText("TaxClassification")))
            .setReturnability(returnability(data))
            .setSerialised(data.flag("IsSerialised"))
            .addExternalIds(
                identifier(Scheme.SCHEME_SKU, data.text("Product"), ErpEuClient.SYSTEM));
    if (data.has("ProductStandardID")) {
      unit.addGtins(data.text("ProductStandardID"));
    }
    int age = age(data);
    if (age > 0) {
      unit.setAgeRestriction(AgeRestriction.newBuilder().setMinimumAge(age));
    }
    for (BackendData other : data.list("_UnitOfMeasure")) {
      ErpEuCodes.unit(other.text("AlternativeUnit"))
          .ifPresent(code -> unit.addConversions(conversion(other, code)));
    }
    return unit.build();
  }

  private static int age(BackendData data) {
    long age = data.integer("MinimumAge", 0);
    if (age < 0 || age > 150) {
      throw data.invalid("MinimumAge", "an age");
    }
    return (int) age;
  }

  private static UnitConversion conversion(BackendData data, String code) {
    long numerator = data.integer("QuantityNumerator");
    long denominator = data.integer("QuantityDenominator");
    if (numerator <= 0 || denominator <= 0) {
      throw data.invalid("QuantityDenominator", "a ratio of whole numbers");
    }
    return UnitConversion.newBuilder()
        .setUnitCode(code)
        .setNumerator(numerator)
        .setDenominator(denominator)
        .build();
  }

  private static Returnability returnability(BackendData data) {
    Returnability.Builder returnability =
        Returnability.newBuilder()
            .setKind(ErpEuCodes.returns(data.optionalText("ReturnCode")))
            .setPolicyReference(data.optionalText("ReturnPolicy"));
    long days = data.integer("ReturnWindowDays", 0);
    if (days > 0) {
      returnability.setWindow(Duration.newBuilder().setSeconds(TimeUnit.DAYS.toSeconds(days)));
    }
    return returnability.build();
  }
}
