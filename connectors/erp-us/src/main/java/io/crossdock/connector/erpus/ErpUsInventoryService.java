package io.crossdock.connector.erpus;

import static io.crossdock.connector.canonical.Canonical.instant;
import static io.crossdock.connector.canonical.Canonical.timestamp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.answer.PageToken;
import io.crossdock.common.v1.Identifier.Scheme;
import io.crossdock.common.v1.Quantity;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.connector.backend.Rows;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.service.ContractService;
import io.crossdock.connector.service.ContractService.Answers;
import io.crossdock.connector.stock.FindRequests;
import io.crossdock.connector.stock.StockBatch;
import io.crossdock.connector.stock.StockSource;
import io.crossdock.connector.stock.StockWatches;
import io.crossdock.failure.FailureException;
import io.crossdock.inventory.v1.AdjustStockRequest;
import io.crossdock.inventory.v1.AdjustStockResponse;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.BatchGetAvailabilityRequest;
import io.crossdock.inventory.v1.BatchGetAvailabilityResponse;
import io.crossdock.inventory.v1.CommitReservationRequest;
import io.crossdock.inventory.v1.CommitReservationResponse;
import io.crossdock.inventory.v1.FindAvailabilityRequest;
import io.crossdock.inventory.v1.FindAvailabilityResponse;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityResponse;
import io.crossdock.inventory.v1.GetReservationRequest;
import io.crossdock.inventory.v1.GetReservationResponse;
import io.crossdock.inventory.v1.GetStoreSnapshotRequest;
import io.crossdock.inventory.v1.GetStoreSnapshotResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.LocationAvailability;
import io.crossdock.inventory.v1.ReleaseReservationRequest;
import io.crossdock.inventory.v1.ReleaseReservationResponse;
import io.crossdock.inventory.v1.Reservation;
import io.crossdock.inventory.v1.ReservationLine;
import io.crossdock.inventory.v1.ReservationStatus;
import io.crossdock.inventory.v1.ReserveRequest;
import io.crossdock.inventory.v1.ReserveResponse;
import io.crossdock.inventory.v1.StockBucket;
import io.crossdock.inventory.v1.WatchAvailabilityRequest;
import io.crossdock.inventory.v1.WatchAvailabilityResponse;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Every method of the inventory contract as calls to the ERP. */
final class ErpUsInventoryService {

  private static final Pattern FIND_PLACE = Pattern.compile("[0-9]{1,4}\\|[0-9]{1,9}");
  private static final Pattern SNAPSHOT_PLACE =
      Pattern.compile("[0-9]{1,15}\\|[0-9]{1,4}\\|[0-9]{1,9}");
  private static final int USUAL_PAGE = 200;
  private static final int WATCH_PAGE = 1000;
  private static final int ITEMS = 200;
  private static final int USUAL_LOCATIONS = 20;
  private static final BigDecimal MINUTE = BigDecimal.valueOf(60);
  private static final String FIRST_PAGE = "1";

  private final ErpUsClient erp;
  private final Units units;
  private final StockWatches watches = new StockWatches(ErpUsClient.SYSTEM);

  ErpUsInventoryService(ErpUsClient erp) {
    this.erp = erp;
    this.units = new Units(erp);
  }

  ContractService service() {
    return ContractService.of(InventoryServiceGrpc.getServiceDescriptor())
        .unary(InventoryServiceGrpc.getGetAvailabilityMethod(), this::getAvailability)
        .unary(InventoryServiceGrpc.getBatchGetAvailabilityMethod(), this::batchGetAvailability)
        .stream(InventoryServiceGrpc.getWatchAvailabilityMethod(), this::watchAvailability)
        .unary(InventoryServiceGrpc.getReserveMethod(), this::reserve)
        .unary(InventoryServiceGrpc.getCommitReservationMethod(), this::commitReservation)
        .unary(InventoryServiceGrpc.getReleaseReservationMethod(), this::releaseReservation)
        .unary(InventoryServiceGrpc.getGetReservationMethod(), this::getReservation)
        .unsupported(
            InventoryServiceGrpc.getExtendReservationMethod(),
            "The ERP sets the validity of a reservation once.")
        .unary(InventoryServiceGrpc.getFindAvailabilityMethod(), this::findAvailability)
        .unary(InventoryServiceGrpc.getAdjustStockMethod(), this::adjustStock)
        .unary(
            InventoryServiceGrpc.getBatchAdjustStockMethod(),
            request -> StockBatch.adjust(request, this::adjustStock))
        .unsupported(
            InventoryServiceGrpc.getGetAdjustmentMethod(),
            "The ERP finds no journal by its request; the same request again is safe.")
        .unsupported(
            InventoryServiceGrpc.getStartTransferMethod(), "The ERP's interface has no transfers.")
        .unsupported(
            InventoryServiceGrpc.getReceiveTransferMethod(),
            "The ERP's interface has no transfers.")
        .unsupported(
            InventoryServiceGrpc.getGetTransferMethod(), "The ERP's interface has no transfers.")
        .unary(InventoryServiceGrpc.getGetStoreSnapshotMethod(), this::getStoreSnapshot)
        .build();
  }

  private GetAvailabilityResponse getAvailability(GetAvailabilityRequest request)
      throws InterruptedException {
    ErpUsClient.Site site = erp.site(request.getLocationId());
    BackendData data = erp.onhand(site, List.of(ErpUsClient.itemNumber(request.getItemId())));
    List<BackendData> rows = data.list("items");
    if (rows.isEmpty()) {
      throw ErpUsClient.notFound("item");
    }
    rows.getFirst()
        .expectEcho(
            "itemNumber", Integer.toString(ErpUsClient.itemNumber(request.getItemId())), "item");
    return GetAvailabilityResponse.newBuilder()
        .setAvailability(availability(rows.getFirst(), site))
        .setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, data.epochMillis("asOf")))
        .build();
  }

  private Availability availability(BackendData row, ErpUsClient.Site site) {
    units.learn(row);
    return ErpUsStockMapper.availability(row, site);
  }

  private BatchGetAvailabilityResponse batchGetAvailability(BatchGetAvailabilityRequest request)
      throws InterruptedException {
    ErpUsClient.Site site = erp.site(request.getLocationId());
    BatchGetAvailabilityResponse.Builder answer =
        BatchGetAvailabilityResponse.newBuilder()
            .setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, Optional.empty()));
    Map<String, Availability> known = new HashMap<>();
    Set<String> unreadable = new HashSet<>();
    List<Integer> numbers = numbers(request.getItemIdsList());
    if (!numbers.isEmpty()) {
      BackendData data = erp.onhand(site, numbers);
      for (Availability stock : readable(data, site, unreadable::add)) {
        known.put(stock.getItemId(), stock);
      }
      answer.setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, data.epochMillis("asOf")));
    }
    for (String item : request.getItemIdsList()) {
      Availability stock = known.get(item);
      if (unreadable.contains(item)) {
        answer.addUnreadableItemIds(item);
      } else if (stock == null) {
        answer.addUnknownItemIds(item);
      } else {
        answer.addAvailabilities(stock);
      }
    }
    return answer.build();
  }

  private List<Availability> readable(
      BackendData data, ErpUsClient.Site site, Consumer<String> unreadable) {
    return Rows.readable(
        data.list("items"),
        row -> availability(row, site),
        row -> ErpUsCodes.optionalItem(row).ifPresent(unreadable));
  }

  // The item numbers that the ERP can know at all.
  private static List<Integer> numbers(List<String> items) {
    return items.stream()
        .flatMapToInt(item -> ErpUsCodes.itemNumber(item).stream())
        .boxed()
        .toList();
  }

  private void watchAvailability(
      WatchAvailabilityRequest request, Answers<WatchAvailabilityResponse> answers)
      throws InterruptedException {
    ErpUsClient.Site site = erp.site(request.getLocationId());
    StockSource source =
        new StockSource() {
          @Override
          public Page all(String pageToken) throws InterruptedException {
            return page(site, "", WATCH_PAGE, pageToken).rows();
          }

          @Override
          public Page of(List<String> itemIds, String pageToken) throws InterruptedException {
            List<Integer> numbers = numbers(itemIds);
            int from = pageToken.isEmpty() ? 0 : Integer.parseInt(pageToken);
            if (from >= numbers.size()) {
              return new Page(List.of(), "");
            }
            int next = Math.min(from + ITEMS, numbers.size());
            List<Availability> rows =
                readable(erp.onhand(site, numbers.subList(from, next)), site, _ -> {});
            return new Page(rows, next < numbers.size() ? Integer.toString(next) : "");
          }

          @Override
          public Page since(Instant moment, String pageToken) throws InterruptedException {
            return page(site, Long.toString(moment.toEpochMilli()), WATCH_PAGE, pageToken).rows();
          }
        };
    watches.serve(request.getLocationId(), source, request.getItemIdsList(), answers);
  }

  private record SitePage(StockSource.Page rows, List<String> unreadable, Instant asOf) {}

  private SitePage page(ErpUsClient.Site site, String changedSince, int size, String page)
      throws InterruptedException {
    BackendData data =
        erp.call(
            ErpUsClient.get("/sites/{site}/onhand", Integer.toString(site.number()))
                .about("location")
                .query("page", page.isEmpty() ? FIRST_PAGE : page)
                .query("pageSize", Integer.toString(size))
                .query("changedSince", changedSince));
    if (data.has("siteId")) {
      data.expectEcho("siteId", Integer.toString(site.number()), "site");
    }
    List<String> unreadable = new ArrayList<>();
    List<Availability> rows = readable(data, site, unreadable::add);
    long number = data.integer("page");
    String next = number < data.integer("totalPages") ? Long.toString(number + 1) : "";
    return new SitePage(
        new StockSource.Page(rows, next),
        unreadable,
        data.epochMillis("asOf").orElseThrow(() -> data.invalid("asOf", "a moment")));
  }

  private GetReservationResponse getReservation(GetReservationRequest request)
      throws InterruptedException {
    ErpUsClient.Site site = erp.site(request.getLocationId());
    return GetReservationResponse.newBuilder()
        .setReservation(
            request.getRequestId().isEmpty()
                ? reservation(request.getReservationId(), site)
                : reservation(idOf(request.getRequestId()), site))
        .setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, Optional.empty()))
        .build();
  }

  private String idOf(String requestId) throws InterruptedException {
    List<BackendData> found =
        erp.call(
                ErpUsClient.get("/reservations").about("reservation").query("requestId", requestId))
            .list("items");
    if (found.isEmpty()) {
      throw ErpUsClient.notFound("reservation");
    }
    return found.getFirst().text("reservationId");
  }

  // A page may hold fewer locations than it has sites.
  private FindAvailabilityResponse findAvailability(FindAvailabilityRequest request)
      throws InterruptedException {
    FindRequests.expectNoGeography(request);
    int item = ErpUsClient.itemNumber(request.getItemId());
    erp.site(request.getLocationId());
    ErpUsClient.Sites sites = sites(request);
    FindAvailabilityResponse.Builder answer =
        FindAvailabilityResponse.newBuilder()
            .setNextPageToken(PageToken.of(request, sites.next()))
            .setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, Optional.empty()));
    if (sites.sites().isEmpty()) {
      return answer.build();
    }
    Map<String, ErpUsClient.Site> byNumber = new HashMap<>();
    sites.sites().forEach(site -> byNumber.put(Integer.toString(site.number()), site));
    BackendData data = erp.onhandAt(item, sites.sites());
    for (BackendData row : data.list("items")) {
      ErpUsClient.Site site = byNumber.get(row.optionalText("siteId"));
      if (site == null) {
        throw row.invalid("siteId", "a site that was asked about");
      }
      row.expectEcho("itemNumber", Integer.toString(item), "item");
      List<Availability> stock =
          Rows.readable(
              List.of(row),
              each -> availability(each, site),
              _ -> answer.addUnreadableLocationIds(site.location()));
      for (Availability each : stock) {
        if (FindRequests.isEnough(request, each)) {
          answer.addLocations(
              LocationAvailability.newBuilder().setAvailability(each).setLocationName(site.name()));
        }
      }
    }
    return answer
        .setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, data.epochMillis("asOf")))
        .build();
  }

  // Named locations that are none of this ERP's are left out, as those that do not stock the item.
  private ErpUsClient.Sites sites(FindAvailabilityRequest request) throws InterruptedException {
    if (request.getLocationIdsCount() == 0) {
      String[] place = PageToken.place(request, FIND_PLACE).split("\\|", -1);
      boolean first = place.length < 2;
      int size = first ? PageToken.size(request, USUAL_LOCATIONS) : Integer.parseInt(place[0]);
      ErpUsClient.Sites page = erp.sites(size, first ? "" : place[1]);
      return new ErpUsClient.Sites(
          page.sites(), page.next().isEmpty() ? "" : size + "|" + page.next());
    }
    List<ErpUsClient.Site> named = new ArrayList<>();
    for (String location : request.getLocationIdsList()) {
      try {
        named.add(erp.site(location));
      } catch (FailureException e) {
        if (e.failure().reason() != Reason.REASON_NOT_FOUND) {
          throw e;
        }
      }
    }
    return new ErpUsClient.Sites(named, "");
  }

  private ReserveResponse reserve(ReserveRequest request) throws InterruptedException {
    ErpUsClient.Site site = erp.site(request.getLocationId());
    units.learn(
        site, numbers(request.getLinesList().stream().map(ReservationLine::getItemId).toList()));
    ObjectNode body = BackendJson.object();
    body.put("requestId", request.getContext().getRequestId());
    body.put("siteId", site.number());
    body.put("orderNumber", request.getOrderId());
    if (request.hasHoldFor()) {
      BigDecimal seconds =
          BigDecimal.valueOf(request.getHoldFor().getSeconds())
              .add(BigDecimal.valueOf(request.getHoldFor().getNanos(), 9));
      // Never shorter than asked.
      body.put("holdMinutes", seconds.divide(MINUTE, 3, RoundingMode.CEILING));
    }
    body.put("allowPartial", request.getAllowPartial());
    ArrayNode lines = body.putArray("lines");
    for (int i = 0; i < request.getLinesCount(); i++) {
      ReservationLine line = request.getLines(i);
      int item = ErpUsClient.itemNumber(line.getItemId());
      lines
          .addObject()
          .put("lineNumber", line.getLineId())
          .put("itemNumber", item)
          .put("qty", positive(item, line.getQuantity(), "lines[" + i + "].quantity"));
    }
    BackendData data = erp.call(ErpUsClient.post("/reservations", body).about("location"));
    return ReserveResponse.newBuilder()
        .setReservation(ErpUsStockMapper.reservation(data, site, units))
        .addAllRemainders(ErpUsStockMapper.remainders(data, "shortages", units))
        .build();
  }

  private CommitReservationResponse commitReservation(CommitReservationRequest request)
      throws InterruptedException {
    ErpUsClient.Site site = erp.site(request.getLocationId());
    Reservation before = reservation(request.getReservationId(), site);
    if (before.getStatus() == ReservationStatus.RESERVATION_STATUS_COMMITTED
        && (request.getOrderId().isEmpty() || request.getOrderId().equals(before.getOrderId()))) {
      // Done by an earlier arrival of this request, or by another way to the same end.
      return CommitReservationResponse.newBuilder().setReservation(before).build();
    }
    ObjectNode body = BackendJson.object();
    body.put("requestId", request.getContext().getRequestId());
    if (!request.getOrderId().isEmpty()) {
      body.put("orderNumber", request.getOrderId());
    }
    version(body, request.getEtag());
    BackendData data =
        erp.call(
            ErpUsClient.post(
                    "/reservations/{reservation}/confirm", body, request.getReservationId())
                .about("reservation"));
    data.expectEcho("reservationId", request.getReservationId(), "reservation");
    return CommitReservationResponse.newBuilder()
        .setReservation(ErpUsStockMapper.reservation(data, site, units))
        .build();
  }

  private ReleaseReservationResponse releaseReservation(ReleaseReservationRequest request)
      throws InterruptedException {
    ErpUsClient.Site site = erp.site(request.getLocationId());
    Reservation before = reservation(request.getReservationId(), site);
    ObjectNode body = BackendJson.object();
    body.put("requestId", request.getContext().getRequestId());
    version(body, request.getEtag());
    if (request.getLinesCount() > 0) {
      ArrayNode lines = body.putArray("lines");
      for (int i = 0; i < request.getLinesCount(); i++) {
        ReservationLine line = request.getLines(i);
        lines
            .addObject()
            .put("lineNumber", line.getLineId())
            .put(
                "qty",
                positive(
                    ErpUsClient.itemNumber(line.getItemId()),
                    line.getQuantity(),
                    "lines[" + i + "].quantity"));
      }
    }
    BackendData data =
        erp.call(
            ErpUsClient.post("/reservations/{reservation}/cancel", body, before.getReservationId())
                .about("reservation"));
    data.expectEcho("reservationId", before.getReservationId(), "reservation");
    return ReleaseReservationResponse.newBuilder()
        .setReservation(ErpUsStockMapper.reservation(data, site, units))
        .addAllRemainders(ErpUsStockMapper.remainders(data, "invalid", units))
        .build();
  }

  // The ERP finds a reservation without its site, and leaves out the units.
  private Reservation reservation(String id, ErpUsClient.Site site) throws InterruptedException {
    BackendData data =
        erp.call(ErpUsClient.get("/reservations/{reservation}", id).about("reservation"));
    data.expectEcho("reservationId", id, "reservation");
    if (data.integer("siteId") != site.number()) {
      throw ErpUsClient.notFound("reservation");
    }
    List<Integer> items = new ArrayList<>();
    for (BackendData line : data.list("lines")) {
      items.add(line.integer32("itemNumber"));
    }
    units.learn(site, items);
    return ErpUsStockMapper.reservation(data, site, units);
  }

  private static void version(ObjectNode body, String etag) {
    if (etag.isEmpty()) {
      return;
    }
    try {
      body.put("rowVersion", Long.parseLong(etag));
    } catch (NumberFormatException e) {
      throw new FailureException(
          Reason.REASON_ETAG_MISMATCH, "The reservation changed since it was read; read it again.");
    }
  }

  private AdjustStockResponse adjustStock(AdjustStockRequest request) throws InterruptedException {
    ErpUsClient.Site site = erp.site(request.getLocationId());
    int item = ErpUsClient.itemNumber(request.getItemId());
    units.learn(site, List.of(item));
    ObjectNode body = BackendJson.object();
    body.put("requestId", request.getContext().getRequestId());
    body.put("siteId", site.number());
    body.put("itemNumber", item);
    body.put("bucket", ErpUsCodes.bucket(request.getBucket(), "bucket"));
    if (request.getFromBucket() != StockBucket.STOCK_BUCKET_UNSPECIFIED) {
      if (request.hasCount()) {
        throw Canonical.refused("from_bucket", "nothing, for a count");
      }
      if (request.getFromBucket() == request.getBucket()) {
        throw Canonical.refused("from_bucket", "another figure than bucket");
      }
      body.put("fromBucket", ErpUsCodes.bucket(request.getFromBucket(), "from_bucket"));
    }
    if (request.hasCount()) {
      BigDecimal count = number(item, request.getCount(), "count");
      if (count.signum() < 0) {
        throw Canonical.refused("count.value", "zero or more");
      }
      body.put("countedQty", count);
    } else {
      body.put("qty", number(item, request.getDelta(), "delta"));
    }
    body.put("occurredAt", instant(request.getOccurredAt()).toEpochMilli());
    if (!request.getReasonCode().isEmpty()) {
      body.put("reason", request.getReasonCode());
    }
    if (request.getReferencesCount() > 0) {
      body.put("reference", request.getReferences(0).getValue());
    }
    BackendData data = erp.call(ErpUsClient.post("/inventory/journals", body).about("location"));
    AdjustStockResponse.Builder answer =
        AdjustStockResponse.newBuilder()
            .setApplied(data.flag("applied"))
            .setAvailability(availability(data.object("onhand"), site));
    if (data.has("journalId")) {
      answer.setDocument(
          Canonical.identifier(Scheme.SCHEME_POSTING, data.text("journalId"), ErpUsClient.SYSTEM));
    }
    return answer.build();
  }

  private GetStoreSnapshotResponse getStoreSnapshot(GetStoreSnapshotRequest request)
      throws InterruptedException {
    ErpUsClient.Site site = erp.site(request.getLocationId());
    // Pages are numbered: all of a list must have the first one's size. Its moment goes along too.
    String[] place = PageToken.place(request, SNAPSHOT_PLACE).split("\\|", -1);
    boolean first = place.length < 3;
    int size = first ? PageToken.size(request, USUAL_PAGE) : Integer.parseInt(place[1]);
    SitePage page = page(site, "", size, first ? "" : place[2]);
    Instant taken = first ? page.asOf() : Instant.ofEpochMilli(Long.parseLong(place[0]));
    String next = page.rows().next();
    return GetStoreSnapshotResponse.newBuilder()
        .addAllAvailabilities(page.rows().rows())
        .addAllUnreadableItemIds(page.unreadable())
        .setTakenAt(timestamp(taken))
        .setNextPageToken(
            PageToken.of(
                request, next.isEmpty() ? "" : taken.toEpochMilli() + "|" + size + "|" + next))
        .setFreshness(Canonical.freshness(ErpUsClient.SYSTEM, Optional.of(page.asOf())))
        .build();
  }

  private BigDecimal positive(int item, Quantity quantity, String field) {
    BigDecimal number = number(item, quantity, field);
    if (number.signum() <= 0) {
      throw Canonical.refused(field + ".value", "more than zero");
    }
    return number;
  }

  private BigDecimal number(int item, Quantity quantity, String field) {
    units.expect(item, quantity, field);
    return Canonical.number(quantity, field);
  }
}
