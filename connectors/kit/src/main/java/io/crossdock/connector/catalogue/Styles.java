package io.crossdock.connector.catalogue;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Identifier;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.FailureException;
import io.crossdock.product.v1.Product;
import io.crossdock.product.v1.ProductStatus;
import io.crossdock.product.v1.Variant;
import io.crossdock.product.v1.VariantAttribute;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Styles out of their items. */
public final class Styles {

  private static final String PREFIX = "ST-";
  private static final int MOST_CHARACTERS = 64;

  // A style is for sale as soon as one item is; nothing worse is said while one is not understood.
  private static final List<ProductStatus> FIRST_WINS =
      List.of(
          ProductStatus.PRODUCT_STATUS_ACTIVE,
          ProductStatus.PRODUCT_STATUS_UNSPECIFIED,
          ProductStatus.PRODUCT_STATUS_BLOCKED,
          ProductStatus.PRODUCT_STATUS_DRAFT,
          ProductStatus.PRODUCT_STATUS_DISCONTINUED);

  private Styles() {}

  /** Refuses items of another style than the one that was asked for. */
  public static void expectOnly(List<CatalogueItem> items, String style) {
    if (!items.stream().allMatch(item -> item.style().equals(style))) {
      throw new FailureException(
          Reason.REASON_BACKEND_ANSWER_INVALID,
          "The backend's answer cannot be understood: an item (expected: of the style that was asked about).");
    }
  }

  /**
   * The style of some items, texts as its first item has them.
   *
   * @param items all its items, at least one
   * @param system the source, for the style's number
   */
  public static Product product(List<CatalogueItem> items, String system) {
    List<CatalogueItem> inOrder =
        items.stream().sorted(Comparator.comparingLong(CatalogueItem::position)).toList();
    CatalogueItem first = inOrder.getFirst();
    ProductStatus status = status(inOrder);
    String productId = PREFIX + first.style();
    Product.Builder product =
        Product.newBuilder()
            .setProductId(productId)
            .setStatus(status)
            .setName(first.name())
            .setBrand(first.brand())
            .addAllCategoryPaths(
                inOrder.stream()
                    .map(CatalogueItem::category)
                    .filter(path -> !path.isEmpty())
                    .distinct()
                    .toList())
            .addExternalIds(
                Canonical.identifier(Identifier.Scheme.SCHEME_UNSPECIFIED, first.style(), system));
    if (status == ProductStatus.PRODUCT_STATUS_UNSPECIFIED) {
      inOrder.stream()
          .filter(item -> item.unit().getStatus() == status)
          .findFirst()
          .ifPresent(item -> product.setRawStatus(item.rawStatus()));
    }
    variants(productId, inOrder).forEach(product::addVariants);
    inOrder.stream()
        .map(CatalogueItem::updatedAt)
        .filter(at -> !at.equals(Timestamp.getDefaultInstance()))
        .max(Timestamps.comparator())
        .ifPresent(product::setUpdatedAt);
    return product.build();
  }

  /** The status of a style, by those of its items. */
  private static ProductStatus status(List<CatalogueItem> items) {
    return items.stream()
        .map(item -> item.unit().getStatus())
        .min(Comparator.comparingInt(FIRST_WINS::indexOf))
        .orElseThrow();
  }

  // Items that nothing sets apart are packages of one variant.
  private static List<Variant> variants(String productId, List<CatalogueItem> items) {
    Map<String, Variant.Builder> variants = new LinkedHashMap<>();
    for (CatalogueItem item : items) {
      String id = variantId(productId, item.attributes());
      variants
          .computeIfAbsent(
              id, _ -> Variant.newBuilder().setVariantId(id).addAllAttributes(item.attributes()))
          .addUnits(item.unit());
    }
    return variants.values().stream().map(Variant.Builder::build).toList();
  }

  // The sources do not number variants: what sets one apart names it.
  private static String variantId(String productId, List<VariantAttribute> attributes) {
    String id =
        productId
            + attributes.stream()
                .map(attribute ->
                    "-"
                        + attribute
                            .getValue()
                            .toUpperCase(Locale.ROOT)
                            .replaceAll("[^A-Z0-9._]+", "_"))
                .collect(Collectors.joining());
    return id.substring(0, Math.min(id.length(), MOST_CHARACTERS));
  }
}
