package io.crossdock.connector.erpus;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendClient;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.connector.backend.BackendRequest;
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
  record Site(String location, int number, String currency, long readAtNanos) {}

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
    BackendData data = found.getFirst();
    Site site =
        new Site(
            location,
            Math.toIntExact(data.integer("siteId")),
            data.text("currency"),
            System.nanoTime());
    sites.put(location, site);
    return site;
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
    return call(post("/onhand/query", body).asRead().about("location"));
  }

  static FailureException notFound(String resource) {
    return new FailureException(
        Failure.of(Reason.REASON_NOT_FOUND, "There is no such " + resource + ".")
            .with("resource", resource));
  }
}
