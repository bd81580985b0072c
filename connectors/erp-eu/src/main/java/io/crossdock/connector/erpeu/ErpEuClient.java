package io.crossdock.connector.erpeu;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendAnswer;
import io.crossdock.connector.backend.BackendClient;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
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
  record Plant(
      String location,
      String number,
      String name,
      String country,
      String currency,
      ZoneId zone,
      long readAtNanos) {}

  /**
   * Some of the ERP's plants.
   *
   * @param next skip token of the next page; empty on the last
   */
  record Plants(List<Plant> plants, String next) {}

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
    found.getFirst().expectEcho("StoreID", location, "store");
    Plant plant = plant(found.getFirst());
    plants.put(location, plant);
    return plant;
  }

  private static Plant plant(BackendData data) {
    return new Plant(
        data.text("StoreID"),
        data.text("Plant"),
        data.optionalText("PlantName"),
        data.optionalText("Country"),
        data.text("Currency"),
        zone(data),
        System.nanoTime());
  }

  private static ZoneId zone(BackendData data) {
    try {
      return ZoneId.of(data.text("TimeZone"));
    } catch (DateTimeException e) {
      throw data.invalid("TimeZone", "a time zone by its IANA name");
    }
  }

  /**
   * Plants by number.
   *
   * @param locations only those of these stores; empty means all
   */
  Plants plants(List<String> locations, int size, String skipToken) throws InterruptedException {
    String filter =
        String.join(" or ", locations.stream().map(each -> "StoreID eq " + quoted(each)).toList());
    Rows rows =
        rows(
            get("/API_PLANT_SRV/A_Plant")
                .about("location")
                .query("$filter", filter)
                .query("$top", Integer.toString(size))
                .query("$skiptoken", skipToken));
    return new Plants(
        io.crossdock.connector.backend.Rows.readable(rows.rows(), ErpEuClient::plant, _ -> {}),
        rows.next());
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
      List<BackendData> found = byReference(entitySet, reference);
      if (found.isEmpty()) {
        throw e;
      }
      if (!found.getFirst().holds(body)) {
        throw Canonical.requestIdReused();
      }
      return found.getFirst();
    }
  }

  /** The documents with a reference: one, or none. */
  List<BackendData> byReference(String entitySet, String reference) throws InterruptedException {
    return rows(get(entitySet).query("$filter", "ExternalReference eq " + quoted(reference)))
        .rows();
  }
}
