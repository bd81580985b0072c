package io.crossdock.connector.catalogue;

import io.crossdock.product.v1.Product;
import io.crossdock.product.v1.ProductStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A list of styles out of a source's list of items, page by page.
 *
 * <p>A style is listed on the page of its first item that is listed, with all its items, so that
 * each comes once wherever the pages are cut and however its items are strewn. Nothing is
 * remembered between pages.
 */
public final class StyleList {

  private StyleList() {}

  /** Finds items by their styles. */
  public interface Source {

    /** All items of some styles. */
    List<CatalogueItem> all(List<String> styles) throws InterruptedException;

    /** Those items of some styles that the list is made of. */
    List<CatalogueItem> listed(List<String> styles) throws InterruptedException;
  }

  /**
   * The styles of one page.
   *
   * @param page the items of the source's page
   * @param statuses statuses of the styles that are wanted
   * @param system the source
   */
  public static List<Product> page(
      List<CatalogueItem> page, Source source, Set<ProductStatus> statuses, String system)
      throws InterruptedException {
    Map<String, List<CatalogueItem>> here = byStyle(page);
    if (here.isEmpty()) {
      return List.of();
    }
    Map<String, List<CatalogueItem>> all = byStyle(source.all(List.copyOf(here.keySet())));
    List<String> begun = new ArrayList<>();
    here.forEach((style, items) -> {
      if (first(all.getOrDefault(style, items)) < first(items)) {
        begun.add(style);
      }
    });
    Map<String, List<CatalogueItem>> listed =
        begun.isEmpty() ? Map.of() : byStyle(source.listed(begun));
    List<Product> products = new ArrayList<>();
    here.forEach((style, items) -> {
      boolean isTold = first(listed.getOrDefault(style, items)) < first(items);
      if (!isTold) {
        Product product = Styles.product(all.getOrDefault(style, items), system);
        if (statuses.contains(product.getStatus())) {
          products.add(product);
        }
      }
    });
    return products;
  }

  private static Map<String, List<CatalogueItem>> byStyle(List<CatalogueItem> items) {
    Map<String, List<CatalogueItem>> styles = new LinkedHashMap<>();
    items.forEach(item -> styles.computeIfAbsent(item.style(), _ -> new ArrayList<>()).add(item));
    return styles;
  }

  private static long first(List<CatalogueItem> items) {
    return items.stream().mapToLong(CatalogueItem::position).min().orElse(Long.MAX_VALUE);
  }
}
