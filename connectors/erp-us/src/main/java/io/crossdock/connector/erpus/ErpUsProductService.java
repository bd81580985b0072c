package io.crossdock.connector.erpus;

import static io.crossdock.connector.canonical.Canonical.instant;

import io.crossdock.answer.PageToken;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendRequest;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Every method of the product contract as calls to the ERP. */
final class ErpUsProductService {

  // Each style of a page costs a call, and a page has to be complete within the call's deadline.
  private static final int PAGE = 100;
  private static final int STYLE_PAGE = 1000;
  private static final String FIRST_PAGE = "1";
  private static final Pattern PLACE = Pattern.compile("[0-9]{1,4}\\|[0-9]{1,9}");

  private final ErpUsClient erp;

  ErpUsProductService(ErpUsClient erp) {
    this.erp = erp;
  }

  ContractService service() {
    return ContractService.of(ProductServiceGrpc.getServiceDescriptor())
        .unary(ProductServiceGrpc.getGetProductMethod(), this::getProduct)
        .unary(ProductServiceGrpc.getListProductsMethod(), this::listProducts)
        .build();
  }

  private GetProductResponse getProduct(GetProductRequest request) throws InterruptedException {
    String site = site(request.getLocationId());
    ScanData scan =
        request.hasScan() ? ScanCode.read(request.getScan()) : ScanData.getDefaultInstance();
    String gtin = request.hasScan() ? scan.getGtin() : request.getGtin();
    String style;
    String item = "";
    if (request.hasProductId()) {
      style =
          Integer.toString(
              ErpUsCodes.style(request.getProductId())
                  .orElseThrow(() -> ErpUsClient.notFound("product")));
    } else {
      BackendData found = gtin.isEmpty() ? byItem(request.getItemId()) : byNumber(gtin);
      item = ErpUsCodes.item(found);
      style = found.text("styleCode");
    }
    String asked = item;
    List<CatalogueItem> items = ofStyle(in(site), style);
    if (items.isEmpty() && asked.isEmpty()) {
      throw ErpUsClient.notFound("product");
    }
    if (!asked.isEmpty() && items.stream().noneMatch(each -> isItem(each, asked))) {
      // The ERP knows it and the site does not keep it.
      throw ErpUsClient.notFound("item");
    }
    GetProductResponse.Builder answer =
        GetProductResponse.newBuilder()
            .setProduct(Styles.product(items, ErpUsClient.SYSTEM))
            .setItemId(asked)
            .setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, Optional.empty()));
    if (request.hasScan()) {
      answer.setScan(scan);
    }
    return answer.build();
  }

  private static boolean isItem(CatalogueItem item, String itemId) {
    return item.unit().getItemId().equals(itemId);
  }

  private BackendData byItem(String itemId) throws InterruptedException {
    String number = Integer.toString(ErpUsClient.itemNumber(itemId));
    BackendData item = erp.call(ErpUsClient.get("/items/{item}", number).about("item"));
    item.expectEcho("itemNumber", number, "item");
    return item;
  }

  private BackendData byNumber(String gtin) throws InterruptedException {
    for (String form : Gtin.forms(gtin)) {
      List<BackendData> found =
          erp.call(ErpUsClient.get("/items").about("item").query("upc", form)).list("items");
      if (!found.isEmpty()) {
        return found.getFirst();
      }
    }
    throw ErpUsClient.notFound("item");
  }

  // The number of a store's site; empty without a store.
  private String site(String location) throws InterruptedException {
    return location.isEmpty() ? "" : Integer.toString(erp.site(location).number());
  }

  private static BackendRequest in(String site) {
    return ErpUsClient.get("/items").about("product").query("siteId", site);
  }

  private List<CatalogueItem> ofStyle(BackendRequest items, String style)
      throws InterruptedException {
    List<CatalogueItem> all = new ArrayList<>();
    String page = FIRST_PAGE;
    while (!page.isEmpty()) {
      Page some = page(items.query("styleCode", style), STYLE_PAGE, page);
      all.addAll(some.items());
      page = some.next();
    }
    Styles.expectOnly(all, style);
    return all;
  }

  /**
   * A page of items.
   *
   * @param unreadable ids of the items that cannot be understood
   * @param next number of the next page; empty on the last
   */
  private record Page(List<CatalogueItem> items, List<String> unreadable, String next) {}

  private Page page(BackendRequest items, int size, String page) throws InterruptedException {
    BackendData data =
        erp.call(items.query("page", page).query("pageSize", Integer.toString(size)));
    long number = data.integer("page");
    List<String> unreadable = new ArrayList<>();
    return new Page(
        Rows.readable(
            data.list("items"),
            ErpUsProductMapper::item,
            row -> ErpUsCodes.optionalItem(row).ifPresent(unreadable::add)),
        unreadable,
        number < data.integer("totalPages") ? Long.toString(number + 1) : "");
  }

  private ListProductsResponse listProducts(ListProductsRequest request)
      throws InterruptedException {
    String site = site(request.getLocationId());
    Set<ProductStatus> statuses =
        request.getStatusesCount() == 0
            ? Set.of(ProductStatus.PRODUCT_STATUS_ACTIVE)
            : Set.copyOf(request.getStatusesList());
    String category = request.getCategoryPath().replaceAll("^/+|/+$", "");
    BackendRequest listed = listed(request, site, category, statuses);
    // Pages are numbered: all of a list must have the first one's size.
    String[] place = PageToken.place(request, PLACE).split("\\|", -1);
    boolean first = place.length < 2;
    int size = first ? Math.min(PageToken.size(request, PAGE), PAGE) : Integer.parseInt(place[0]);
    Page page = page(listed, size, first ? FIRST_PAGE : place[1]);
    StyleList.Source source =
        new StyleList.Source() {
          @Override
          public List<CatalogueItem> all(List<String> styles) throws InterruptedException {
            return ofStyles(in(site), styles);
          }

          @Override
          public List<CatalogueItem> listed(List<String> styles) throws InterruptedException {
            return wanted(ofStyles(listed, styles), category, statuses);
          }
        };
    return ListProductsResponse.newBuilder()
        .addAllProducts(
            StyleList.page(
                wanted(page.items(), category, statuses), source, statuses, ErpUsClient.SYSTEM))
        .addAllUnreadableItemIds(page.unreadable())
        .setNextPageToken(
            PageToken.of(request, page.next().isEmpty() ? "" : size + "|" + page.next()))
        .setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, Optional.empty()))
        .build();
  }

  private List<CatalogueItem> ofStyles(BackendRequest items, List<String> styles)
      throws InterruptedException {
    List<CatalogueItem> all = new ArrayList<>();
    for (String style : styles) {
      all.addAll(ofStyle(items, style));
    }
    return all;
  }

  // As narrow as the ERP can ask: one status, one department.
  private static BackendRequest listed(
      ListProductsRequest request, String site, String category, Set<ProductStatus> statuses) {
    return in(site)
        .query("department", category.split("/", 2)[0])
        .query("text", request.getText())
        .query("status", statuses.size() == 1 ? ErpUsCodes.product(statuses.iterator().next()) : "")
        .query(
            "updatedSince",
            request.hasUpdatedFrom()
                ? Long.toString(Math.max(instant(request.getUpdatedFrom()).toEpochMilli(), 0))
                : "");
  }

  // What the ERP cannot ask. A style has a status only when one of its items has it.
  private static List<CatalogueItem> wanted(
      List<CatalogueItem> items, String category, Set<ProductStatus> statuses) {
    return items.stream()
        .filter(item -> statuses.contains(item.unit().getStatus()))
        .filter(item ->
            category.isEmpty()
                || item.category().equals(category)
                || item.category().startsWith(category + "/"))
        .toList();
  }
}
