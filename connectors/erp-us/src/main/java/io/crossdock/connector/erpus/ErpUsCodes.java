package io.crossdock.connector.erpus;

import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.inventory.v1.LineRemainder.RemainderReason;
import io.crossdock.inventory.v1.ReservationStatus;
import io.crossdock.inventory.v1.StockBucket;
import io.crossdock.price.v1.PriceKind;
import io.crossdock.product.v1.ProductStatus;
import io.crossdock.product.v1.Returnability;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ERP's numbers and words, and the contract's. */
final class ErpUsCodes {

  // Item numbers are of 32 bits.
  private static final Pattern ITEM = Pattern.compile("SKU-(0|[1-9][0-9]{0,8})");
  // Style codes have six digits at the most.
  private static final Pattern STYLE = Pattern.compile("ST-([1-9][0-9]{0,5})");

  private static final String CASE = "XCS";

  private ErpUsCodes() {}

  /** Item number of an item; empty for an id that is none of this ERP's. */
  static OptionalInt itemNumber(String itemId) {
    return number(ITEM, itemId);
  }

  static String item(BackendData data) {
    return "SKU-" + data.integer("itemNumber");
  }

  /** Item of a row; empty when its number cannot be read. */
  static Optional<String> optionalItem(BackendData data) {
    String number = data.node().path("itemNumber").asText();
    return number.matches("[0-9]{1,18}") ? Optional.of("SKU-" + number) : Optional.empty();
  }

  /** Style code of a product; empty for an id that is none of this ERP's. */
  static OptionalInt style(String productId) {
    return number(STYLE, productId);
  }

  private static OptionalInt number(Pattern pattern, String id) {
    Matcher matcher = pattern.matcher(id);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  /** Unit by UN/ECE Recommendation 20. */
  static String unit(BackendData data) {
    return switch (data.text("uom")) {
      case "EA" -> "C62";
      case "LB" -> "LBR";
      default -> throw data.invalid("uom", "a unit that the connector knows");
    };
  }

  /** Package by UN/ECE Recommendation 20; empty for one that the connector does not know. */
  static Optional<String> pack(String word) {
    return word.equals("CS") ? Optional.of(CASE) : Optional.empty();
  }

  /** Whether a unit is a package that the ERP may know of an item. */
  static boolean isPack(String unitCode) {
    return unitCode.equals(CASE);
  }

  static ProductStatus product(String word) {
    return switch (word) {
      case "A" -> ProductStatus.PRODUCT_STATUS_ACTIVE;
      case "H" -> ProductStatus.PRODUCT_STATUS_BLOCKED;
      case "D" -> ProductStatus.PRODUCT_STATUS_DISCONTINUED;
      case "P" -> ProductStatus.PRODUCT_STATUS_DRAFT;
      default -> ProductStatus.PRODUCT_STATUS_UNSPECIFIED;
    };
  }

  /** The ERP's word for a status; empty for one that it has no word for. */
  static String product(ProductStatus status) {
    return switch (status) {
      case PRODUCT_STATUS_ACTIVE -> "A";
      case PRODUCT_STATUS_BLOCKED -> "H";
      case PRODUCT_STATUS_DISCONTINUED -> "D";
      case PRODUCT_STATUS_DRAFT -> "P";
      case PRODUCT_STATUS_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static String attribute(String word) {
    return word.equals("color") ? "colour" : word;
  }

  static Returnability.Kind returns(String word) {
    return switch (word) {
      case "FULL" -> Returnability.Kind.KIND_RETURNABLE;
      case "EXCHANGE" -> Returnability.Kind.KIND_EXCHANGE_ONLY;
      case "DEFECT_ONLY" -> Returnability.Kind.KIND_ONLY_IF_FAULTY;
      case "NONE" -> Returnability.Kind.KIND_FINAL_SALE;
      default -> Returnability.Kind.KIND_UNSPECIFIED;
    };
  }

  /** Tax class; empty for one that the connector does not know. */
  static String taxCode(String word) {
    return switch (word) {
      case "STD" -> "US-STANDARD";
      case "FOOD" -> "US-FOOD";
      default -> "";
    };
  }

  static PriceKind price(String word) {
    return switch (word) {
      case "REG" -> PriceKind.PRICE_KIND_REGULAR;
      case "SALE" -> PriceKind.PRICE_KIND_SALE;
      case "MEMBER" -> PriceKind.PRICE_KIND_MEMBER;
      default -> PriceKind.PRICE_KIND_UNSPECIFIED;
    };
  }

  static ReservationStatus reservation(String word) {
    return switch (word) {
      case "SOFT" -> ReservationStatus.RESERVATION_STATUS_HELD;
      case "HARD" -> ReservationStatus.RESERVATION_STATUS_COMMITTED;
      case "SHIPPED" -> ReservationStatus.RESERVATION_STATUS_FULFILLED;
      case "CANCELLED" -> ReservationStatus.RESERVATION_STATUS_RELEASED;
      case "LAPSED" -> ReservationStatus.RESERVATION_STATUS_EXPIRED;
      default -> ReservationStatus.RESERVATION_STATUS_UNSPECIFIED;
    };
  }

  static RemainderReason remainder(String word) {
    return switch (word) {
      case "INSUFFICIENT" -> RemainderReason.REMAINDER_REASON_INSUFFICIENT;
      case "NOT_KEPT" -> RemainderReason.REMAINDER_REASON_NOT_STOCKED;
      case "NOT_HELD" -> RemainderReason.REMAINDER_REASON_NOT_HELD;
      default -> RemainderReason.REMAINDER_REASON_UNSPECIFIED;
    };
  }

  static String bucket(StockBucket bucket, String field) {
    return switch (bucket) {
      case STOCK_BUCKET_ON_HAND -> "physical";
      case STOCK_BUCKET_DAMAGED -> "damaged";
      case STOCK_BUCKET_QUALITY_HOLD -> "qualityHold";
      case STOCK_BUCKET_RETURNED_PENDING -> "customerReturns";
      case STOCK_BUCKET_IN_TRANSIT -> "inbound";
      case STOCK_BUCKET_ON_ORDER -> "ordered";
      case STOCK_BUCKET_SAFETY_STOCK -> "safety";
      case STOCK_BUCKET_UNSPECIFIED, UNRECOGNIZED ->
          throw Canonical.refused(field, "a figure that the ERP keeps");
    };
  }

  /** The contract's name of a figure; empty for one that the contract has none for. */
  static String figure(String word) {
    return switch (word) {
      case "physical" -> "on_hand";
      case "damaged" -> "damaged";
      case "qualityHold" -> "quality_hold";
      case "customerReturns" -> "returned_pending";
      case "softReserved" -> "reserved";
      case "picking" -> "allocated";
      case "safety" -> "safety_stock";
      case "inbound" -> "in_transit";
      case "ordered" -> "on_order";
      case "sellable" -> "available_to_sell";
      default -> "";
    };
  }
}
