package io.crossdock.connector.erpus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendClient;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.connector.backend.Rows;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** The ERP's procedures: results, pages, sites and units. */
final class ErpUsClient {

  static final String SYSTEM = "erp-us";

  private static final String ROOT = "/api";
  // Sites are master data; a new store is known at once, a changed one after this.
  private static final Duration SITE_LIFE = Duration.ofMinutes(10);

  private final BackendClient backend;
  private final ConcurrentHashMap<String, Site> sites = new ConcurrentHashMap<>();

  /**
   * A store as the ERP knows it.
   *
   * @param location the store's id in the contract
   */
  record Site(String location, int number, String name, String currency, long readAtNanos) {}

  /**
   * Some of the ERP's sites.
   *
   * @param next number of the next page; empty on the last
   */
  record Sites(List<Site> sites, String next) {}

  ErpUsClient(BackendClient backend) {
    this.backend = backend;
  }

  static BackendRequest get(String template, String... values) {
    return BackendRequest.get(ROOT + template, values);
  }

  static BackendRequest post(String template, JsonNode body, String... values) {
    return BackendRequest.post(ROOT + template, values).json(body);
  }

  /** What a procedure resulted in. */
  BackendData call(BackendRequest request) throws InterruptedException {
    return backend.send(request).data().object("result");
  }

  /**
   * The site of a store.
   *
   * @throws FailureException NOT_FOUND when it is none of this ERP's
   */
  Site site(String location) throws InterruptedException {
    Site known = sites.get(location);
    if (known != null && System.nanoTime() - known.readAtNanos < SITE_LIFE.toNanos()) {
      return known;
    }
    List<BackendData> found =
        call(get("/sites").about("location").query("storeCode", location)).list("items");
    if (found.isEmpty()) {
      throw notFound("location");
    }
    found.getFirst().expectEcho("storeCode", location, "store");
    Site site = site(found.getFirst());
    sites.put(location, site);
    return site;
  }

  private static Site site(BackendData data) {
    return new Site(
        data.text("storeCode"),
        data.integer32("siteId"),
        data.optionalText("name"),
        data.text("currency"),
        System.nanoTime());
  }

  /** A page of all sites, by number. */
  Sites sites(int size, String page) throws InterruptedException {
    BackendData data =
        call(
            get("/sites")
                .about("location")
                .query("page", page.isEmpty() ? "1" : page)
                .query("pageSize", Integer.toString(size)));
    long number = data.integer("page");
    return new Sites(
        Rows.readable(data.list("items"), ErpUsClient::site, _ -> {}),
        number < data.integer("totalPages") ? Long.toString(number + 1) : "");
  }

  /** The item number of an item. */
  static int itemNumber(String itemId) {
    return ErpUsCodes.itemNumber(itemId).orElseThrow(() -> notFound("item"));
  }

  /** Rows of stock, as {@code items}, with {@code notKept} and {@code unknown}. */
  BackendData onhand(Site site, List<Integer> itemNumbers) throws InterruptedException {
    ObjectNode body = BackendJson.object().put("siteId", site.number());
    ArrayNode numbers = body.putArray("itemNumbers");
    itemNumbers.forEach(numbers::add);
    BackendData data = call(post("/onhand/query", body).asRead().about("location"));
    data.expectEcho("siteId", Integer.toString(site.number()), "site");
    return data;
  }

  /** Rows of one item's stock at several sites, as {@code items} with {@code siteId}. */
  BackendData onhandAt(int itemNumber, List<Site> sites) throws InterruptedException {
    ObjectNode body = BackendJson.object().put("itemNumber", itemNumber);
    ArrayNode numbers = body.putArray("siteIds");
    sites.forEach(site -> numbers.add(site.number()));
    return call(post("/onhand/find", body).asRead().about("item"));
  }

  static FailureException notFound(String resource) {
    return new FailureException(
        Failure.of(Reason.REASON_NOT_FOUND, "There is no such " + resource + ".")
            .with("resource", resource));
  }
}
