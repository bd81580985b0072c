package io.crossdock.connector.erpeu;

import io.crossdock.common.v1.Quantity;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.inventory.v1.BusinessStep;
import io.crossdock.inventory.v1.LineRemainder.RemainderReason;
import io.crossdock.inventory.v1.ReservationStatus;
import io.crossdock.inventory.v1.StockBucket;
import io.crossdock.price.v1.PriceKind;
import io.crossdock.product.v1.ProductStatus;
import io.crossdock.product.v1.Returnability;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SAP's numbers and words, and the contract's. */
final class ErpEuCodes {

  private static final Pattern ITEM = Pattern.compile("SKU-(0|[1-9][0-9]{0,17})");
  private static final Pattern STYLE = Pattern.compile("ST-([0-9]{1,18})");

  private ErpEuCodes() {}

  /** Material of an item, 18 digits; empty for an id that is none of this ERP's. */
  static Optional<String> material(String itemId) {
    Matcher matcher = ITEM.matcher(itemId);
    return matcher.matches()
        ? Optional.of("0".repeat(18 - matcher.group(1).length()) + matcher.group(1))
        : Optional.empty();
  }

  /** Item of a material. */
  static String item(BackendData data, String field) {
    String material = data.text(field);
    if (!material.chars().allMatch(Character::isDigit)) {
      throw data.invalid(field, "a material number");
    }
    return "SKU-" + new java.math.BigInteger(material);
  }

  /** Item of a material; empty when it is none. */
  static Optional<String> optionalItem(BackendData data, String field) {
    return data.optionalId(field)
        .filter(material -> material.matches("[0-9]{1,40}"))
        .map(material -> "SKU-" + new BigInteger(material));
  }

  /** Style number of a product; empty for an id that is none of this ERP's. */
  static Optional<String> style(String productId) {
    Matcher matcher = STYLE.matcher(productId);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** Unit by UN/ECE Recommendation 20. */
  static String unit(BackendData data, String field) {
    return unit(data.text(field))
        .orElseThrow(() -> data.invalid(field, "a unit that the connector knows"));
  }

  /** Unit by UN/ECE Recommendation 20; empty for one that the connector does not know. */
  static Optional<String> unit(String word) {
    return switch (word) {
      case "ST" -> Optional.of("C62");
      case "KG" -> Optional.of("KGM");
      case "KAR" -> Optional.of("XCT");
      default -> Optional.empty();
    };
  }

  /** The ERP's unit of a quantity. */
  static String unit(Quantity quantity, String field) {
    return switch (quantity.getUnitCode()) {
      case "", "C62" -> "ST";
      case "KGM" -> "KG";
      case "XCT" -> "KAR";
      default -> throw Canonical.refused(field + ".unit_code", "one of C62, KGM, XCT");
    };
  }

  /** A quantity's number as the ERP writes it, with three decimals at the most. */
  static String number(Quantity quantity, String field) {
    BigDecimal number = Canonical.number(quantity, field);
    if (number.stripTrailingZeros().scale() > 3) {
      throw Canonical.refused(field + ".value", "at most three decimals");
    }
    return number.setScale(3).toPlainString();
  }

  static ProductStatus product(String word) {
    return switch (word) {
      case "" -> ProductStatus.PRODUCT_STATUS_ACTIVE;
      case "01" -> ProductStatus.PRODUCT_STATUS_BLOCKED;
      case "02" -> ProductStatus.PRODUCT_STATUS_DISCONTINUED;
      case "99" -> ProductStatus.PRODUCT_STATUS_DRAFT;
      default -> ProductStatus.PRODUCT_STATUS_UNSPECIFIED;
    };
  }

  /** The ERP's word for a status that it knows. */
  static String product(ProductStatus status) {
    return switch (status) {
      case PRODUCT_STATUS_ACTIVE -> "";
      case PRODUCT_STATUS_BLOCKED -> "01";
      case PRODUCT_STATUS_DISCONTINUED -> "02";
      case PRODUCT_STATUS_DRAFT -> "99";
      case PRODUCT_STATUS_UNSPECIFIED, UNRECOGNIZED ->
          throw Canonical.refused("statuses", "statuses that the ERP knows");
    };
  }

  static Returnability.Kind returns(String word) {
    return switch (word) {
      case "R" -> Returnability.Kind.KIND_RETURNABLE;
      case "X" -> Returnability.Kind.KIND_EXCHANGE_ONLY;
      case "F" -> Returnability.Kind.KIND_ONLY_IF_FAULTY;
      case "N" -> Returnability.Kind.KIND_FINAL_SALE;
      default -> Returnability.Kind.KIND_UNSPECIFIED;
    };
  }

  /** Tax class of a material in a country; empty when either is not known. */
  static String taxCode(String country, String word) {
    if (country.isEmpty()) {
      return "";
    }
    return switch (word) {
      case "1" -> country + "-STANDARD";
      case "2" -> country + "-REDUCED";
      default -> "";
    };
  }

  /** A price that holds from a quantity on is a regular one with that quantity. */
  static PriceKind price(String word) {
    return switch (word) {
      case "PR00", "ZVOL" -> PriceKind.PRICE_KIND_REGULAR;
      case "VKA0" -> PriceKind.PRICE_KIND_SALE;
      case "ZMEM" -> PriceKind.PRICE_KIND_MEMBER;
      default -> PriceKind.PRICE_KIND_UNSPECIFIED;
    };
  }

  static ReservationStatus reservation(String word) {
    return switch (word) {
      case "A" -> ReservationStatus.RESERVATION_STATUS_HELD;
      case "B" -> ReservationStatus.RESERVATION_STATUS_COMMITTED;
      case "C" -> ReservationStatus.RESERVATION_STATUS_RELEASED;
      case "D" -> ReservationStatus.RESERVATION_STATUS_FULFILLED;
      case "X" -> ReservationStatus.RESERVATION_STATUS_EXPIRED;
      default -> ReservationStatus.RESERVATION_STATUS_UNSPECIFIED;
    };
  }

  static RemainderReason remainder(String word) {
    return switch (word) {
      case "M7/021" -> RemainderReason.REMAINDER_REASON_INSUFFICIENT;
      case "M3/305" -> RemainderReason.REMAINDER_REASON_NOT_STOCKED;
      case "M7/312" -> RemainderReason.REMAINDER_REASON_NOT_HELD;
      default -> RemainderReason.REMAINDER_REASON_UNSPECIFIED;
    };
  }

  /** Stock type of a movement. Goods that come from outside come into unrestricted stock. */
  static String stockType(StockBucket bucket, String field) {
    return switch (bucket) {
      case STOCK_BUCKET_ON_HAND -> "UNRESTRICTED";
      case STOCK_BUCKET_DAMAGED -> "BLOCKED";
      case STOCK_BUCKET_QUALITY_HOLD -> "QUALITY";
      case STOCK_BUCKET_RETURNED_PENDING -> "RETURNS";
      case STOCK_BUCKET_IN_TRANSIT -> "TRANSFER";
      case STOCK_BUCKET_ON_ORDER -> "ON_ORDER";
      case STOCK_BUCKET_SAFETY_STOCK -> "SAFETY";
      case STOCK_BUCKET_UNSPECIFIED, UNRECOGNIZED ->
          throw Canonical.refused(field, "a figure that the ERP keeps");
    };
  }

  /** Movement type for what was being done; the ERP wants one, its own reports use it. */
  static String movement(BusinessStep step, boolean betweenTypes, boolean inbound) {
    if (betweenTypes) {
      return "344";
    }
    return switch (step) {
      case BUSINESS_STEP_ARRIVING, BUSINESS_STEP_RECEIVING, BUSINESS_STEP_ACCEPTING -> "101";
      case BUSINESS_STEP_RETAIL_SELLING -> "251";
      case BUSINESS_STEP_SHIPPING, BUSINESS_STEP_DEPARTING -> "601";
      case BUSINESS_STEP_SAMPLING -> "333";
      default -> inbound ? "501" : "551";
    };
  }
}
