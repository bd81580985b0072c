package io.crossdock.connector.erpeu;

import static io.crossdock.connector.canonical.Canonical.instant;

import io.crossdock.answer.PageToken;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.Rows;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.catalogue.CatalogueItem;
import io.crossdock.connector.catalogue.Gtin;
import io.crossdock.connector.catalogue.ScanCode;
import io.crossdock.connector.catalogue.StyleList;
import io.crossdock.connector.catalogue.Styles;
import io.crossdock.connector.service.ContractService;
import io.crossdock.product.v1.GetProductRequest;
import io.crossdock.product.v1.GetProductResponse;
import io.crossdock.product.v1.ListProductsRequest;
import io.crossdock.product.v1.ListProductsResponse;
import io.crossdock.product.v1.ProductServiceGrpc;
import io.crossdock.product.v1.ProductStatus;
import io.crossdock.product.v1.ScanData;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Every method of the product contract as calls to the ERP. */
final class ErpEuProductService {

  private static final int USUAL_PAGE = 100;

  private final ErpEuClient erp;
  private final Materials materials;

  ErpEuProductService(ErpEuClient erp) {
    this.erp = erp;
    this.materials = new Materials(erp);
  }

  ContractService service() {
    return ContractService.of(ProductServiceGrpc.getServiceDescriptor())
        .unary(ProductServiceGrpc.getGetProductMethod(), this::getProduct)
        .unary(ProductServiceGrpc.getListProductsMethod(), this::listProducts)
        .build();
  }

  /**
   * Whose assortment is meant.
   *
   * @param filter what its materials pass; empty for all materials
   * @param country whose tax classes are meant; empty without a store
   */
  private record Assortment(String filter, String country) {}

  private Assortment assortment(String location) throws InterruptedException {
    if (location.isEmpty()) {
      return new Assortment("", "");
    }
    ErpEuClient.Plant plant = erp.plant(location);
    return new Assortment(Materials.keptIn(plant), plant.country());
  }

  private GetProductResponse getProduct(GetProductRequest request) throws InterruptedException {
    Assortment assortment = assortment(request.getLocationId());
    ScanData scan =
        request.hasScan() ? ScanCode.read(request.getScan()) : ScanData.getDefaultInstance();
    String gtin = request.hasScan() ? scan.getGtin() : request.getGtin();
    String style;
    String item = "";
    if (request.hasProductId()) {
      style =
          ErpEuCodes.style(request.getProductId())
              .orElseThrow(() -> ErpEuClient.notFound("product"));
    } else {
      List<BackendData> found =
          !gtin.isEmpty()
              ? materials.products("ProductStandardID", Gtin.forms(gtin), assortment.filter())
              : materials.products(
                  "Product",
                  List.of(ErpEuClient.material(request.getItemId())),
                  assortment.filter());
      if (found.isEmpty()) {
        throw ErpEuClient.notFound("item");
      }
      item = ErpEuCodes.item(found.getFirst(), "Product");
      if (gtin.isEmpty() && !item.equals(request.getItemId())) {
        throw found.getFirst().invalid("Product", "the material that was asked about");
      }
      style = found.getFirst().text("StyleNumber");
    }
    List<CatalogueItem> items =
        items(materials.products("StyleNumber", List.of(style), assortment.filter()), assortment);
    if (items.isEmpty()) {
      throw ErpEuClient.notFound("product");
    }
    Styles.expectOnly(items, style);
    GetProductResponse.Builder answer =
        GetProductResponse.newBuilder()
            .setProduct(Styles.product(items, ErpEuClient.SYSTEM))
            .setItemId(item)
            .setFreshness(Canonical.freshness(ErpEuClient.SYSTEM, Optional.empty()));
    if (request.hasScan()) {
      answer.setScan(scan);
    }
    return answer.build();
  }

  private ListProductsResponse listProducts(ListProductsRequest request)
      throws InterruptedException {
    Assortment assortment = assortment(request.getLocationId());
    Set<ProductStatus> statuses =
        request.getStatusesCount() == 0
            ? Set.of(ProductStatus.PRODUCT_STATUS_ACTIVE)
            : Set.copyOf(request.getStatusesList());
    String filter = filter(request, assortment, statuses);
    ErpEuClient.Rows page =
        materials.products(filter, PageToken.size(request, USUAL_PAGE), PageToken.place(request));
    StyleList.Source source =
        new StyleList.Source() {
          @Override
          public List<CatalogueItem> all(List<String> styles) throws InterruptedException {
            return items(
                materials.products("StyleNumber", styles, assortment.filter()), assortment);
          }

          @Override
          public List<CatalogueItem> listed(List<String> styles) throws InterruptedException {
            return items(materials.products("StyleNumber", styles, filter), assortment);
          }
        };
    ListProductsResponse.Builder answer = ListProductsResponse.newBuilder();
    List<CatalogueItem> listed =
        Rows.readable(
            page.rows(),
            row -> ErpEuProductMapper.item(row, assortment.country()),
            row -> ErpEuCodes.optionalItem(row, "Product").ifPresent(answer::addUnreadableItemIds));
    return answer
        .addAllProducts(StyleList.page(listed, source, statuses, ErpEuClient.SYSTEM))
        .setNextPageToken(PageToken.of(request, page.next()))
        .setFreshness(Canonical.freshness(ErpEuClient.SYSTEM, Optional.empty()))
        .build();
  }

  // A style has a status only when one of its items has it, so that items can be filtered by it.
  private static String filter(
      ListProductsRequest request, Assortment assortment, Set<ProductStatus> statuses) {
    List<String> parts = new ArrayList<>();
    if (!assortment.filter().isEmpty()) {
      parts.add(assortment.filter());
    }
    String category = request.getCategoryPath().replaceAll("^/+|/+$", "");
    if (!category.isEmpty()) {
      parts.add(
          "(ProductHierarchy eq "
              + ErpEuClient.quoted(category)
              + " or startswith(ProductHierarchy,"
              + ErpEuClient.quoted(category + "/")
              + "))");
    }
    if (!request.getText().isEmpty()) {
      String text = ErpEuClient.quoted(request.getText());
      parts.add("(contains(ProductName," + text + ") or contains(Brand," + text + "))");
    }
    if (!statuses.contains(ProductStatus.PRODUCT_STATUS_UNSPECIFIED)) {
      parts.add(
          Materials.either(
              "CrossPlantStatus", statuses.stream().map(ErpEuCodes::product).sorted().toList()));
    }
    if (request.hasUpdatedFrom()) {
      parts.add(
          "LastChangeDateTime ge "
              + instant(request.getUpdatedFrom()).truncatedTo(ChronoUnit.MILLIS));
    }
    return String.join(" and ", parts);
  }

  private static List<CatalogueItem> items(List<BackendData> rows, Assortment assortment) {
    return Rows.readable(rows, row -> ErpEuProductMapper.item(row, assortment.country()), _ -> {});
  }
}
