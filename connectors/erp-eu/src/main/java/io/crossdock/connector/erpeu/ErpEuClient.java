package io.crossdock.connector.erpeu;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendAnswer;
import io.crossdock.connector.backend.BackendClient;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ERP's OData services: collections with their pages, plants, documents by their references.
 */
final class ErpEuClient {

  static final String SYSTEM = "erp-eu";

  private static final String ROOT = "/sap/opu/odata4";
  private static final Pattern SKIP_TOKEN = Pattern.compile("[?&](?:\\$|%24)skiptoken=([^&]*)");
  // Plants are master data; a new store is known at once, a changed one after this.
  private static final Duration PLANT_LIFE = Duration.ofMinutes(10);

  private final BackendClient backend;
  private final ConcurrentHashMap<String, Plant> plants = new ConcurrentHashMap<>();

  /**
   * A store as the ERP knows it.
   *
   * @param location the store's id in the contract
   * @param number the plant's number
   */
  record Plant(String location, String number, String country, String currency, long readAtNanos) {}

  /**
   * Rows of a collection.
   *
   * @param next skip token of the next page; empty on the last
   */
  record Rows(List<BackendData> rows, String next) {}

  ErpEuClient(BackendClient backend) {
    this.backend = backend;
  }

  /** One entity or the result of an action. */
  BackendAnswer send(BackendRequest request) throws InterruptedException {
    return backend.send(request);
  }

  static BackendRequest get(String template, String... values) {
    return BackendRequest.get(ROOT + template, values);
  }

  static BackendRequest post(String template, JsonNode body, String... values) {
    return BackendRequest.post(ROOT + template, values).json(body);
  }

  /** A page of a collection. */
  Rows rows(BackendRequest request) throws InterruptedException {
    BackendData data = backend.send(request).data();
    String link = data.optionalText("@odata.nextLink");
    if (link.isEmpty()) {
      return new Rows(data.list("value"), "");
    }
    Matcher token = SKIP_TOKEN.matcher(link);
    if (!token.find()) {
      throw data.invalid("@odata.nextLink", "a link with $skiptoken");
    }
    return new Rows(data.list("value"), URLDecoder.decode(token.group(1), StandardCharsets.UTF_8));
  }

  /**
   * The plant of a store.
   *
   * @throws FailureException NOT_FOUND when it is none of this ERP's
   */
  Plant plant(String location) throws InterruptedException {
    Plant known = plants.get(location);
    if (known != null && System.nanoTime() - known.readAtNanos < PLANT_LIFE.toNanos()) {
      return known;
    }
    List<BackendData> found =
        rows(get("/API_PLANT_SRV/A_Plant").query("$filter", "StoreID eq " + quoted(location)))
            .rows();
    if (found.isEmpty()) {
      throw notFound("location");
    }
    BackendData data = found.getFirst();
    Plant plant =
        new Plant(
            location,
            data.text("Plant"),
            data.optionalText("Country"),
            data.text("Currency"),
            System.nanoTime());
    plants.put(location, plant);
    return plant;
  }

  /** The material of an item. */
  static String material(String itemId) {
    return ErpEuCodes.material(itemId).orElseThrow(() -> notFound("item"));
  }

  /** A text as a literal of a filter. */
  static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  static FailureException notFound(String resource) {
    return new FailureException(
        Failure.of(Reason.REASON_NOT_FOUND, "There is no such " + resource + ".")
            .with("resource", resource));
  }

  /**
   * Writes a document once. The ERP knows no idempotency key; it refuses a second document with the
   * same reference, and the first one is then the answer.
   *
   * @param entitySet path of the documents' collection
   * @param body the document, with {@code ExternalReference}
   */
  BackendData create(String entitySet, JsonNode body) throws InterruptedException {
    try {
      return send(post(entitySet, body).about("location")).data();
    } catch (FailureException e) {
      if (e.failure().reason() != Reason.REASON_ALREADY_EXISTS) {
        throw e;
      }
      String reference = body.path("ExternalReference").asText();
      List<BackendData> found =
          rows(get(entitySet).query("$filter", "ExternalReference eq " + quoted(reference))).rows();
      if (found.isEmpty()) {
        throw e;
      }
      return found.getFirst();
    }
  }
}
