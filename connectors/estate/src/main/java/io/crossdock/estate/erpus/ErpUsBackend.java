package io.crossdock.estate.erpus;

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
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The American ERP: remote procedures over HTTP, JSON numbers, epoch milliseconds, pages from 1,
 * and business errors in answers with status 200.
 */
public final class ErpUsBackend implements Backend {

  private static final int FIRST_SITE = 5001;
  private static final int FIRST_RESERVATION = 30_041;
  private static final int KEPT = 20_000;
  private static final Duration HOLD = Duration.ofMinutes(15);
  private static final BigDecimal MAX_HOLD_MINUTES = BigDecimal.valueOf(43_200);
  private static final List<String> CITIES =
      List.of(
          "Austin", "Boston", "Chicago", "Denver", "El Paso", "Fresno", "Gary", "Houston", "Irvine",
          "Juneau");
  private static final List<String> ZONES =
      List.of(
          "America/Chicago",
          "America/New_York",
          "America/Chicago",
          "America/Denver",
          "America/Denver",
          "America/Los_Angeles",
          "America/Chicago",
          "America/Chicago",
          "America/Los_Angeles",
          "America/Juneau");

  private final EstateClock clock;
  private final StockBook stock;
  private final OrderBook orders;
  private final Map<String, Remembered> remembered = new Bounded<>(KEPT);
  private long lastJournal;

  private final Endpoints routes =
      new Endpoints()
          .ask("/onhand/query", this::onhand)
          .get("/sites/{site}/onhand", this::siteOnhand)
          .get("/sites/{site}", request -> ok(site(site(request))))
          .get("/sites", this::sites)
          .post("/onhand/find", this::onhandAtSites)
          .post("/reservations", once(this::reserve))
          .get("/reservations", this::findReservations)
          .get("/reservations/{id}", request -> ok(json(reservation(request))))
          .post("/reservations/{id}/confirm", once(this::confirm))
          .post("/reservations/{id}/cancel", once(this::cancel))
          .post("/reservations/{id}/ship", once(this::ship))
          .post("/inventory/journals", once(this::journal))
          .get("/items", this::items)
          .get("/items/{item}", request -> ok(itemJson(itemOfPath(request))))
          .ask("/prices/query", this::prices)
          .post("/orders", once(this::placeOrder))
          .get("/orders", this::listOrders)
          .get("/orders/{id}", request -> ok(json(order(request))))
          .post("/orders/{id}/cancel", once(this::cancelOrder));

  private record Remembered(JsonNode body, Answer answer) {}

  public ErpUsBackend(EstateClock clock) {
    this.clock = clock;
    this.stock = new StockBook(clock, FIRST_RESERVATION);
    this.orders = new OrderBook(clock, 500_001);
    reset();
  }

  @Override
  public String name() {
    return "erp-us";
  }

  @Override
  public String basePath() {
    return "/erp-us/api";
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
            String.format(
                Locale.ROOT, "GEN-%04d", refusal.status() == 415 ? 400 : refusal.status()));
    ObjectNode data = refusal.data().deepCopy();
    if (refusal.target() != null) {
      data.put("field", refusal.target());
    }
    ObjectNode body =
        JsonNodes.object(
            "success", false, "errorCode", code, "errorMessage", refusal.text(), "errorData", data);
    return new Answer(refusal.status(), body, refusal.headers());
  }

  @Override
  public void reset() {
    stock.reset(FIRST_RESERVATION);
    orders.reset();
    remembered.clear();
    lastJournal = 700_000;
  }

  private static Answer ok(ObjectNode result) {
    return Answer.ok(JsonNodes.object("success", true, "result", result));
  }

  /** A refusal that this ERP answers with status 200. */
  private static Refusal business(String code, String message) {
    return Refusal.of(200, code, message);
  }

  /** Answers a repeated {@code requestId} with the first answer. */
  private Endpoints.Handler once(Endpoints.Handler handler) {
    return request -> {
      Body body = request.json();
      Optional<String> id = body.optional("requestId");
      if (id.isEmpty()) {
        return handler.answer(request);
      }
      String name = request.path() + "\n" + id.get();
      Remembered before = remembered.get(name);
      if (before == null) {
        Answer answer = handler.answer(request);
        remembered.put(name, new Remembered(body.node(), answer));
        return answer;
      }
      if (!before.body().equals(body.node())) {
        throw business("GEN-0409", "requestId was used with another body").at("requestId");
      }
      ObjectNode again = before.answer().body().deepCopy();
      return Answer.ok(again.put("replayed", true));
    };
  }

  // Sites, items, numbers.

  private static int site(Request request) {
    return store(World.number(request.variable("site"), 1, 999_999).orElse(0));
  }

  private static int store(long siteId) {
    if (siteId < FIRST_SITE || siteId >= FIRST_SITE + World.US_STORES) {
      throw business("INV-1002", "unknown site " + siteId);
    }
    return (int) siteId - FIRST_SITE + 1;
  }

  private static int siteId(int store) {
    return FIRST_SITE + store - 1;
  }

  private static int store(Body body) {
    return store(
        body.integer("siteId", 0, 999_999).orElseThrow(() -> Refusal.field("siteId", "missing")));
  }

  private static boolean exists(long item) {
    return item >= World.FIRST && item <= World.LAST_ITEM;
  }

  private static int item(Body body) {
    long item =
        body.integer("itemNumber", 0, 999_999_999)
            .orElseThrow(() -> Refusal.field(body.path("itemNumber"), "missing"));
    if (!exists(item)) {
      throw business("INV-1001", "unknown item " + item);
    }
    return (int) item;
  }

  private static String unit(int item) {
    return World.weighed(item) ? "LB" : "EA";
  }

  private static BigDecimal positive(Body body, String field) {
    BigDecimal value =
        body.number(field).orElseThrow(() -> Refusal.field(body.path(field), "missing"));
    if (value.signum() <= 0) {
      throw Refusal.field(body.path(field), value + " (expected: more than 0)");
    }
    return value;
  }

  private static <T> Answer page(
      Request request,
      List<T> all,
      java.util.function.Function<T, ObjectNode> json,
      @Nullable Instant asOf) {
    int size = request.query("pageSize", 100, 1, 1000);
    int page = request.query("page", 1, 1, Integer.MAX_VALUE);
    long skip = (page - 1L) * size;
    ObjectNode result =
        JsonNodes.object(
            "page",
            page,
            "pageSize",
            size,
            "totalPages",
            (all.size() + size - 1) / size,
            "totalRecords",
            all.size());
    if (asOf != null) {
      result.put("asOf", asOf.toEpochMilli());
    }
    result.set("items", JsonNodes.array(all.stream().skip(skip).limit(size).map(json).toList()));
    return ok(result);
  }

  private Answer sites(Request request) {
    request.allowQuery("storeCode", "page", "pageSize");
    Optional<String> code = request.query("storeCode");
    List<Integer> found =
        IntStream.rangeClosed(1, World.US_STORES)
            .filter(store -> code.isEmpty() || World.storeId("US", store).equals(code.get()))
            .boxed()
            .toList();
    return page(request, found, ErpUsBackend::site, null);
  }

  private static ObjectNode site(int store) {
    int city = (store - 1) % CITIES.size();
    return JsonNodes.object(
        "siteId", siteId(store),
        "storeCode", World.storeId("US", store),
        "name", CITIES.get(city) + " " + (1 + (store - 1) / CITIES.size()),
        "currency", "USD",
        "timeZone", ZONES.get(city));
  }

  // Stock.

  private Answer onhand(Request request) {
    Body body = request.json();
    int store = store(body);
    List<Integer> numbers = itemNumbers(body);
    long days = body.integer("horizonDays", 1, 365).orElse(28L);
    body.end();
    List<ObjectNode> rows = new ArrayList<>();
    List<Integer> notKept = new ArrayList<>();
    List<Integer> unknown = new ArrayList<>();
    for (int number : numbers) {
      if (!exists(number)) {
        unknown.add(number);
      } else if (!World.keeps(number, store)) {
        notKept.add(number);
      } else {
        rows.add(json(stock.row(number, store), days));
      }
    }
    return ok(
        JsonNodes.object(
            "siteId", siteId(store),
            "asOf", clock.millis(),
            "items", rows,
            "notKept", notKept,
            "unknown", unknown));
  }

  /** One item at several sites. */
  private Answer onhandAtSites(Request request) {
    Body body = request.json();
    long number =
        body.integer("itemNumber", 0, Integer.MAX_VALUE)
            .orElseThrow(() -> Refusal.field("itemNumber", "missing"));
    long days = body.integer("horizonDays", 1, 365).orElse(28L);
    List<ObjectNode> rows = new ArrayList<>();
    for (JsonNode each : body.elements("siteIds", 200)) {
      int store =
          IntStream.rangeClosed(1, World.US_STORES)
              .filter(candidate -> siteId(candidate) == each.asInt())
              .findFirst()
              .orElseThrow(() -> Refusal.field("siteIds", each + " (expected: site ids)"));
      int item = (int) number;
      if (exists(item) && World.keeps(item, store)) {
        rows.add(json(stock.row(item, store), days).put("siteId", siteId(store)));
      }
    }
    body.end();
    return ok(JsonNodes.object("asOf", clock.millis(), "items", rows));
  }

  private static List<Integer> itemNumbers(Body body) {
    List<Integer> numbers = new ArrayList<>();
    for (JsonNode each : body.elements("itemNumbers", 200)) {
      if (!each.isInt() || each.intValue() < 0) {
        throw Refusal.field("itemNumbers", each + " (expected: item numbers)");
      }
      numbers.add(each.intValue());
    }
    if (numbers.isEmpty()) {
      throw Refusal.field("itemNumbers", "empty (expected: 1..200 item numbers)");
    }
    return numbers;
  }

  private Answer siteOnhand(Request request) {
    request.allowQuery("page", "pageSize", "changedSince");
    int store = site(request);
    long since = request.query("changedSince", 0L, 0L, Long.MAX_VALUE);
    IntFunction<Row> row = item -> stock.row(item, store);
    // Nothing computed changes after the start, so later changes are among the written rows.
    boolean recent = since > clock.day(0, 0).toEpochMilli();
    List<Integer> kept =
        recent
            ? stock.changedRows(store).stream()
                .filter(each -> each.changedAt().toEpochMilli() >= since)
                .map(each -> each.item)
                .toList()
            : IntStream.rangeClosed(World.FIRST, World.LAST_ITEM)
                .filter(item -> World.keeps(item, store))
                .filter(item -> since == 0 || row.apply(item).changedAt().toEpochMilli() >= since)
                .boxed()
                .toList();
    return page(request, kept, item -> json(row.apply(item), 28), clock.instant());
  }

  private ObjectNode json(Row row, long days) {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    ObjectNode availability = JsonNodes.object(today.toString(), JsonNodes.number(row.available()));
    boolean receipt = row.receipt.signum() > 0 && row.receiptDay.isAfter(today);
    if (receipt && !row.receiptDay.isAfter(today.plusDays(days))) {
      availability.put(
          row.receiptDay.toString(), JsonNodes.number(row.available().add(row.receipt)));
    }
    ObjectNode json =
        JsonNodes.object(
            "itemNumber", row.item,
            "uom", unit(row.item),
            "qty",
                JsonNodes.object(
                    "physical", JsonNodes.number(row.inBuilding()),
                    "damaged", JsonNodes.number(row.figure(Bucket.BLOCKED)),
                    "qualityHold", JsonNodes.number(row.figure(Bucket.QUALITY)),
                    "customerReturns", JsonNodes.number(row.figure(Bucket.RETURNS)),
                    "softReserved", JsonNodes.number(row.reserved),
                    "picking", JsonNodes.number(row.picking),
                    "safety", JsonNodes.number(row.figure(Bucket.SAFETY)),
                    "inbound", JsonNodes.number(row.figure(Bucket.TRANSFER)),
                    "ordered", JsonNodes.number(row.figure(Bucket.ON_ORDER)),
                    "sellable", JsonNodes.number(row.available())),
            "availability", availability,
            "backorder", row.backorderable());
    if (receipt) {
      json.put(
          "nextReceiptAt", row.receiptDay.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli());
    }
    json.put("updatedAt", row.changedAt().toEpochMilli());
    json.set(
        "qtyUpdatedAt",
        JsonNodes.object(
            "physical", row.stockChanged.toEpochMilli(),
            "softReserved", row.reservationChanged.toEpochMilli()));
    return json;
  }

  // Reservations.

  private Answer reserve(Request request) {
    Body body = request.json();
    String reference = body.optional("requestId").orElse("");
    int store = store(body);
    String order = body.optional("orderNumber").orElse("");
    BigDecimal minutes = body.number("holdMinutes").orElse(BigDecimal.valueOf(HOLD.toMinutes()));
    boolean partial = body.bool("allowPartial").orElse(false);
    List<StockBook.Wish> wishes = new ArrayList<>();
    for (Body each : body.list("lines", 200)) {
      wishes.add(new StockBook.Wish(each.text("lineNumber"), item(each), positive(each, "qty")));
      each.end();
    }
    body.end();
    if (minutes.signum() <= 0 || minutes.compareTo(MAX_HOLD_MINUTES) > 0) {
      throw Refusal.field(
          "holdMinutes", minutes + " (expected: more than 0, at most " + MAX_HOLD_MINUTES + ")");
    }
    if (wishes.isEmpty()
        || wishes.stream().map(StockBook.Wish::lineId).distinct().count() < wishes.size()) {
      throw Refusal.field("lines", "empty, or the same lineNumber twice");
    }
    Duration hold =
        Duration.ofMillis(
            minutes
                .multiply(BigDecimal.valueOf(60_000))
                .setScale(0, RoundingMode.CEILING)
                .longValue());
    try {
      return ok(json(stock.reserve(store, reference, order, wishes, hold, partial)));
    } catch (StockBook.UnmetException e) {
      boolean notKept =
          e.unmet().stream().allMatch(each -> each.reason() == StockBook.Shortage.NOT_KEPT);
      throw business(
              notKept ? "INV-1004" : "INV-2001",
              notKept ? "item not kept at the site" : "not enough on hand")
          .with(
              JsonNodes.object(
                  "lines",
                  e.unmet().stream()
                      .map(each ->
                          JsonNodes.object(
                              "lineNumber", each.wish().lineId(),
                              "itemNumber", each.wish().item(),
                              "requested", JsonNodes.number(each.wish().quantity()),
                              "available", JsonNodes.number(each.available()),
                              "cause", each.reason().name()))
                      .toList()));
    }
  }

  private Answer findReservations(Request request) {
    request.allowQuery("requestId", "orderNumber");
    Optional<String> reference = request.query("requestId");
    Optional<String> order = request.query("orderNumber");
    if (reference.isEmpty() && order.isEmpty()) {
      throw Refusal.field("requestId", "missing (expected: requestId or orderNumber)");
    }
    List<ObjectNode> found =
        (reference.isPresent()
                ? stock.reservation(reference.get()).stream()
                : stock.reservations().stream())
            .filter(each -> order.isEmpty() || each.order.equals(order.get()))
            .map(ErpUsBackend::json)
            .toList();
    return ok(JsonNodes.object("items", found));
  }

  private Reservation reservation(Request request) {
    String id = request.variable("id");
    OptionalInt number = World.number(id, "USR-", 1, 999_999_999);
    return number.stream()
        .mapToObj(stock::reservation)
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(() -> Refusal.of(404, "RES-3004", "no reservation " + id));
  }

  private static String status(Status status) {
    return switch (status) {
      case HELD -> "SOFT";
      case COMMITTED -> "HARD";
      case RELEASED -> "CANCELLED";
      case ISSUED -> "SHIPPED";
      case LAPSED -> "LAPSED";
    };
  }

  private static ObjectNode json(Reservation reservation) {
    ObjectNode json =
        JsonNodes.object(
            "reservationId", "USR-" + reservation.number,
            "siteId", siteId(reservation.store),
            "orderNumber", reservation.order,
            "status", status(reservation.status),
            "lines",
                reservation.lines.stream()
                    .map(line ->
                        JsonNodes.object(
                            "lineNumber",
                            line.id,
                            "itemNumber",
                            line.item,
                            "qty",
                            JsonNodes.number(line.requested),
                            "reservedQty",
                            JsonNodes.number(line.held),
                            "shippedQty",
                            JsonNodes.number(line.issued),
                            "cancelledQty",
                            JsonNodes.number(line.returned())))
                    .toList(),
            "shortages",
                reservation.lines.stream()
                    .filter(line -> line.shortage != null)
                    .map(line ->
                        JsonNodes.object(
                            "lineNumber",
                            line.id,
                            "itemNumber",
                            line.item,
                            "qty",
                            JsonNodes.number(line.requested.subtract(line.heldFirst)),
                            "cause",
                            String.valueOf(line.shortage)))
                    .toList());
    if (reservation.status == Status.HELD) {
      json.put("heldUntil", reservation.validUntil.toEpochMilli());
    }
    return json.put("createdAt", reservation.createdAt.toEpochMilli())
        .put("updatedAt", reservation.updatedAt.toEpochMilli())
        .put("rowVersion", reservation.version);
  }

  private static void checkVersion(Body body, long version) {
    Optional<Long> expected = body.integer("rowVersion", 0, Long.MAX_VALUE);
    if (expected.isPresent() && expected.get() != version) {
      throw business("GEN-0412", "rowVersion is stale")
          .with(JsonNodes.object("rowVersion", version));
    }
  }

  private static Refusal state(Reservation reservation) {
    boolean lapsed = reservation.status == Status.LAPSED;
    String status = status(reservation.status);
    return business(
            lapsed ? "RES-3002" : "RES-3001",
            lapsed ? "the hold has run out" : "not possible in status " + status)
        .with(JsonNodes.object("status", status));
  }

  private Answer confirm(Request request) {
    Reservation reservation = reservation(request);
    Body body = request.json();
    body.optional("requestId");
    Optional<String> order = body.optional("orderNumber");
    checkVersion(body, reservation.version);
    body.end();
    switch (reservation.status) {
      case HELD -> stock.commit(reservation, order.orElse(null));
      case COMMITTED -> {}
      case RELEASED, ISSUED, LAPSED -> throw state(reservation);
    }
    return ok(json(reservation));
  }

  private Answer cancel(Request request) {
    Reservation reservation = reservation(request);
    Body body = request.json();
    body.optional("requestId");
    checkVersion(body, reservation.version);
    Map<String, Optional<BigDecimal>> parts = parts(body);
    body.end();
    List<StockBook.Rejected> rejected =
        switch (reservation.status) {
          case HELD, COMMITTED -> stock.release(reservation, parts);
          case RELEASED, LAPSED -> List.of();
          case ISSUED -> throw state(reservation);
        };
    ObjectNode json = json(reservation);
    json.set(
        "invalid",
        JsonNodes.array(
            rejected.stream()
                .map(each ->
                    JsonNodes.object(
                        "lineNumber",
                        each.lineId(),
                        "itemNumber",
                        each.item() == 0 ? null : each.item(),
                        "qty",
                        JsonNodes.number(each.quantity()),
                        "cause",
                        "NOT_HELD"))
                .toList()));
    return ok(json);
  }

  private static Map<String, Optional<BigDecimal>> parts(Body body) {
    Map<String, Optional<BigDecimal>> parts = new LinkedHashMap<>();
    for (Body each : body.list("lines", 500)) {
      String line = each.text("lineNumber");
      parts.put(line, each.has("qty") ? Optional.of(positive(each, "qty")) : Optional.empty());
      each.end();
    }
    return parts;
  }

  private Answer ship(Request request) {
    Reservation reservation = reservation(request);
    Body body = request.json();
    body.optional("requestId");
    checkVersion(body, reservation.version);
    body.end();
    switch (reservation.status) {
      case HELD, COMMITTED -> stock.issue(reservation);
      case ISSUED -> {}
      case RELEASED, LAPSED -> throw state(reservation);
    }
    return ok(json(reservation));
  }

  // Movements and counts.

  /** Buckets but {@code physical}, which is everything in the building. */
  private static final Map<String, Bucket> BUCKETS =
      Map.of(
          "physical", Bucket.UNRESTRICTED,
          "damaged", Bucket.BLOCKED,
          "qualityHold", Bucket.QUALITY,
          "customerReturns", Bucket.RETURNS,
          "inbound", Bucket.TRANSFER,
          "ordered", Bucket.ON_ORDER,
          "safety", Bucket.SAFETY);

  private Answer journal(Request request) {
    Body body = request.json();
    body.optional("requestId");
    int store = store(body);
    int item = item(body);
    String name =
        body.word("bucket", BUCKETS.keySet()).orElseThrow(() -> Refusal.field("bucket", "missing"));
    Bucket bucket = Objects.requireNonNull(BUCKETS.get(name));
    Optional<Bucket> from =
        body.word("fromBucket", BUCKETS.keySet())
            .map(word -> Objects.requireNonNull(BUCKETS.get(word)));
    Optional<BigDecimal> moved = body.number("qty");
    Optional<BigDecimal> counted = body.number("countedQty");
    Instant at = body.millis("occurredAt").orElseGet(clock::instant);
    body.optional("reason");
    body.optional("reference");
    body.end();
    if (moved.isPresent() == counted.isPresent() || (counted.isPresent() && from.isPresent())) {
      throw Refusal.field("qty", "expected: either qty or countedQty, fromBucket with qty only");
    }
    if (counted.isPresent() && counted.get().signum() < 0) {
      throw Refusal.field("countedQty", counted.get() + " (expected: 0 or more)");
    }
    if (!World.keeps(item, store)) {
      throw business("INV-1004", "item " + item + " is not kept at site " + siteId(store));
    }
    boolean applied =
        moved.isPresent()
            ? move(item, store, bucket, from.orElse(null), moved.get())
            : count(
                item, store, name.equals("physical") ? null : bucket, counted.orElseThrow(), at);
    return ok(
        JsonNodes.object(
            "journalId",
            "JRN-" + ++lastJournal,
            "applied",
            applied,
            "onhand",
            json(stock.row(item, store), 28)));
  }

  private boolean move(
      int item, int store, Bucket bucket, @Nullable Bucket from, BigDecimal quantity) {
    if (stock.move(item, store, bucket, from, quantity).isEmpty()) {
      throw business("INV-2001", "a quantity would fall below zero");
    }
    return true;
  }

  private boolean count(
      int item, int store, @Nullable Bucket bucket, BigDecimal quantity, Instant at) {
    return switch (stock.count(item, store, bucket, quantity, at)) {
      case BOOKED -> true;
      case TOO_OLD -> false;
      case IMPOSSIBLE ->
          throw business("INV-2001", "counted less than is damaged, held or returned");
    };
  }

  // Items and prices.

  private static Item itemOfPath(Request request) {
    OptionalInt number = World.number(request.variable("item"), World.FIRST, World.LAST_ITEM);
    return World.item(
        number.orElseThrow(() -> business("INV-1001", "unknown item " + request.variable("item"))));
  }

  private Answer items(Request request) {
    request.allowQuery(
        "upc",
        "styleCode",
        "text",
        "department",
        "siteId",
        "status",
        "updatedSince",
        "page",
        "pageSize");
    Optional<String> upc = request.query("upc");
    long style = request.query("styleCode", 0L, 1L, 999_999L);
    Optional<String> text = request.query("text").map(each -> each.toLowerCase(Locale.ROOT));
    Optional<String> department = request.query("department");
    Optional<Integer> store =
        request.query("siteId").map(each -> store(World.number(each, 1, 999_999).orElse(0)));
    Optional<String> status = request.query("status");
    long since = request.query("updatedSince", 0L, 0L, Long.MAX_VALUE);
    IntStream numbers =
        upc.isPresent()
            ? World.itemOfGtin(upc.get()).stream()
            : IntStream.rangeClosed(World.FIRST, World.LAST_ITEM);
    List<Item> found =
        numbers
            .filter(item -> store.isEmpty() || World.keeps(item, store.get()))
            .mapToObj(World::item)
            .filter(item -> style == 0 || item.style() == style)
            .filter(item ->
                text.isEmpty()
                    || (item.name() + " " + item.brand())
                        .toLowerCase(Locale.ROOT)
                        .contains(text.get()))
            .filter(item -> department.isEmpty() || item.department().equals(department.get()))
            .filter(item -> status.isEmpty() || status(item).equals(status.get()))
            .filter(item -> updatedAt(item).toEpochMilli() >= since)
            .toList();
    return page(request, found, this::itemJson, null);
  }

  private static String status(Item item) {
    return switch (item.status()) {
      case ACTIVE -> "A";
      case BLOCKED -> "H";
      case DISCONTINUED -> "D";
      case DRAFT -> "P";
    };
  }

  private Instant updatedAt(Item item) {
    return clock.day(-30L - World.pick(item.number(), 52, 300), 9);
  }

  private ObjectNode itemJson(Item item) {
    return JsonNodes.object(
        "itemNumber", item.number(),
        "upcs", List.of(World.gtin(item.number())),
        "styleCode", item.style(),
        "title", item.name(),
        "receiptText", item.receiptText(),
        "brand", item.brand(),
        "department", item.department(),
        "subDepartment", item.section(),
        "attributes", JsonNodes.object("color", item.colour(), "size", item.size()),
        "status", status(item),
        "uom", unit(item.number()),
        "taxable", item.reducedTax() ? "FOOD" : "STD",
        "minAge", item.minimumAge() == 18 ? 21 : item.minimumAge(),
        "returns",
            JsonNodes.object(
                "type",
                    switch (item.returns()) {
                      case FULL -> "FULL";
                      case EXCHANGE -> "EXCHANGE";
                      case IF_FAULTY -> "DEFECT_ONLY";
                      case NONE -> "NONE";
                    },
                "days", item.returns() == World.Returns.NONE ? 0 : 30,
                "policy", item.returns() == World.Returns.NONE ? null : "RET-STD-30"),
        "weighed", item.weighed(),
        "serialized", item.serialised(),
        "packs", JsonNodes.object("CS", item.pack()),
        "updatedAt", updatedAt(item).toEpochMilli());
  }

  private Answer prices(Request request) {
    Body body = request.json();
    int store = store(body);
    List<Integer> numbers = itemNumbers(body);
    String tier = body.optional("tier").orElse("");
    Instant at = body.millis("at").orElseGet(clock::instant);
    body.end();
    List<ObjectNode> priced =
        numbers.stream()
            .filter(ErpUsBackend::exists)
            .map(number -> price(World.item(number), store, tier, at))
            .toList();
    return ok(
        JsonNodes.object(
            "currency",
            "USD",
            "items",
            priced,
            "unknown",
            numbers.stream().filter(number -> !exists(number)).toList()));
  }

  private ObjectNode price(Item item, int store, String tier, Instant at) {
    long regular = item.priceCents() * 110 / 100;
    regular = item.number() == World.FIRST ? 2190 : regular;
    Instant saleFrom = clock.day(-3, 6);
    Instant saleUntil = clock.day(11, 6);
    boolean sale = item.saleCents() > 0 && !at.isBefore(saleFrom) && at.isBefore(saleUntil);
    boolean member = item.number() % 10 == 2 && (tier.equals("GOLD") || tier.equals("PLATINUM"));
    long charged = sale ? regular * 8 / 10 : member ? regular * 9 / 10 : regular;
    ObjectNode json =
        JsonNodes.object(
            "itemNumber",
            item.number(),
            "uom",
            unit(item.number()),
            "taxIncluded",
            false,
            "taxable",
            item.reducedTax() ? "FOOD" : "STD",
            "sellable",
            item.status() == World.ItemStatus.ACTIVE && World.keeps(item.number(), store),
            "regular",
            dollars(regular),
            "charged",
            dollars(charged),
            "kind",
            sale ? "SALE" : member ? "MEMBER" : "REG",
            "tiers",
            item.number() % 10 == 1
                ? List.of(JsonNodes.object("minQty", 6, "price", dollars(regular * 95 / 100)))
                : List.of());
    if (sale) {
      json.put("from", saleFrom.toEpochMilli()).put("until", saleUntil.toEpochMilli());
    }
    return json;
  }

  private static BigDecimal dollars(long cents) {
    return JsonNodes.number(World.cents(cents));
  }

  // Orders.

  private Answer placeOrder(Request request) {
    Body body = request.json();
    body.optional("requestId");
    String id = body.text("orderNumber");
    int store = store(body);
    String customer = body.optional("customerId").orElse("");
    body.optional("memberId");
    body.optional("channel");
    body.word("currency", Set.of("USD"));
    Instant placedAt = body.millis("placedAt").orElseGet(clock::instant);
    boolean carryOut = body.bool("carryOut").orElse(false);
    Body totals = body.object("totals").orElseThrow(() -> Refusal.field("totals", "missing"));
    List<OrderBook.Line> lines = new ArrayList<>();
    Map<String, Reservation> reservations = new LinkedHashMap<>();
    BigDecimal sum = BigDecimal.ZERO;
    for (Body each : body.list("lines", 500)) {
      String line = each.text("lineNumber");
      int item = item(each);
      if (!World.keeps(item, store)) {
        throw business("INV-1004", "item " + item + " is not kept at site " + siteId(store));
      }
      BigDecimal net =
          each.number("net").orElseThrow(() -> Refusal.field(each.path("net"), "missing"));
      lines.add(new OrderBook.Line(line, item, positive(each, "qty"), net));
      each.number("unitPrice");
      each.number("discount");
      sum = sum.add(net).add(each.number("tax").orElse(BigDecimal.ZERO));
      each.optional("reservationId")
          .flatMap(
              known -> World.number(known, "USR-", 1, 999_999_999).stream().boxed().findFirst())
          .flatMap(stock::reservation)
          .ifPresent(known -> reservations.put(line, known));
      each.end();
    }
    for (Body each : body.list("payments", 20)) {
      each.text("paymentId");
      each.text("type");
      each.number("amount");
      each.optional("reference");
      each.end();
    }
    checkTotals(totals, sum);
    body.end();
    if (lines.isEmpty() || lines.stream().map(line -> line.id).distinct().count() < lines.size()) {
      throw Refusal.field("lines", "empty, or the same lineNumber twice");
    }
    ObjectNode sent = body.node().deepCopy();
    sent.remove("requestId");
    Optional<OrderBook.Order> known = orders.order(id);
    if (known.isPresent()) {
      if (!known.get().sent.equals(sent)) {
        throw business("ORD-4009", "order " + id + " exists with other contents");
      }
      return ok(json(known.get()));
    }
    OrderBook.Order order = orders.place(id, store, customer, placedAt, lines, sent);
    if (carryOut) {
      orders.carryOut(order, stock, reservations);
    }
    return ok(json(order));
  }

  private static void checkTotals(Body totals, BigDecimal linesWithTax) {
    totals.number("gross");
    totals.number("discount");
    totals.number("tax");
    BigDecimal expected = linesWithTax.add(totals.number("fees").orElse(BigDecimal.ZERO));
    BigDecimal payable =
        totals.number("payable").orElseThrow(() -> Refusal.field("totals.payable", "missing"));
    totals.end();
    if (payable.compareTo(expected) != 0) {
      throw Refusal.field(
          "totals.payable", payable + " (expected: " + expected + ", lines with tax and fees)");
    }
  }

  private OrderBook.Order order(Request request) {
    String id = request.variable("id");
    return orders.order(id).orElseThrow(() -> Refusal.of(404, "ORD-4004", "no order " + id));
  }

  private static String status(OrderBook.Order order) {
    return switch (order.status()) {
      case OPEN -> "OPEN";
      case DONE -> "CLOSED";
      case CANCELLED -> "CANCELLED";
    };
  }

  private static ObjectNode json(OrderBook.Order order) {
    OrderBook.Status status = order.status();
    ObjectNode json = order.sent.deepCopy();
    ArrayNode lines = JsonNodes.array(List.of());
    for (JsonNode sent : order.sent.path("lines")) {
      OrderBook.Line line =
          order.lines.stream()
              .filter(each -> each.id.equals(sent.path("lineNumber").asText()))
              .findFirst()
              .orElseThrow();
      ObjectNode shown = sent.deepCopy();
      shown.put("qtyShipped", JsonNodes.number(line.shipped));
      shown.put("qtyCancelled", JsonNodes.number(line.cancelled));
      lines.add(shown);
    }
    json.set("lines", lines);
    json.setAll(
        JsonNodes.object(
            "placedAt",
            order.placedAt.toEpochMilli(),
            "erpNumber",
            "SO-" + order.number,
            "status",
            status(order),
            "shipStatus",
            status == OrderBook.Status.CANCELLED
                ? "CANCELLED"
                : order.shipped() ? "SHIPPED" : "NONE",
            "glDocument",
            status == OrderBook.Status.DONE ? "GL-" + order.number : null,
            "updatedAt",
            order.updatedAt.toEpochMilli(),
            "rowVersion",
            order.version));
    return json;
  }

  private Answer listOrders(Request request) {
    request.allowQuery(
        "customerId", "siteId", "status", "placedFrom", "placedUntil", "page", "pageSize");
    Optional<String> customer = request.query("customerId");
    Optional<String> site = request.query("siteId");
    Optional<String> status = request.query("status");
    long from = request.query("placedFrom", 0L, 0L, Long.MAX_VALUE);
    long until = request.query("placedUntil", Long.MAX_VALUE, 0L, Long.MAX_VALUE);
    List<OrderBook.Order> found =
        orders.newestFirst().stream()
            .filter(order -> customer.isEmpty() || order.customer.equals(customer.get()))
            .filter(
                order -> site.isEmpty() || site.get().equals(Integer.toString(siteId(order.store))))
            .filter(order -> status.isEmpty() || status.get().equals(status(order)))
            .filter(order ->
                order.placedAt.toEpochMilli() >= from && order.placedAt.toEpochMilli() < until)
            .sorted(Comparator.comparing((OrderBook.Order order) -> order.placedAt).reversed())
            .toList();
    return page(request, found, ErpUsBackend::json, null);
  }

  private Answer cancelOrder(Request request) {
    OrderBook.Order order = order(request);
    Body body = request.json();
    body.optional("requestId");
    body.optional("reason");
    checkVersion(body, order.version);
    Map<String, Optional<BigDecimal>> parts = parts(body);
    body.end();
    OrderBook.Cancellation cancelled = orders.cancel(order, parts);
    ObjectNode json = json(order);
    json.set(
        "notCancelled",
        JsonNodes.array(
            cancelled.rest().stream()
                .map(each ->
                    JsonNodes.object(
                        "lineNumber", each.lineId(),
                        "qty", JsonNodes.number(each.quantity()),
                        "cause", each.cause().name()))
                .toList()));
    json.put("refundDue", JsonNodes.number(cancelled.refund()));
    return ok(json);
  }
}
