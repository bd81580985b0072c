package io.crossdock.connector.erpeu;

import static io.crossdock.connector.canonical.Canonical.instant;
import static io.crossdock.connector.canonical.Canonical.timestamp;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.answer.PageToken;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Identifier.Scheme;
import io.crossdock.common.v1.Quantity;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.connector.backend.BackendRequest;
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
import io.crossdock.inventory.v1.AdjustmentResult;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.BatchGetAvailabilityRequest;
import io.crossdock.inventory.v1.BatchGetAvailabilityResponse;
import io.crossdock.inventory.v1.CommitReservationRequest;
import io.crossdock.inventory.v1.CommitReservationResponse;
import io.crossdock.inventory.v1.FindAvailabilityRequest;
import io.crossdock.inventory.v1.FindAvailabilityResponse;
import io.crossdock.inventory.v1.GetAdjustmentRequest;
import io.crossdock.inventory.v1.GetAdjustmentResponse;
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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Every method of the inventory contract as calls to the ERP. */
final class ErpEuInventoryService {

  private static final String STOCK = "/API_MATERIAL_STOCK_SRV/A_MaterialStock";
  private static final String RESERVATIONS =
      "/API_RESERVATION_DOCUMENT_SRV/A_ReservationDocumentHeader";
  private static final String MOVEMENTS = "/API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentHeader";
  private static final String COUNTS = "/API_PHYSICAL_INVENTORY_SRV/A_PhysInventoryDocHeader";
  // What the ERP can have issued; another text must not become a header.
  private static final Pattern ETAG = Pattern.compile("(W/)?\"[\\x21\\x23-\\x7E]*\"");
  private static final Pattern SNAPSHOT_PLACE = Pattern.compile("[0-9]{1,15}\\|.*");
  private static final int USUAL_PAGE = 200;
  private static final int USUAL_LOCATIONS = 20;
  private static final int WATCH_PAGE = 1000;
  // Materials of one filter: the address of a call stays below what gateways accept.
  private static final int MATERIALS = 50;
  private static final Freshness FRESHNESS =
      Freshness.newBuilder().setSourceSystem(ErpEuClient.SYSTEM).build();

  private final ErpEuClient erp;
  private final StockWatches watches = new StockWatches(ErpEuClient.SYSTEM);

  ErpEuInventoryService(ErpEuClient erp) {
    this.erp = erp;
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
        .unary(InventoryServiceGrpc.getGetAdjustmentMethod(), this::getAdjustment)
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
    return GetAvailabilityResponse.newBuilder()
        .setAvailability(
            stock(ErpEuClient.material(request.getItemId()), erp.plant(request.getLocationId())))
        .setFreshness(FRESHNESS)
        .build();
  }

  private Availability stock(String material, ErpEuClient.Plant plant) throws InterruptedException {
    BackendData data =
        erp.send(
                ErpEuClient.get(
                        STOCK + "(Material='{material}',Plant='{plant}')", material, plant.number())
                    .about("item")
                    .query("$expand", "to_PlannedReceipt"))
            .data();
    data.expectEcho("Material", material, "material");
    data.expectEcho("Plant", plant.number(), "plant");
    return ErpEuStockMapper.availability(data, plant);
  }

  private BatchGetAvailabilityResponse batchGetAvailability(BatchGetAvailabilityRequest request)
      throws InterruptedException {
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    List<String> materials = materials(request.getItemIdsList());
    Map<String, Availability> known = new HashMap<>();
    Set<String> unreadable = new HashSet<>();
    for (int i = 0; i < materials.size(); i += MATERIALS) {
      for (Availability stock : stock(materials, i, plant, unreadable::add)) {
        known.put(stock.getItemId(), stock);
      }
    }
    BatchGetAvailabilityResponse.Builder answer = BatchGetAvailabilityResponse.newBuilder();
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
    return answer.setFreshness(FRESHNESS).build();
  }

  // The materials that the ERP can know at all.
  private static List<String> materials(List<String> items) {
    return items.stream().flatMap(item -> ErpEuCodes.material(item).stream()).toList();
  }

  // The stock of some materials, from one place of the list on.
  private List<Availability> stock(
      List<String> materials, int from, ErpEuClient.Plant plant, Consumer<String> unreadable)
      throws InterruptedException {
    List<String> some = materials.subList(from, Math.min(from + MATERIALS, materials.size()));
    return page(plant, either("Material", some), MATERIALS, "", unreadable).rows();
  }

  private static String either(String field, List<String> values) {
    return "("
        + String.join(
            " or ", values.stream().map(each -> field + " eq " + ErpEuClient.quoted(each)).toList())
        + ")";
  }

  private StockSource.Page page(
      ErpEuClient.Plant plant, String also, int size, String skipToken, Consumer<String> unreadable)
      throws InterruptedException {
    String filter =
        "Plant eq " + ErpEuClient.quoted(plant.number()) + (also.isEmpty() ? "" : " and " + also);
    ErpEuClient.Rows page =
        erp.rows(
            ErpEuClient.get(STOCK)
                .about("location")
                .query("$filter", filter)
                .query("$top", Integer.toString(size))
                .query("$expand", "to_PlannedReceipt")
                .query("$skiptoken", skipToken));
    page.rows().stream()
        .filter(row -> row.has("Plant"))
        .forEach(row -> row.expectEcho("Plant", plant.number(), "plant"));
    List<Availability> rows =
        Rows.readable(
            page.rows(),
            row -> ErpEuStockMapper.availability(row, plant),
            row -> ErpEuCodes.optionalItem(row, "Material").ifPresent(unreadable));
    return new StockSource.Page(rows, page.next());
  }

  private void watchAvailability(
      WatchAvailabilityRequest request, Answers<WatchAvailabilityResponse> answers)
      throws InterruptedException {
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    StockSource source =
        new StockSource() {
          @Override
          public Page all(String pageToken) throws InterruptedException {
            return page(plant, "", WATCH_PAGE, pageToken, _ -> {});
          }

          @Override
          public Page of(List<String> itemIds, String pageToken) throws InterruptedException {
            List<String> materials = materials(itemIds);
            int from = pageToken.isEmpty() ? 0 : Integer.parseInt(pageToken);
            if (from >= materials.size()) {
              return new Page(List.of(), "");
            }
            int next = from + MATERIALS;
            return new Page(
                stock(materials, from, plant, _ -> {}),
                next < materials.size() ? Integer.toString(next) : "");
          }

          @Override
          public Page since(Instant moment, String pageToken) throws InterruptedException {
            String changed = "LastChangeDateTime ge " + moment.truncatedTo(ChronoUnit.MILLIS);
            return page(plant, changed, WATCH_PAGE, pageToken, _ -> {});
          }
        };
    watches.serve(request.getLocationId(), source, request.getItemIdsList(), answers);
  }

  private GetReservationResponse getReservation(GetReservationRequest request)
      throws InterruptedException {
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    Reservation found =
        request.getRequestId().isEmpty()
            ? reservation(request.getReservationId(), plant)
            : reservationOf(request.getRequestId(), plant);
    return GetReservationResponse.newBuilder()
        .setReservation(found)
        .setFreshness(FRESHNESS)
        .build();
  }

  private Reservation reservationOf(String requestId, ErpEuClient.Plant plant)
      throws InterruptedException {
    List<BackendData> found = erp.byReference(RESERVATIONS, requestId);
    if (found.isEmpty() || !found.getFirst().text("Plant").equals(plant.number())) {
      throw ErpEuClient.notFound("reservation");
    }
    found.getFirst().expectEcho("ExternalReference", requestId, "request");
    return ErpEuStockMapper.reservation(found.getFirst(), plant);
  }

  // The ERP is asked plant by plant of a page; a page may hold fewer locations than it has plants.
  private FindAvailabilityResponse findAvailability(FindAvailabilityRequest request)
      throws InterruptedException {
    FindRequests.expectNoGeography(request);
    String material = ErpEuClient.material(request.getItemId());
    erp.plant(request.getLocationId());
    ErpEuClient.Plants plants =
        erp.plants(
            request.getLocationIdsList(),
            PageToken.size(request, USUAL_LOCATIONS),
            PageToken.place(request));
    FindAvailabilityResponse.Builder answer =
        FindAvailabilityResponse.newBuilder()
            .setNextPageToken(PageToken.of(request, plants.next()))
            .setFreshness(FRESHNESS);
    if (plants.plants().isEmpty()) {
      return answer.build();
    }
    Map<String, ErpEuClient.Plant> byNumber = new HashMap<>();
    plants.plants().forEach(plant -> byNumber.put(plant.number(), plant));
    ErpEuClient.Rows rows =
        erp.rows(
            ErpEuClient.get(STOCK)
                .about("item")
                .query(
                    "$filter",
                    "Material eq "
                        + ErpEuClient.quoted(material)
                        + " and "
                        + either("Plant", List.copyOf(byNumber.keySet())))
                .query("$top", Integer.toString(byNumber.size()))
                .query("$expand", "to_PlannedReceipt"));
    for (BackendData row : rows.rows()) {
      ErpEuClient.Plant plant = byNumber.get(row.optionalText("Plant"));
      if (plant == null) {
        throw row.invalid("Plant", "one that was asked about");
      }
      row.expectEcho("Material", material, "material");
      List<Availability> stock =
          Rows.readable(
              List.of(row),
              each -> ErpEuStockMapper.availability(each, plant),
              _ -> answer.addUnreadableLocationIds(plant.location()));
      for (Availability each : stock) {
        if (FindRequests.isEnough(request, each)) {
          answer.addLocations(
              LocationAvailability.newBuilder()
                  .setAvailability(each)
                  .setLocationName(plant.name()));
        }
      }
    }
    return answer.build();
  }

  private GetAdjustmentResponse getAdjustment(GetAdjustmentRequest request)
      throws InterruptedException {
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    List<BackendData> moves = erp.byReference(MOVEMENTS, request.getRequestId());
    List<BackendData> documents =
        moves.isEmpty() ? erp.byReference(COUNTS, request.getRequestId()) : moves;
    if (documents.isEmpty() || !documents.getFirst().text("Plant").equals(plant.number())) {
      throw ErpEuClient.notFound("adjustment");
    }
    BackendData document = documents.getFirst();
    document.expectEcho("ExternalReference", request.getRequestId(), "request");
    boolean isCount = moves.isEmpty();
    BackendData item = isCount ? document : document.list("_Item").getFirst();
    return GetAdjustmentResponse.newBuilder()
        .addResults(
            AdjustmentResult.newBuilder()
                .setItemId(ErpEuCodes.item(item, "Material"))
                .setOutcome(
                    !isCount || document.flag("Posted")
                        ? AdjustmentResult.Outcome.OUTCOME_APPLIED
                        : AdjustmentResult.Outcome.OUTCOME_OUTDATED)
                .setDocument(
                    Canonical.identifier(
                        Scheme.SCHEME_POSTING,
                        document.text(isCount ? "PhysicalInventoryDocument" : "MaterialDocument"),
                        ErpEuClient.SYSTEM)))
        .setFreshness(FRESHNESS)
        .build();
  }

  private ReserveResponse reserve(ReserveRequest request) throws InterruptedException {
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    ObjectNode body = BackendJson.object();
    body.put("ExternalReference", request.getContext().getRequestId());
    body.put("Plant", plant.number());
    body.put("ReferenceDocument", request.getOrderId());
    if (request.hasHoldFor()) {
      body.put(
          "ValiditySeconds",
          request.getHoldFor().getSeconds() + (request.getHoldFor().getNanos() > 0 ? 1 : 0));
    }
    body.put("PartialConfirmation", request.getAllowPartial());
    ArrayNode items = body.putArray("_Item");
    for (int i = 0; i < request.getLinesCount(); i++) {
      ReservationLine line = request.getLines(i);
      String field = "lines[" + i + "].quantity";
      items
          .addObject()
          .put("ReservationItem", line.getLineId())
          .put("Material", ErpEuClient.material(line.getItemId()))
          .put("RequestedQuantity", positive(line.getQuantity(), field))
          .put("EntryUnit", ErpEuCodes.unit(line.getQuantity(), field));
    }
    BackendData data = erp.create(RESERVATIONS, body);
    return ReserveResponse.newBuilder()
        .setReservation(ErpEuStockMapper.reservation(data, plant))
        .addAllRemainders(ErpEuStockMapper.shortages(data))
        .build();
  }

  private CommitReservationResponse commitReservation(CommitReservationRequest request)
      throws InterruptedException {
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    Reservation before = reservation(request.getReservationId(), plant);
    ObjectNode body = BackendJson.object();
    body.put("ExternalReference", request.getContext().getRequestId());
    if (!request.getOrderId().isEmpty()) {
      body.put("ReferenceDocument", request.getOrderId());
    }
    try {
      BackendData data = erp.send(action("Commit", before, request.getEtag()).json(body)).data();
      data.expectEcho("Reservation", before.getReservationId(), "reservation");
      return CommitReservationResponse.newBuilder()
          .setReservation(ErpEuStockMapper.reservation(data, plant))
          .build();
    } catch (FailureException e) {
      if (e.failure().reason() == Reason.REASON_ETAG_MISMATCH && request.getEtag().isEmpty()) {
        // Somebody else reached the same end between the two calls.
        Reservation after = reservation(request.getReservationId(), plant);
        if (isCommitted(after, request.getOrderId())) {
          return CommitReservationResponse.newBuilder().setReservation(after).build();
        }
      }
      throw e;
    }
  }

  private static boolean isCommitted(Reservation reservation, String order) {
    return reservation.getStatus() == ReservationStatus.RESERVATION_STATUS_COMMITTED
        && (order.isEmpty() || order.equals(reservation.getOrderId()));
  }

  private ReleaseReservationResponse releaseReservation(ReleaseReservationRequest request)
      throws InterruptedException {
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    Reservation before = reservation(request.getReservationId(), plant);
    ObjectNode body = BackendJson.object();
    body.put("ExternalReference", request.getContext().getRequestId());
    ArrayNode items = body.putArray("_Item");
    for (int i = 0; i < request.getLinesCount(); i++) {
      ReservationLine line = request.getLines(i);
      items
          .addObject()
          .put("ReservationItem", line.getLineId())
          .put("Quantity", positive(line.getQuantity(), "lines[" + i + "].quantity"));
    }
    try {
      BackendData data = erp.send(action("Withdraw", before, request.getEtag()).json(body)).data();
      data.expectEcho("Reservation", before.getReservationId(), "reservation");
      return ReleaseReservationResponse.newBuilder()
          .setReservation(ErpEuStockMapper.reservation(data, plant))
          .addAllRemainders(ErpEuStockMapper.rejected(data, before))
          .build();
    } catch (FailureException e) {
      if (e.failure().reason() == Reason.REASON_ETAG_MISMATCH && request.getEtag().isEmpty()) {
        Reservation after = reservation(request.getReservationId(), plant);
        if (isGone(after)) {
          return ReleaseReservationResponse.newBuilder().setReservation(after).build();
        }
      }
      throw e;
    }
  }

  private static boolean isGone(Reservation reservation) {
    return reservation.getStatus() == ReservationStatus.RESERVATION_STATUS_RELEASED
        || reservation.getStatus() == ReservationStatus.RESERVATION_STATUS_EXPIRED;
  }

  // Always with a version, the caller's or the one that was read. The ERP looks for the reference
  // first, so that an action that arrives again is answered as the first time.
  private static BackendRequest action(String name, Reservation reservation, String etag) {
    if (!etag.isEmpty() && !ETAG.matcher(etag).matches()) {
      throw new FailureException(
          Reason.REASON_ETAG_MISMATCH, "The reservation changed since it was read; read it again.");
    }
    return ErpEuClient.post(
            RESERVATIONS + "('{reservation}')/" + name,
            BackendJson.object(),
            reservation.getReservationId())
        .about("reservation")
        .header("If-Match", etag.isEmpty() ? reservation.getEtag() : etag);
  }

  private Reservation reservation(String id, ErpEuClient.Plant plant) throws InterruptedException {
    BackendData data =
        erp.send(ErpEuClient.get(RESERVATIONS + "('{reservation}')", id).about("reservation"))
            .data();
    data.expectEcho("Reservation", id, "reservation");
    if (!data.text("Plant").equals(plant.number())) {
      throw ErpEuClient.notFound("reservation");
    }
    return ErpEuStockMapper.reservation(data, plant);
  }

  private AdjustStockResponse adjustStock(AdjustStockRequest request) throws InterruptedException {
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    String material = ErpEuClient.material(request.getItemId());
    BackendData document =
        request.hasCount() ? count(request, plant, material) : move(request, plant, material);
    String number =
        document.text(request.hasCount() ? "PhysicalInventoryDocument" : "MaterialDocument");
    AdjustStockResponse.Builder answer =
        AdjustStockResponse.newBuilder()
            .setApplied(!request.hasCount() || document.flag("Posted"))
            .setDocument(Canonical.identifier(Scheme.SCHEME_POSTING, number, ErpEuClient.SYSTEM));
    try {
      answer.setAvailability(stock(material, plant));
    } catch (FailureException e) {
      // It is booked: a figure that cannot be read after it must not make it look otherwise.
      answer.clearAvailability();
    }
    return answer.build();
  }

  private BackendData move(AdjustStockRequest request, ErpEuClient.Plant plant, String material)
      throws InterruptedException {
    boolean between = request.getFromBucket() != StockBucket.STOCK_BUCKET_UNSPECIFIED;
    if (request.getFromBucket() == request.getBucket()) {
      throw Canonical.refused("from_bucket", "another figure than bucket");
    }
    Quantity delta = request.getDelta();
    ObjectNode body = BackendJson.object();
    body.put("ExternalReference", request.getContext().getRequestId());
    body.put("Plant", plant.number());
    body.put("DocumentDateTime", instant(request.getOccurredAt()).toString());
    reference(body, request);
    ObjectNode item = body.putArray("_Item").addObject();
    item.put("Material", material);
    item.put(
        "GoodsMovementType",
        ErpEuCodes.movement(
            request.getBusinessStep(), between, Canonical.number(delta, "delta").signum() > 0));
    item.put("StockType", ErpEuCodes.stockType(request.getBucket(), "bucket"));
    if (between) {
      item.put("IssuingStockType", ErpEuCodes.stockType(request.getFromBucket(), "from_bucket"));
    }
    item.put("Quantity", ErpEuCodes.number(delta, "delta"));
    item.put("EntryUnit", ErpEuCodes.unit(delta, "delta"));
    if (!request.getReasonCode().isEmpty()) {
      item.put("ReasonCode", request.getReasonCode());
    }
    return erp.create(MOVEMENTS, body);
  }

  private BackendData count(AdjustStockRequest request, ErpEuClient.Plant plant, String material)
      throws InterruptedException {
    if (request.getFromBucket() != StockBucket.STOCK_BUCKET_UNSPECIFIED) {
      throw Canonical.refused("from_bucket", "nothing, for a count");
    }
    Quantity count = request.getCount();
    if (Canonical.number(count, "count").signum() < 0) {
      throw Canonical.refused("count.value", "zero or more");
    }
    ObjectNode body = BackendJson.object();
    body.put("ExternalReference", request.getContext().getRequestId());
    body.put("Plant", plant.number());
    body.put("Material", material);
    body.put(
        "StockType",
        request.getBucket() == StockBucket.STOCK_BUCKET_ON_HAND
            ? "TOTAL"
            : ErpEuCodes.stockType(request.getBucket(), "bucket"));
    body.put("CountedQuantity", ErpEuCodes.number(count, "count"));
    body.put("EntryUnit", ErpEuCodes.unit(count, "count"));
    body.put("CountDateTime", instant(request.getOccurredAt()).toString());
    reference(body, request);
    return erp.create(COUNTS, body);
  }

  private static void reference(ObjectNode body, AdjustStockRequest request) {
    if (request.getReferencesCount() > 0) {
      body.put("ReferenceDocument", request.getReferences(0).getValue());
    }
  }

  private GetStoreSnapshotResponse getStoreSnapshot(GetStoreSnapshotRequest request)
      throws InterruptedException {
    ErpEuClient.Plant plant = erp.plant(request.getLocationId());
    // The ERP does not say when its picture was taken: the first page's moment goes along.
    String place = PageToken.place(request, SNAPSHOT_PLACE);
    int at = place.indexOf('|');
    Instant taken =
        at < 0
            ? Instant.now().truncatedTo(ChronoUnit.MILLIS)
            : Instant.ofEpochMilli(Long.parseLong(place.substring(0, at)));
    List<String> unreadable = new ArrayList<>();
    StockSource.Page page =
        page(
            plant,
            "",
            PageToken.size(request, USUAL_PAGE),
            place.substring(at + 1),
            unreadable::add);
    return GetStoreSnapshotResponse.newBuilder()
        .addAllUnreadableItemIds(unreadable)
        .addAllAvailabilities(page.rows())
        .setTakenAt(timestamp(taken))
        .setNextPageToken(
            PageToken.of(
                request, page.next().isEmpty() ? "" : taken.toEpochMilli() + "|" + page.next()))
        .setFreshness(FRESHNESS)
        .build();
  }

  private static String positive(Quantity quantity, String field) {
    if (Canonical.number(quantity, field).signum() <= 0) {
      throw Canonical.refused(field + ".value", "more than zero");
    }
    return ErpEuCodes.number(quantity, field);
  }
}
