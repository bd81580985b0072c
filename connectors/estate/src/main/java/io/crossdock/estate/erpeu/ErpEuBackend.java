package io.crossdock.estate.erpeu;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.estate.backend.Answer;
import io.crossdock.estate.backend.Backend;
import io.crossdock.estate.backend.Body;
import io.crossdock.estate.backend.Endpoints;
import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.backend.Request;
import io.crossdock.estate.erp.OrderBook;
import io.crossdock.estate.erp.StockBook;
import io.crossdock.estate.erp.StockBook.Bucket;
import io.crossdock.estate.erp.StockBook.Reservation;
import io.crossdock.estate.erp.StockBook.Row;
import io.crossdock.estate.erp.StockBook.Status;
import io.crossdock.estate.world.Bounded;
import io.crossdock.estate.world.EstateClock;
import io.crossdock.estate.world.World;
import io.crossdock.estate.world.World.Item;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The European ERP: OData v4 with SAP's names, decimal strings, ETags, and references that must be
 * unique instead of idempotency keys.
 */
public final class ErpEuBackend implements Backend {

  private static final int MAX_TOP = 1000;
  private static final int FIRST_RESERVATION = 30_041;
  private static final long MAX_VALIDITY_SECONDS = 2_592_000;
  private static final Duration VALIDITY = Duration.ofMinutes(15);
  private static final int KEPT = 20_000;
  private static final Pattern STOCK_KEY =
      Pattern.compile("(Material|Plant)='([0-9]+)',(Material|Plant)='([0-9]+)'");
  private static final List<String> CITIES =
      List.of(
          "Berlin Mitte",
          "Hamburg",
          "Wien",
          "Lyon",
          "Madrid",
          "Milano",
          "Utrecht",
          "Gent",
          "Aarhus",
          "Praha");
  private static final List<String> COUNTRIES =
      List.of("DE", "DE", "AT", "FR", "ES", "IT", "NL", "BE", "DK", "CZ");
  private static final List<String> ZONES =
      List.of(
          "Europe/Berlin",
          "Europe/Berlin",
          "Europe/Vienna",
          "Europe/Paris",
          "Europe/Madrid",
          "Europe/Rome",
          "Europe/Amsterdam",
          "Europe/Brussels",
          "Europe/Copenhagen",
          "Europe/Prague");

  private final EstateClock clock;
  private final StockBook stock;
  private final OrderBook orders;
  private final Map<String, ObjectNode> movements = new Bounded<>(KEPT);
  private final Map<String, ObjectNode> counts = new Bounded<>(KEPT);
  private final Map<String, Action> actions = new Bounded<>(KEPT);
  private long lastMovement;
  private long lastCount;

  private final Endpoints routes =
      new Endpoints()
          .get("/API_MATERIAL_STOCK_SRV/A_MaterialStock", this::stocks)
          .get("/API_MATERIAL_STOCK_SRV/A_MaterialStock({key})", this::stockByKey)
          .get("/API_PLANT_SRV/A_Plant", this::plants)
          .get(
              "/API_PLANT_SRV/A_Plant('{plant}')",
              request -> Answer.ok(plant(store(request.variable("plant")))))
          .get("/API_RESERVATION_DOCUMENT_SRV/A_ReservationDocumentHeader", this::reservations)
          .post("/API_RESERVATION_DOCUMENT_SRV/A_ReservationDocumentHeader", this::reserve)
          .get(
              "/API_RESERVATION_DOCUMENT_SRV/A_ReservationDocumentHeader('{id}')",
              request -> entity(json(reservation(request))))
          .post(
              "/API_RESERVATION_DOCUMENT_SRV/A_ReservationDocumentHeader('{id}')/Commit",
              this::commit)
          .post(
              "/API_RESERVATION_DOCUMENT_SRV/A_ReservationDocumentHeader('{id}')/Withdraw",
              this::withdraw)
          .post(
              "/API_RESERVATION_DOCUMENT_SRV/A_ReservationDocumentHeader('{id}')/GoodsIssue",
              this::goodsIssue)
          .get(
              "/API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentHeader",
              request ->
                  documents(request, "A_MaterialDocumentHeader", "MaterialDocument", movements))
          .post("/API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentHeader", this::move)
          .get(
              "/API_PHYSICAL_INVENTORY_SRV/A_PhysInventoryDocHeader",
              request ->
                  documents(
                      request, "A_PhysInventoryDocHeader", "PhysicalInventoryDocument", counts))
          .post("/API_PHYSICAL_INVENTORY_SRV/A_PhysInventoryDocHeader", this::count)
          .get("/API_PRODUCT_SRV/A_Product", this::products)
          .get(
              "/API_PRODUCT_SRV/A_Product('{material}')",
              request -> Answer.ok(product(World.item(item(request.variable("material"))))))
          .get("/API_SLSPRICINGCONDITIONRECORD_SRV/A_SlsPrcgCondition", this::prices)
          .get("/API_SALES_ORDER_SRV/A_SalesOrder", this::salesOrders)
          .post("/API_SALES_ORDER_SRV/A_SalesOrder", this::placeOrder)
          .get("/API_SALES_ORDER_SRV/A_SalesOrder('{id}')", request -> entity(json(order(request))))
          .post("/API_SALES_ORDER_SRV/A_SalesOrder('{id}')/CancelItem", this::cancelItem);

  public ErpEuBackend(EstateClock clock) {
    this.clock = clock;
    this.stock = new StockBook(clock, FIRST_RESERVATION);
    this.orders = new OrderBook(clock, 12_345);
    reset();
  }

  @Override
  public String name() {
    return "erp-eu";
  }

  @Override
  public String basePath() {
    return "/erp-eu/sap/opu/odata4";
  }

  @Override
  public Endpoints routes() {
    return routes;
  }

  @Override
  public void admit(Request request) {
    stock.settle();
  }

  @Override
  public Answer tell(Refusal refusal) {
    String code =
        refusal.code(
            switch (refusal.status()) {
              case 400, 415 -> "/IWBEP/CM_MGW_RT/020";
              case 404 -> "/IWBEP/CM_MGW_RT/004";
              case 412 -> "/IWBEP/CM_MGW_RT/412";
              case 428 -> "/IWBEP/CM_MGW_RT/428";
              default -> "HTTP/" + refusal.status();
            });
    ObjectNode error = JsonNodes.object("code", code, "message", refusal.text());
    if (refusal.target() != null) {
      error.put("target", refusal.target());
    }
    error.setAll(refusal.data());
    return new Answer(refusal.status(), JsonNodes.object("error", error), refusal.headers());
  }

  @Override
  public void reset() {
    stock.reset(FIRST_RESERVATION);
    orders.reset();
    movements.clear();
    counts.clear();
    actions.clear();
    lastMovement = 4_900_000_122L;
    lastCount = 100_000_000L;
  }

  // Keys and values.

  private static String material(int item) {
    return String.format(Locale.ROOT, "%018d", item);
  }

  private static String plantOf(int store) {
    return Integer.toString(1000 + 10 * store);
  }

  private static OptionalInt itemOf(String material) {
    return material.matches("0{9}[0-9]{9}")
        ? World.number(material.replaceFirst("^0+(?=.)", ""), World.FIRST, World.LAST_ITEM)
        : OptionalInt.empty();
  }

  private static int item(String material) {
    return itemOf(material)
        .orElseThrow(() -> Refusal.of(404, "material " + material + " does not exist"));
  }

  private static OptionalInt storeOf(String plant) {
    OptionalInt number = World.number(plant, 1010, 1000 + 10 * World.EU_STORES);
    return number.isPresent() && number.getAsInt() % 10 == 0
        ? OptionalInt.of((number.getAsInt() - 1000) / 10)
        : OptionalInt.empty();
  }

  private static int store(String plant) {
    return storeOf(plant).orElseThrow(() -> Refusal.of(404, "plant " + plant + " does not exist"));
  }

  private static Refusal notKept(int item, int store, int status) {
    return Refusal.of(
        status, "M3/305", "Material " + item + " not maintained in plant " + plantOf(store));
  }

  private static String quantity(BigDecimal value) {
    return value.setScale(3, RoundingMode.HALF_UP).toPlainString();
  }

  private static String amount(BigDecimal value) {
    return value.setScale(2, RoundingMode.HALF_UP).toPlainString();
  }

  private static String unit(int item) {
    return World.weighed(item) ? "KG" : "ST";
  }

  private static void checkUnit(Body body, String field, int item) {
    Optional<String> unit = body.optional(field);
    if (unit.isPresent() && !unit.get().equals(unit(item))) {
      throw Refusal.field(body.path(field), unit.get() + " (expected: " + unit(item) + ")");
    }
  }

  private static BigDecimal positive(Body body, String field) {
    BigDecimal value =
        body.decimal(field).orElseThrow(() -> Refusal.field(body.path(field), "missing"));
    if (value.signum() <= 0) {
      throw Refusal.field(body.path(field), value + " (expected: more than 0)");
    }
    return value;
  }

  private static Answer entity(ObjectNode entity) {
    return Answer.ok(entity).header("ETag", entity.path("@odata.etag").asText());
  }

  private static String etag(long version) {
    return "W/\"" + version + "\"";
  }

  private static void checkMatch(Request request, long version) {
    String expected = request.header("If-Match");
    if (expected.isEmpty()) {
      throw Refusal.of(428, "If-Match is required");
    }
    if (!expected.equals("*") && !expected.equals(etag(version))) {
      throw Refusal.of(412, "the document has changed");
    }
  }

  // Collections.

  /**
   * Answers one page.
   *
   * @param key field that tells rows apart
   * @param rows gives the rows behind a key in their order; all for the empty one
   */
  private Answer collection(
      Request request,
      String set,
      ODataFilter filter,
      String key,
      Function<String, Stream<ObjectNode>> rows) {
    request.allowQuery("$filter", "$top", "$skiptoken", "$expand", "$count", "$format");
    int top = request.query("$top", MAX_TOP, 0, MAX_TOP);
    String after = request.query("$skiptoken").map(ErpEuBackend::fromToken).orElse("");
    List<ObjectNode> found = rows.apply(after).filter(filter).limit(top + 1L).toList();
    List<ObjectNode> page = found.size() > top ? found.subList(0, top) : found;
    ObjectNode body = JsonNodes.object("@odata.context", "$metadata#" + set);
    if (request.query("$count").orElse("false").equals("true")) {
      body.put("@odata.count", rows.apply("").filter(filter).count());
    }
    body.set("value", JsonNodes.array(page));
    if (found.size() > top && top > 0) {
      body.put(
          "@odata.nextLink",
          set + "?" + query(request) + "$skiptoken=" + toToken(page.getLast().path(key).asText()));
    }
    return Answer.ok(body);
  }

  private static String query(Request request) {
    StringBuilder query = new StringBuilder();
    request
        .query()
        .forEach((name, values) -> {
          if (!name.equals("$skiptoken")) {
            query
                .append(name)
                .append('=')
                .append(URLEncoder.encode(values.getFirst(), UTF_8))
                .append('&');
          }
        });
    return query.toString();
  }

  private static String toToken(String key) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(("after:" + key).getBytes(UTF_8));
  }

  private static String fromToken(String token) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(token), UTF_8);
      if (text.startsWith("after:")) {
        return text.substring(6);
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw Refusal.field("$skiptoken", "not one of ours");
  }

  /** The items that a filter can mean, behind a material number. */
  private static IntStream items(ODataFilter filter, String field, String after) {
    int from = itemOf(after).orElse(World.FIRST - 1) + 1;
    Optional<Set<String>> wanted = filter.values(field);
    return wanted.isEmpty()
        ? IntStream.rangeClosed(from, World.LAST_ITEM)
        : wanted.get().stream()
            .map(ErpEuBackend::itemOf)
            .flatMapToInt(OptionalInt::stream)
            .filter(item -> item >= from)
            .sorted();
  }

  private static Stream<ObjectNode> behind(
      String after, String key, Stream<ObjectNode> newestFirst) {
    return newestFirst.filter(
        row -> after.isEmpty() || row.path(key).asText().compareTo(after) < 0);
  }

  // Stock.

  private static final int MAX_PLANTS = 100;
  private static final Set<String> STOCK_FIELDS =
      Set.of(
          "Material",
          "Plant",
          "UnrestrictedStock",
          "LastChangeDateTime",
          "StockChangeDateTime",
          "ReservationChangeDateTime");

  private Answer stocks(Request request) {
    ODataFilter filter = ODataFilter.parse(request.query("$filter"), STOCK_FIELDS);
    if (filter.fixed("Plant").isEmpty() && filter.fixed("Material").isPresent()) {
      return stocksOfMaterial(request, filter);
    }
    int store =
        storeOf(filter.fixed("Plant").orElseThrow(() -> Refusal.field("$filter", "must fix Plant")))
            .orElseThrow(() -> Refusal.of(404, "plant does not exist"));
    Set<String> expand = expand(request);
    // Nothing computed changes after the start, so later changes are among the written rows.
    boolean recent =
        filter
            .least("LastChangeDateTime")
            .filter(since -> since.isAfter(clock.day(0, 0)))
            .isPresent();
    return collection(
        request,
        "A_MaterialStock",
        filter,
        "Material",
        after ->
            recent
                ? stock.changedRows(store).stream()
                    .filter(row -> after.isEmpty() || material(row.item).compareTo(after) > 0)
                    .map(row -> json(row, expand))
                : items(filter, "Material", after)
                    .filter(item -> World.keeps(item, store))
                    .mapToObj(item -> json(stock.row(item, store), expand)));
  }

  /** One material in several plants. */
  private Answer stocksOfMaterial(Request request, ODataFilter filter) {
    Set<String> expand = expand(request);
    Set<String> plants =
        filter
            .values("Plant")
            .filter(some -> some.size() <= MAX_PLANTS)
            .orElseThrow(() -> Refusal.field("$filter", "must name at most 100 plants"));
    OptionalInt item = itemOf(filter.fixed("Material").orElse(""));
    return collection(
        request,
        "A_MaterialStock",
        filter,
        "Plant",
        after ->
            item.stream()
                .boxed()
                .flatMap(each ->
                    plants.stream()
                        .filter(plant -> after.isEmpty() || plant.compareTo(after) > 0)
                        .sorted()
                        .flatMapToInt(plant -> storeOf(plant).stream())
                        .filter(store -> World.keeps(each, store))
                        .mapToObj(store -> json(stock.row(each, store), expand))));
  }

  private static Set<String> expand(Request request) {
    Set<String> expand = new HashSet<>();
    for (String name :
        request.query("$expand").map(text -> text.split(",", -1)).orElse(new String[0])) {
      if (!Set.of("to_StorageLocation", "to_PlannedReceipt").contains(name)) {
        throw Refusal.field("$expand", name + " (expected: to_StorageLocation, to_PlannedReceipt)");
      }
      expand.add(name);
    }
    return expand;
  }

  private Answer stockByKey(Request request) {
    request.allowQuery("$expand", "$format");
    Matcher key = STOCK_KEY.matcher(request.variable("key"));
    if (!key.matches() || key.group(1).equals(key.group(3))) {
      throw Refusal.of(
          400, "key " + request.variable("key") + " (expected: Material='…',Plant='…')");
    }
    boolean materialFirst = key.group(1).equals("Material");
    int item = item(key.group(materialFirst ? 2 : 4));
    int store = store(key.group(materialFirst ? 4 : 2));
    if (!World.keeps(item, store)) {
      throw notKept(item, store, 404);
    }
    return entity(json(stock.row(item, store), expand(request)));
  }

  private static ObjectNode json(Row row, Set<String> expand) {
    BigDecimal shelf = row.figure(Bucket.UNRESTRICTED);
    ObjectNode json =
        JsonNodes.object(
            "@odata.etag", etag(row.version),
            "Material", material(row.item),
            "Plant", plantOf(row.store),
            "MaterialBaseUnit", unit(row.item),
            "UnrestrictedStock", quantity(shelf),
            "QualityInspectionStock", quantity(row.figure(Bucket.QUALITY)),
            "BlockedStock", quantity(row.figure(Bucket.BLOCKED)),
            "ReturnsStock", quantity(row.figure(Bucket.RETURNS)),
            "ReservedQuantity", quantity(row.reserved),
            "DeliveryQuantity", quantity(row.picking),
            "SafetyStock", quantity(row.figure(Bucket.SAFETY)),
            "StockInTransfer", quantity(row.figure(Bucket.TRANSFER)),
            "PurchaseOrderQuantity", quantity(row.figure(Bucket.ON_ORDER)),
            "BackorderAllowed", row.backorderable(),
            "LastChangeDateTime", row.changedAt(),
            "StockChangeDateTime", row.stockChanged,
            "ReservationChangeDateTime", row.reservationChanged);
    if (expand.contains("to_StorageLocation")) {
      // A bit more than two thirds are on the shop floor, the rest is in the back room.
      BigDecimal back = shelf.multiply(new BigDecimal("0.3")).setScale(0, RoundingMode.FLOOR);
      json.set(
          "to_StorageLocation",
          JsonNodes.array(
              List.of(
                  JsonNodes.object(
                      "StorageLocation",
                      "0001",
                      "UnrestrictedStock",
                      quantity(shelf.subtract(back))),
                  JsonNodes.object(
                      "StorageLocation", "0002", "UnrestrictedStock", quantity(back)))));
    }
    if (expand.contains("to_PlannedReceipt")) {
      json.set(
          "to_PlannedReceipt",
          JsonNodes.array(
              row.receipt.signum() == 0
                  ? List.of()
                  : List.of(
                      JsonNodes.object(
                          "ReceiptDate",
                          row.receiptDay,
                          "PlannedQuantity",
                          quantity(row.receipt)))));
    }
    return json;
  }

  // Plants.

  private Answer plants(Request request) {
    ODataFilter filter =
        ODataFilter.parse(request.query("$filter"), Set.of("Plant", "StoreID", "Country"));
    return collection(
        request,
        "A_Plant",
        filter,
        "Plant",
        after ->
            IntStream.rangeClosed(1, World.EU_STORES)
                .filter(store -> plantOf(store).compareTo(after) > 0)
                .mapToObj(ErpEuBackend::plant));
  }

  private static ObjectNode plant(int store) {
    int city = (store - 1) % CITIES.size();
    return JsonNodes.object(
        "Plant", plantOf(store),
        "PlantName", CITIES.get(city) + " " + (1 + (store - 1) / CITIES.size()),
        "StoreID", World.storeId("EU", store),
        "Country", COUNTRIES.get(city),
        "TimeZone", ZONES.get(city),
        "Currency", "EUR");
  }

  // Reservations.

  private Answer reserve(Request request) {
    Body body = request.json();
    String reference = body.optional("ExternalReference").orElse("");
    int store = store(body.text("Plant"));
    String order = body.optional("ReferenceDocument").orElse("");
    long seconds =
        body.integer("ValiditySeconds", 1, MAX_VALIDITY_SECONDS).orElse(VALIDITY.toSeconds());
    boolean partial = body.bool("PartialConfirmation").orElse(false);
    List<StockBook.Wish> wishes = new ArrayList<>();
    for (Body each : body.list("_Item", 200)) {
      int item = item(each.text("Material"));
      checkUnit(each, "EntryUnit", item);
      wishes.add(
          new StockBook.Wish(
              each.text("ReservationItem"), item, positive(each, "RequestedQuantity")));
      each.end();
    }
    body.end();
    if (wishes.isEmpty()) {
      throw Refusal.field("_Item", "empty");
    }
    if (wishes.stream().map(StockBook.Wish::lineId).distinct().count() < wishes.size()) {
      throw Refusal.field("_Item", "the same ReservationItem twice");
    }
    stock.reservation(reference).ifPresent(known -> exists(reservationNumber(known)));
    try {
      Reservation made =
          stock.reserve(store, reference, order, wishes, Duration.ofSeconds(seconds), partial);
      ObjectNode json = json(made);
      return Answer.created(json).header("ETag", json.path("@odata.etag").asText());
    } catch (StockBook.UnmetException e) {
      throw deficit(e.unmet(), store);
    }
  }

  private static void exists(String number) {
    throw Refusal.of(409, "SY/530", "a document with this reference exists")
        .with(details("SY/530", "the existing document", number));
  }

  private static ObjectNode details(String code, String message, String target) {
    return JsonNodes.object(
        "details", List.of(JsonNodes.object("code", code, "message", message, "target", target)));
  }

  private static Refusal deficit(List<StockBook.Unmet> unmet, int store) {
    List<ObjectNode> details = new ArrayList<>();
    for (StockBook.Unmet each : unmet) {
      Refusal one = deficit(each, store);
      details.add(
          JsonNodes.object(
              "code",
              one.code(""),
              "message",
              one.text(),
              "target",
              "_Item(" + each.wish().lineId() + ")"));
    }
    StockBook.Unmet first = unmet.getFirst();
    return deficit(first, store)
        .at("_Item(" + first.wish().lineId() + ")")
        .with(JsonNodes.object("details", details));
  }

  private static Refusal deficit(StockBook.Unmet each, int store) {
    int item = each.wish().item();
    if (each.reason() == StockBook.Shortage.NOT_KEPT) {
      return notKept(item, store, 400);
    }
    String missing = quantity(each.wish().quantity().subtract(each.available()));
    return Refusal.of(
        400,
        "M7/021",
        "Deficit of BA Unrestricted-use "
            + missing
            + " "
            + unit(item)
            + ": "
            + item
            + " "
            + plantOf(store));
  }

  private Answer reservations(Request request) {
    ODataFilter filter =
        ODataFilter.parse(
            request.query("$filter"),
            Set.of(
                "Reservation",
                "ExternalReference",
                "ReferenceDocument",
                "Plant",
                "ReservationStatus"));
    Optional<String> reference = filter.fixed("ExternalReference");
    Stream<Reservation> all =
        reference.isPresent()
            ? stock.reservation(reference.get()).stream()
            : new ArrayList<>(stock.reservations()).reversed().stream();
    List<ObjectNode> rows = all.map(ErpEuBackend::json).toList();
    return collection(
        request,
        "A_ReservationDocumentHeader",
        filter,
        "Reservation",
        after -> behind(after, "Reservation", rows.stream()));
  }

  private Reservation reservation(Request request) {
    String id = request.variable("id");
    OptionalInt number =
        id.matches("[0-9]{10}")
            ? World.number(id.replaceFirst("^0+(?=.)", ""), 1, 999_999_999)
            : OptionalInt.empty();
    return number.stream()
        .mapToObj(stock::reservation)
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(() -> Refusal.of(404, "reservation " + id + " does not exist"));
  }

  private static String reservationNumber(Reservation reservation) {
    return String.format(Locale.ROOT, "%010d", reservation.number);
  }

  private static String status(Status status) {
    return switch (status) {
      case HELD -> "A";
      case COMMITTED -> "B";
      case RELEASED -> "C";
      case ISSUED -> "D";
      case LAPSED -> "X";
    };
  }

  private static ObjectNode json(Reservation reservation) {
    List<ObjectNode> items = new ArrayList<>();
    for (StockBook.Line line : reservation.lines) {
      ObjectNode item =
          JsonNodes.object(
              "ReservationItem", line.id,
              "Material", material(line.item),
              "RequestedQuantity", quantity(line.requested),
              "ConfirmedQuantity", quantity(line.held),
              "WithdrawnQuantity", quantity(line.issued),
              "ReturnedQuantity", quantity(line.returned()),
              "EntryUnit", unit(line.item));
      if (line.shortage != null) {
        item.put(
            "RejectionReason", line.shortage == StockBook.Shortage.NOT_KEPT ? "M3/305" : "M7/021");
      }
      items.add(item);
    }
    return JsonNodes.object(
        "@odata.etag",
        etag(reservation.version),
        "Reservation",
        reservationNumber(reservation),
        "ExternalReference",
        reservation.reference,
        "Plant",
        plantOf(reservation.store),
        "ReferenceDocument",
        reservation.order,
        "ReservationStatus",
        status(reservation.status),
        "CreationDateTime",
        reservation.createdAt,
        "LastChangeDateTime",
        reservation.updatedAt,
        "ValidityEndDateTime",
        reservation.validUntil,
        "_Item",
        items);
  }

  private static Refusal state(Reservation reservation) {
    if (reservation.status == Status.LAPSED) {
      return Refusal.of(410, "M7/311", "the validity of the reservation has ended")
          .with(details("M7/311", "state", "X"));
    }
    String state = status(reservation.status);
    return Refusal.of(409, "M7/310", "not possible in status " + state)
        .with(details("M7/310", "state", state));
  }

  /** An action on a reservation that has a reference: what it was asked for, and its answer. */
  private record Action(JsonNode body, ObjectNode answer) {}

  /** Does an action once per reference, and answers it again with its first answer. */
  private Answer once(
      Reservation reservation, String action, Body body, Supplier<ObjectNode> work) {
    String reference = body.optional("ExternalReference").orElse("");
    body.end();
    if (reference.isEmpty()) {
      return entity(work.get());
    }
    String name = reservation.number + "/" + action + "/" + reference;
    Action before = actions.get(name);
    if (before == null) {
      ObjectNode answer = work.get();
      actions.put(name, new Action(body.node(), answer));
      return entity(answer);
    }
    if (!before.body().equals(body.node())) {
      throw Refusal.of(409, "SY/531", "the reference was used for another action");
    }
    return entity(before.answer());
  }

  private Answer commit(Request request) {
    Reservation reservation = reservation(request);
    Body body = request.json();
    Optional<String> order = body.optional("ReferenceDocument");
    return once(
        reservation,
        "Commit",
        body,
        () -> {
          checkMatch(request, reservation.version);
          switch (reservation.status) {
            case HELD -> stock.commit(reservation, order.orElse(null));
            case COMMITTED -> {
              if (order.isPresent() && !order.get().equals(reservation.order)) {
                throw state(reservation);
              }
            }
            case RELEASED, ISSUED, LAPSED -> throw state(reservation);
          }
          return json(reservation);
        });
  }

  private Answer withdraw(Request request) {
    Reservation reservation = reservation(request);
    Body body = request.json();
    Map<String, Optional<BigDecimal>> parts = new LinkedHashMap<>();
    for (Body each : body.list("_Item", 200)) {
      String line = each.text("ReservationItem");
      parts.put(
          line, each.has("Quantity") ? Optional.of(positive(each, "Quantity")) : Optional.empty());
      each.end();
    }
    return once(
        reservation,
        "Withdraw",
        body,
        () -> {
          checkMatch(request, reservation.version);
          return withdrawn(reservation, parts);
        });
  }

  private ObjectNode withdrawn(Reservation reservation, Map<String, Optional<BigDecimal>> parts) {
    List<StockBook.Rejected> rejected =
        switch (reservation.status) {
          case HELD, COMMITTED -> stock.release(reservation, parts);
          case RELEASED, LAPSED -> List.of();
          case ISSUED -> throw state(reservation);
        };
    ObjectNode json = json(reservation);
    json.set(
        "_Rejected",
        JsonNodes.array(
            rejected.stream()
                .map(each ->
                    JsonNodes.object(
                        "ReservationItem",
                        each.lineId(),
                        "Material",
                        each.item() == 0 ? "" : material(each.item()),
                        "Quantity",
                        quantity(each.quantity()),
                        "Reason",
                        "M7/312"))
                .toList()));
    return json;
  }

  private Answer goodsIssue(Request request) {
    Reservation reservation = reservation(request);
    request.json().end();
    checkMatch(request, reservation.version);
    switch (reservation.status) {
      case HELD, COMMITTED -> stock.issue(reservation);
      case ISSUED -> {}
      case RELEASED, LAPSED -> throw state(reservation);
    }
    return entity(json(reservation));
  }

  // Movements and counts.

  private static final Map<String, Bucket> STOCK_TYPES =
      Map.of(
          "UNRESTRICTED", Bucket.UNRESTRICTED,
          "QUALITY", Bucket.QUALITY,
          "BLOCKED", Bucket.BLOCKED,
          "RETURNS", Bucket.RETURNS,
          "TRANSFER", Bucket.TRANSFER,
          "ON_ORDER", Bucket.ON_ORDER,
          "SAFETY", Bucket.SAFETY);

  private static Optional<Bucket> stockType(Body body, String field) {
    return body.word(field, STOCK_TYPES.keySet())
        .map(word -> Objects.requireNonNull(STOCK_TYPES.get(word)));
  }

  private static Optional<Bucket> countedType(Body body) {
    Set<String> words = new HashSet<>(STOCK_TYPES.keySet());
    words.add("TOTAL");
    return body.word("StockType", words).map(STOCK_TYPES::get);
  }

  private Answer move(Request request) {
    Body body = request.json();
    String reference = body.optional("ExternalReference").orElse("");
    int store = store(body.text("Plant"));
    body.time("DocumentDateTime");
    body.optional("ReferenceDocument");
    List<Body> items = body.list("_Item", 1);
    if (items.isEmpty()) {
      throw Refusal.field("_Item", "empty (expected: one item)");
    }
    Body line = items.getFirst();
    int item = item(line.text("Material"));
    String type = line.text("GoodsMovementType");
    if (!type.matches("[0-9]{3}")) {
      throw Refusal.field(line.path("GoodsMovementType"), type + " (expected: three digits)");
    }
    Bucket bucket =
        stockType(line, "StockType")
            .orElseThrow(() -> Refusal.field(line.path("StockType"), "missing"));
    Optional<Bucket> from = stockType(line, "IssuingStockType");
    BigDecimal moved =
        line.decimal("Quantity").orElseThrow(() -> Refusal.field(line.path("Quantity"), "missing"));
    checkUnit(line, "EntryUnit", item);
    line.optional("ReasonCode");
    line.end();
    body.end();
    if (!World.keeps(item, store)) {
      throw notKept(item, store, 400).at("_Item(1)");
    }
    existing(movements, reference)
        .ifPresent(known -> exists(known.path("MaterialDocument").asText()));
    if (stock.move(item, store, bucket, from.orElse(null), moved).isEmpty()) {
      throw Refusal.of(400, "M7/021", "Deficit of " + bucket + ": " + item + " " + plantOf(store))
          .at("_Item(1)");
    }
    String number = Long.toString(++lastMovement);
    ObjectNode document =
        JsonNodes.object(
            "MaterialDocument", number,
            "MaterialDocumentYear", Integer.toString(today().getYear()),
            "CreationDateTime", clock.instant());
    document.setAll(body.node());
    movements.put(reference.isEmpty() ? number : reference, document);
    return Answer.created(document);
  }

  private LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), clock.getZone());
  }

  private static Optional<ObjectNode> existing(
      Map<String, ObjectNode> documents, String reference) {
    return Optional.ofNullable(documents.get(reference));
  }

  private Answer count(Request request) {
    Body body = request.json();
    String reference = body.optional("ExternalReference").orElse("");
    int store = store(body.text("Plant"));
    int item = item(body.text("Material"));
    body.text("StockType");
    Optional<Bucket> bucket = countedType(body);
    BigDecimal counted =
        body.decimal("CountedQuantity")
            .orElseThrow(() -> Refusal.field("CountedQuantity", "missing"));
    checkUnit(body, "EntryUnit", item);
    Instant at = body.time("CountDateTime").orElseGet(clock::instant);
    body.optional("ReferenceDocument");
    body.end();
    if (counted.signum() < 0) {
      throw Refusal.field("CountedQuantity", counted + " (expected: 0 or more)");
    }
    if (!World.keeps(item, store)) {
      throw notKept(item, store, 400);
    }
    existing(counts, reference)
        .ifPresent(known -> exists(known.path("PhysicalInventoryDocument").asText()));
    StockBook.Count booked = stock.count(item, store, bucket.orElse(null), counted, at);
    if (booked == StockBook.Count.IMPOSSIBLE) {
      throw Refusal.of(
          400,
          "M7/021",
          "counted less than is blocked, in inspection or returned: "
              + item
              + " "
              + plantOf(store));
    }
    String number = Long.toString(++lastCount);
    ObjectNode document =
        JsonNodes.object(
            "PhysicalInventoryDocument",
            number,
            "Posted",
            booked == StockBook.Count.BOOKED,
            "CreationDateTime",
            clock.instant());
    document.setAll(body.node());
    counts.put(reference.isEmpty() ? number : reference, document);
    return Answer.created(document);
  }

  private Answer documents(
      Request request, String set, String key, Map<String, ObjectNode> documents) {
    ODataFilter filter =
        ODataFilter.parse(
            request.query("$filter"),
            Set.of(key, "ExternalReference", "Plant", "ReferenceDocument"));
    List<ObjectNode> newestFirst = new ArrayList<>(documents.values()).reversed();
    return collection(request, set, filter, key, after -> behind(after, key, newestFirst.stream()));
  }

  // Materials and prices.

  private static final Set<String> PRODUCT_FIELDS =
      Set.of(
          "Product",
          "ProductOldID",
          "ProductStandardID",
          "StyleNumber",
          "ProductName",
          "Brand",
          "ProductHierarchy",
          "CrossPlantStatus",
          "LastChangeDateTime",
          "Plant");

  private Answer products(Request request) {
    ODataFilter filter = ODataFilter.parse(request.query("$filter"), PRODUCT_FIELDS);
    Optional<String> plant = filter.fixed("Plant");
    OptionalInt store =
        plant.isPresent() ? OptionalInt.of(store(plant.get())) : OptionalInt.empty();
    Optional<Set<String>> gtins = filter.values("ProductStandardID");
    Optional<Set<String>> styles = filter.values("StyleNumber");
    return collection(
        request,
        "A_Product",
        filter,
        "Product",
        after -> {
          IntStream items = items(filter, "Product", after);
          if (gtins.isPresent()) {
            Set<Integer> wanted = new HashSet<>();
            gtins.get().forEach(gtin -> World.itemOfGtin(gtin).ifPresent(wanted::add));
            items = items.filter(wanted::contains);
          }
          if (styles.isPresent()) {
            items =
                items.filter(item ->
                    styles.get().contains(Integer.toString(500 + (item - World.FIRST) / 4)));
          }
          return items
              .filter(item -> store.isEmpty() || World.keeps(item, store.getAsInt()))
              .mapToObj(item -> product(World.item(item)))
              .map(row -> plant.isPresent() ? row.put("Plant", plant.get()) : row);
        });
  }

  private ObjectNode product(Item item) {
    return JsonNodes.object(
        "Product", material(item.number()),
        "ProductOldID", "SKU-" + item.number(),
        "ProductStandardID", World.gtin(item.number()),
        "StyleNumber", Integer.toString(item.style()),
        "ProductName", item.name(),
        "ProductDescription", item.receiptText(),
        "Brand", item.brand(),
        "ProductHierarchy", item.department() + "/" + item.section(),
        "Colour", item.colour(),
        "Size", item.size(),
        "CrossPlantStatus",
            switch (item.status()) {
              case ACTIVE -> "";
              case BLOCKED -> "01";
              case DISCONTINUED -> "02";
              case DRAFT -> "99";
            },
        "BaseUnit", unit(item.number()),
        "TaxClassification", item.reducedTax() ? "2" : "1",
        "MinimumAge", item.minimumAge(),
        "ReturnCode",
            switch (item.returns()) {
              case FULL -> "R";
              case EXCHANGE -> "X";
              case IF_FAULTY -> "F";
              case NONE -> "N";
            },
        "ReturnWindowDays", item.returns() == World.Returns.NONE ? 0 : 30,
        "ReturnPolicy", item.returns() == World.Returns.NONE ? "" : "RET-STD-30",
        "IsVariableMeasure", item.weighed(),
        "IsSerialised", item.serialised(),
        "LastChangeDateTime", clock.day(-30L - World.pick(item.number(), 51, 300), 4),
        "_UnitOfMeasure",
            List.of(
                JsonNodes.object(
                    "AlternativeUnit", "KAR",
                    "QuantityNumerator", Integer.toString(item.pack()),
                    "QuantityDenominator", "1")));
  }

  private Answer prices(Request request) {
    ODataFilter filter =
        ODataFilter.parse(
            request.query("$filter"),
            Set.of("Plant", "Material", "ConditionType", "ConditionRecord", "CustomerTier"));
    String plant =
        filter.fixed("Plant").orElseThrow(() -> Refusal.field("$filter", "must fix Plant"));
    store(plant);
    return collection(
        request,
        "A_SlsPrcgCondition",
        filter,
        "ConditionRecord",
        after -> {
          // The record's number begins with the material's, so that pages can go on from it.
          String from =
              after.isEmpty() ? "" : material(Integer.parseInt(after.substring(0, 9)) - 1);
          return items(filter, "Material", from)
              .boxed()
              .flatMap(item -> conditions(World.item(item), plant).stream())
              .filter(row -> row.path("ConditionRecord").asText().compareTo(after) > 0);
        });
  }

  private List<ObjectNode> conditions(Item item, String plant) {
    List<ObjectNode> rows = new ArrayList<>();
    if (item.status() == World.ItemStatus.DRAFT) {
      return rows;
    }
    LocalDate from = LocalDate.of(clock.startDay().getYear(), 1, 1);
    LocalDate open = LocalDate.of(9999, 12, 31);
    rows.add(condition(item, plant, 1, "PR00", item.priceCents(), "", "0.000", from, open));
    if (item.saleCents() > 0) {
      ObjectNode sale =
          condition(
              item,
              plant,
              2,
              "VKA0",
              item.saleCents(),
              "",
              "0.000",
              clock.startDay().minusDays(3),
              clock.startDay().plusDays(11));
      rows.add(sale.put("LowestPrice30Days", amount(World.cents(item.priceCents() * 95 / 100))));
    }
    if (item.number() % 10 == 2) {
      rows.add(
          condition(
              item, plant, 3, "ZMEM", item.priceCents() * 9 / 10, "GOLD", "0.000", from, open));
    }
    if (item.number() % 10 == 1) {
      rows.add(
          condition(item, plant, 4, "ZVOL", item.priceCents() * 95 / 100, "", "6.000", from, open));
    }
    return rows;
  }

  private static ObjectNode condition(
      Item item,
      String plant,
      int kind,
      String type,
      long cents,
      String tier,
      String minimum,
      LocalDate from,
      LocalDate until) {
    return JsonNodes.object(
        "ConditionRecord",
        String.format(Locale.ROOT, "%09d%d", item.number(), kind),
        "ConditionType",
        type,
        "Material",
        material(item.number()),
        "Plant",
        plant,
        "ConditionRateValue",
        amount(World.cents(cents)),
        "ConditionCurrency",
        "EUR",
        "ConditionQuantity",
        "1",
        "ConditionQuantityUnit",
        unit(item.number()),
        "MinimumQuantity",
        minimum,
        "CustomerTier",
        tier,
        "ConditionValidityStartDate",
        from,
        "ConditionValidityEndDate",
        until,
        "LowestPrice30Days",
        "",
        "TaxIncluded",
        true);
  }

  // Sales orders.

  private Answer placeOrder(Request request) {
    Body body = request.json();
    String id = body.text("PurchaseOrderByCustomer");
    int store = store(body.text("Plant"));
    String customer = body.optional("SoldToParty").orElse("");
    body.optional("LoyaltyMember");
    body.optional("SalesChannel");
    body.word("TransactionCurrency", Set.of("EUR"));
    Instant placedAt = body.time("CreationDateTime").orElseGet(clock::instant);
    boolean carryOut = body.bool("CarryOut").orElse(false);
    body.decimal("TotalGrossAmount");
    body.decimal("TotalDiscountAmount");
    body.decimal("TotalTaxAmount");
    BigDecimal total =
        body.decimal("TotalNetAmount")
            .orElseThrow(() -> Refusal.field("TotalNetAmount", "missing"));
    BigDecimal sum = body.decimal("TotalFeeAmount").orElse(BigDecimal.ZERO);
    List<OrderBook.Line> lines = new ArrayList<>();
    Map<String, Reservation> reservations = new LinkedHashMap<>();
    for (Body each : body.list("_Item", 500)) {
      OrderBook.Line line = orderLine(each, store);
      lines.add(line);
      sum = sum.add(line.net);
      each.optional("Reservation")
          .flatMap(number ->
              World.number(number.replaceFirst("^0+(?=.)", ""), 1, 999_999_999).stream()
                  .boxed()
                  .findFirst())
          .flatMap(stock::reservation)
          .ifPresent(reservation -> reservations.put(line.id, reservation));
      each.end();
    }
    for (Body each : body.list("_Payment", 20)) {
      each.text("PaymentID");
      each.text("PaymentType");
      each.decimal("Amount");
      each.optional("Reference");
      each.end();
    }
    body.end();
    if (lines.isEmpty() || sum.compareTo(total) != 0) {
      throw Refusal.of(
          400, "VF/001", "TotalNetAmount: " + total + " (expected: " + sum + ", items and fees)");
    }
    if (lines.stream().map(line -> line.id).distinct().count() < lines.size()) {
      throw Refusal.field("_Item", "the same SalesOrderItem twice");
    }
    orders.order(id).ifPresent(known -> exists(orderNumber(known)));
    OrderBook.Order order = orders.place(id, store, customer, placedAt, lines, body.node());
    if (carryOut) {
      orders.carryOut(order, stock, reservations);
    }
    ObjectNode json = json(order);
    return Answer.created(json).header("ETag", json.path("@odata.etag").asText());
  }

  private static OrderBook.Line orderLine(Body body, int store) {
    String id = body.text("SalesOrderItem");
    int item = item(body.text("Material"));
    if (!World.keeps(item, store)) {
      throw notKept(item, store, 400).at("_Item(" + id + ")");
    }
    BigDecimal ordered = positive(body, "RequestedQuantity");
    checkUnit(body, "RequestedQuantityUnit", item);
    body.decimal("NetPriceAmount");
    body.decimal("DiscountAmount");
    body.decimal("TaxAmount");
    BigDecimal net =
        body.decimal("NetAmount")
            .orElseThrow(() -> Refusal.field(body.path("NetAmount"), "missing"));
    return new OrderBook.Line(id, item, ordered, net);
  }

  private static String orderNumber(OrderBook.Order order) {
    return String.format(Locale.ROOT, "%010d", order.number);
  }

  private OrderBook.Order order(Request request) {
    String id = request.variable("id");
    return orders.newestFirst().stream()
        .filter(order -> orderNumber(order).equals(id))
        .findFirst()
        .orElseThrow(() -> Refusal.of(404, "sales order " + id + " does not exist"));
  }

  private static ObjectNode json(OrderBook.Order order) {
    OrderBook.Status status = order.status();
    boolean billed = status == OrderBook.Status.DONE;
    boolean cancelled = status == OrderBook.Status.CANCELLED;
    ObjectNode json =
        JsonNodes.object(
            "@odata.etag", etag(order.version),
            "SalesOrder", orderNumber(order),
            "OverallSDProcessStatus", cancelled ? "X" : billed ? "C" : order.shipped() ? "B" : "A",
            "OverallDeliveryStatus", cancelled ? "X" : billed ? "C" : order.shipped() ? "B" : "A",
            "OverallBillingStatus", cancelled ? "X" : billed ? "C" : "A",
            "AccountingDocument", billed ? String.format(Locale.ROOT, "94%08d", order.number) : "");
    json.setAll(order.sent.deepCopy());
    json.put("CreationDateTime", JsonNodes.time(order.placedAt));
    json.put("LastChangeDateTime", JsonNodes.time(order.updatedAt));
    ArrayNode items = JsonNodes.array(List.of());
    for (JsonNode sent : order.sent.path("_Item")) {
      OrderBook.Line line =
          order.lines.stream()
              .filter(each -> each.id.equals(sent.path("SalesOrderItem").asText()))
              .findFirst()
              .orElseThrow();
      ObjectNode item = sent.deepCopy();
      item.put("ConfirmedQuantity", quantity(line.ordered.subtract(line.cancelled)));
      item.put("DeliveredQuantity", quantity(line.shipped));
      item.put("CancelledQuantity", quantity(line.cancelled));
      items.add(item);
    }
    json.set("_Item", items);
    return json;
  }

  private Answer salesOrders(Request request) {
    ODataFilter filter =
        ODataFilter.parse(
            request.query("$filter"),
            Set.of(
                "SalesOrder",
                "PurchaseOrderByCustomer",
                "SoldToParty",
                "Plant",
                "OverallSDProcessStatus",
                "CreationDateTime"));
    Optional<String> id = filter.fixed("PurchaseOrderByCustomer");
    List<ObjectNode> rows =
        (id.isPresent() ? orders.order(id.get()).stream() : orders.newestFirst().stream())
            .map(ErpEuBackend::json)
            .toList();
    return collection(
        request,
        "A_SalesOrder",
        filter,
        "SalesOrder",
        after -> behind(after, "SalesOrder", rows.stream()));
  }

  private Answer cancelItem(Request request) {
    OrderBook.Order order = order(request);
    Body body = request.json();
    body.optional("ReasonCode");
    Map<String, Optional<BigDecimal>> parts = new LinkedHashMap<>();
    for (Body each : body.list("_Item", 500)) {
      String line = each.text("SalesOrderItem");
      parts.put(
          line, each.has("Quantity") ? Optional.of(positive(each, "Quantity")) : Optional.empty());
      each.end();
    }
    body.end();
    checkMatch(request, order.version);
    OrderBook.Cancellation cancelled = orders.cancel(order, parts);
    ObjectNode json = json(order);
    json.set(
        "_Rejected",
        JsonNodes.array(
            cancelled.rest().stream()
                .map(each ->
                    JsonNodes.object(
                        "SalesOrderItem", each.lineId(),
                        "Material", each.item() == 0 ? "" : material(each.item()),
                        "Quantity", quantity(each.quantity()),
                        "Reason", each.cause().name()))
                .toList()));
    json.put("RefundDueAmount", amount(cancelled.refund()));
    return entity(json);
  }
}
