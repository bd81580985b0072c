package io.crossdock.connector.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.crossdock.product.v1.Product;
import io.crossdock.product.v1.ProductStatus;
import io.crossdock.product.v1.SellableUnit;
import io.crossdock.product.v1.VariantAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StyleListTest {

  private static final Set<ProductStatus> ACTIVE = Set.of(ProductStatus.PRODUCT_STATUS_ACTIVE);

  // The styles' items are strewn over the list; item 1 is not listed when only red ones are.
  private static final List<CatalogueItem> ITEMS =
      List.of(
          item(1, "A", "blue", ProductStatus.PRODUCT_STATUS_ACTIVE),
          item(2, "B", "red", ProductStatus.PRODUCT_STATUS_BLOCKED),
          item(3, "A", "red", ProductStatus.PRODUCT_STATUS_ACTIVE),
          item(4, "C", "red", ProductStatus.PRODUCT_STATUS_ACTIVE),
          item(5, "A", "red", ProductStatus.PRODUCT_STATUS_DRAFT),
          item(6, "B", "red", ProductStatus.PRODUCT_STATUS_BLOCKED));

  @Test
  void tellsEachStyleOnceWithAllItsItemsWhereverThePagesAreCut() throws InterruptedException {
    for (int size = 1; size <= ITEMS.size(); size++) {
      List<Product> products = list(ITEMS, size);

      assertThat(products.stream().map(Product::getProductId))
          .as("pages of %s", size)
          .containsExactly("ST-A", "ST-C");
      assertThat(products.getFirst().getVariantsList().stream().map(each -> each.getUnits(0)))
          .containsExactly(ITEMS.get(0).unit(), ITEMS.get(2).unit(), ITEMS.get(4).unit());
    }
  }

  @Test
  void tellsAStyleAtItsFirstItemThatIsListed() throws InterruptedException {
    List<CatalogueItem> red = ITEMS.stream().filter(StyleListTest::isRed).toList();

    for (int size = 1; size <= red.size(); size++) {
      assertThat(list(red, size).stream().map(Product::getProductId))
          .as("pages of %s", size)
          .containsExactly("ST-A", "ST-C");
    }
  }

  private static List<Product> list(List<CatalogueItem> listed, int size)
      throws InterruptedException {
    StyleList.Source source =
        new StyleList.Source() {
          @Override
          public List<CatalogueItem> all(List<String> styles) {
            return of(ITEMS, styles);
          }

          @Override
          public List<CatalogueItem> listed(List<String> styles) {
            return of(listed, styles);
          }
        };
    List<Product> products = new ArrayList<>();
    for (int i = 0; i < listed.size(); i += size) {
      products.addAll(
          StyleList.page(
              listed.subList(i, Math.min(i + size, listed.size())), source, ACTIVE, "erp"));
    }
    return products;
  }

  private static List<CatalogueItem> of(List<CatalogueItem> items, List<String> styles) {
    return items.stream().filter(each -> styles.contains(each.style())).toList();
  }

  private static boolean isRed(CatalogueItem item) {
    return item.name().equals("red");
  }

  // Each item is a variant of its own.
  private static CatalogueItem item(
      int position, String style, String colour, ProductStatus status) {
    SellableUnit unit =
        SellableUnit.newBuilder().setItemId("SKU-" + position).setStatus(status).build();
    VariantAttribute attribute =
        VariantAttribute.newBuilder()
            .setName("number")
            .setValue(Integer.toString(position))
            .build();
    return new CatalogueItem(
        position,
        style,
        colour,
        "",
        "",
        List.of(attribute),
        unit,
        "",
        Timestamp.getDefaultInstance());
  }
}
