package io.crossdock.connector.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.inventory.v1.AdjustStockRequest;
import io.crossdock.inventory.v1.AdjustStockResponse;
import io.crossdock.inventory.v1.AdjustmentResult;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.BatchAdjustStockRequest;
import io.crossdock.inventory.v1.BatchGetAvailabilityRequest;
import io.crossdock.inventory.v1.BatchGetAvailabilityResponse;
import io.crossdock.inventory.v1.BusinessStep;
import io.crossdock.inventory.v1.CommitReservationRequest;
import io.crossdock.inventory.v1.ExtendReservationRequest;
import io.crossdock.inventory.v1.FindAvailabilityRequest;
import io.crossdock.inventory.v1.FindAvailabilityResponse;
import io.crossdock.inventory.v1.GetAdjustmentRequest;
import io.crossdock.inventory.v1.GetAdjustmentResponse;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetReservationRequest;
import io.crossdock.inventory.v1.GetStoreSnapshotRequest;
import io.crossdock.inventory.v1.GetStoreSnapshotResponse;
import io.crossdock.inventory.v1.GetTransferRequest;
import io.crossdock.inventory.v1.HoldKind;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.LineRemainder;
import io.crossdock.inventory.v1.LineRemainder.RemainderReason;
import io.crossdock.inventory.v1.ReceiveTransferRequest;
import io.crossdock.inventory.v1.ReleaseReservationRequest;
import io.crossdock.inventory.v1.ReleaseReservationResponse;
import io.crossdock.inventory.v1.Reservation;
import io.crossdock.inventory.v1.ReservationLine;
import io.crossdock.inventory.v1.ReservationStatus;
import io.crossdock.inventory.v1.ReserveRequest;
import io.crossdock.inventory.v1.ReserveResponse;
import io.crossdock.inventory.v1.ReservedLine;
import io.crossdock.inventory.v1.StartTransferRequest;
import io.crossdock.inventory.v1.StockAdjustment;
import io.crossdock.inventory.v1.StockBucket;
import io.crossdock.inventory.v1.TransferLine;
import io.crossdock.inventory.v1.WatchAvailabilityRequest;
import io.crossdock.inventory.v1.WatchAvailabilityResponse;
import io.grpc.Context;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The suite for a connector of a stock-keeping system: one contract, whatever the ERP's shapes. */
public abstract class StockConformance extends ConnectorConformance {

  private static final String ITEM = "SKU-1001";
  private static final String ORDER = "sale:till-03:000123:2026-11-21";
  private static final String NOWHERE = "XX-999";

  private final String location;
  private final Paths paths;
  private final boolean findsAdjustments;

  /** Parts of the paths that the ERP's writes go to. */
  public record Paths(String reserve, String commit, String release, String adjust) {}

  /**
   * @param location the first store of the ERP, with the estate's usual stock of SKU-1001
   * @param findsAdjustments whether the ERP finds an adjustment by its request
   */
  protected StockConformance(String location, Paths paths, boolean findsAdjustments) {
    this.location = location;
    this.paths = paths;
    this.findsAdjustments = findsAdjustments;
  }

  /** The cases of the inventory contract. */
  protected final List<MethodCase<?, ?>> stockCases() {
    return List.of(
        MethodCase.of(InventoryServiceGrpc.getGetAvailabilityMethod())
            .answers(
                _ -> get(ITEM, location),
                answer -> {
                  verifyStart(answer.getAvailability());
                  assertThat(answer.getFreshness().getSourceSystem()).isEqualTo(backendName());
                })
            .findsNothing(_ -> get(ITEM, NOWHERE))
            .refuses(get("not an id", location)),
        MethodCase.of(InventoryServiceGrpc.getBatchGetAvailabilityMethod())
            .answers(_ -> batch(location), this::verifyBatch)
            .findsNothing(_ -> batch(NOWHERE))
            .refuses(BatchGetAvailabilityRequest.newBuilder().setLocationId(location).build()),
        MethodCase.of(InventoryServiceGrpc.getWatchAvailabilityMethod())
            .answers(_ -> watch(location), answer -> verifyStart(answer.getAvailability()))
            .findsNothing(_ -> watch(NOWHERE))
            .refuses(WatchAvailabilityRequest.getDefaultInstance()),
        MethodCase.of(InventoryServiceGrpc.getReserveMethod())
            .answers(
                caller -> reserve(caller, location, "2", false),
                answer -> verifyHeld(answer.getReservation()))
            .findsNothing(caller -> reserve(caller, NOWHERE, "2", false))
            .refuses(ReserveRequest.newBuilder().setLocationId(location).build())
            .writesTo(paths.reserve)
            .unlike(request -> request.toBuilder().setLines(0, line("1")).build()),
        MethodCase.of(InventoryServiceGrpc.getCommitReservationMethod())
            .answers(
                caller -> commit(caller, held(caller).getReservationId()),
                answer -> {
                  assertThat(answer.getReservation().getStatus())
                      .isEqualTo(ReservationStatus.RESERVATION_STATUS_COMMITTED);
                  assertThat(answer.getReservation().hasExpiresAt()).isFalse();
                })
            .findsNothing(caller -> commit(caller, "0"))
            .refuses(CommitReservationRequest.newBuilder().setLocationId(location).build())
            .writesTo(paths.commit)
            .unlike(request -> request.toBuilder().setOrderId(ORDER + "-2").build()),
        MethodCase.of(InventoryServiceGrpc.getReleaseReservationMethod())
            .answers(
                caller -> release(caller, held(caller).getReservationId(), ""),
                answer ->
                    assertThat(answer.getReservation().getStatus())
                        .isEqualTo(ReservationStatus.RESERVATION_STATUS_RELEASED))
            .findsNothing(caller -> release(caller, "0", ""))
            .refuses(ReleaseReservationRequest.newBuilder().setLocationId(location).build())
            .writesTo(paths.release)
            .unlike(request -> request.toBuilder().addLines(line("1")).build()),
        MethodCase.of(InventoryServiceGrpc.getAdjustStockMethod())
            .answers(
                caller -> sell(caller, location),
                answer -> {
                  assertThat(answer.getApplied()).isTrue();
                  assertThat(answer.getDocument().getValue()).isNotEmpty();
                  assertNumber(answer.getAvailability().getOnHand(), "23");
                })
            .findsNothing(caller -> sell(caller, NOWHERE))
            .refuses(AdjustStockRequest.newBuilder().setLocationId(location).build())
            .writesTo(paths.adjust)
            .unlike(request -> request.toBuilder().setDelta(pieces("-2")).build()),
        MethodCase.of(InventoryServiceGrpc.getGetReservationMethod())
            .answers(
                caller -> reservation(held(caller).getReservationId()),
                answer -> verifyHeld(answer.getReservation()))
            .findsNothing(_ -> reservation("0"))
            .refuses(GetReservationRequest.newBuilder().setLocationId(location).build()),
        MethodCase.of(InventoryServiceGrpc.getExtendReservationMethod())
            .cannot(
                ExtendReservationRequest.newBuilder()
                    .setContext(context())
                    .setLocationId(location)
                    .setReservationId("RV-1")
                    .setHoldFor(Duration.newBuilder().setSeconds(900))
                    .build()),
        MethodCase.of(InventoryServiceGrpc.getFindAvailabilityMethod())
            .answers(
                _ -> find(location),
                answer -> {
                  verifyStart(answer.getLocations(0).getAvailability());
                  assertThat(answer.getLocations(0).getLocationName()).isNotEmpty();
                  assertThat(answer.getLocationsCount()).isGreaterThan(1);
                  assertThat(answer.getNextPageToken()).isNotEmpty();
                })
            .findsNothing(_ -> find(NOWHERE))
            .refuses(FindAvailabilityRequest.newBuilder().setLocationId(location).build()),
        MethodCase.of(InventoryServiceGrpc.getBatchAdjustStockMethod())
            .answers(
                this::batchOfSales,
                answer -> {
                  assertThat(answer.getResultsList())
                      .extracting(AdjustmentResult::getOutcome)
                      .containsExactly(
                          AdjustmentResult.Outcome.OUTCOME_APPLIED,
                          AdjustmentResult.Outcome.OUTCOME_REFUSED);
                  assertThat(answer.getResults(0).getDocument().getValue()).isNotEmpty();
                  assertThat(answer.getResults(1).getReason()).isEqualTo("NOT_FOUND");
                })
            .neverMisses("each line of a batch is answered for itself")
            .refuses(BatchAdjustStockRequest.newBuilder().setLocationId(location).build())
            .writesTo(paths.adjust)
            .unlike(StockConformance::twoOfEach),
        adjustmentCase(),
        MethodCase.of(InventoryServiceGrpc.getStartTransferMethod())
            .cannot(
                StartTransferRequest.newBuilder()
                    .setContext(context())
                    .setLocationId(location)
                    .setToLocationId("XX-001")
                    .addLines(transferLine())
                    .build()),
        MethodCase.of(InventoryServiceGrpc.getReceiveTransferMethod())
            .cannot(
                ReceiveTransferRequest.newBuilder()
                    .setContext(context())
                    .setLocationId(location)
                    .setTransferId("TR-1")
                    .addLines(transferLine())
                    .build()),
        MethodCase.of(InventoryServiceGrpc.getGetTransferMethod())
            .cannot(
                GetTransferRequest.newBuilder()
                    .setLocationId(location)
                    .setTransferId("TR-1")
                    .build()),
        MethodCase.of(InventoryServiceGrpc.getGetStoreSnapshotMethod())
            .answers(
                _ -> snapshot(location, 10),
                answer -> {
                  assertThat(answer.getAvailabilitiesList()).hasSize(10);
                  verifyStart(answer.getAvailabilities(0));
                  assertThat(answer.hasTakenAt()).isTrue();
                  assertThat(answer.getNextPageToken()).isNotEmpty();
                })
            .findsNothing(_ -> snapshot(NOWHERE, 10))
            .refuses(
                GetStoreSnapshotRequest.newBuilder()
                    .setLocationId(location)
                    .setPageSize(-1)
                    .build()));
  }

  private MethodCase<?, ?> adjustmentCase() {
    MethodCase<GetAdjustmentRequest, GetAdjustmentResponse> lookUp =
        MethodCase.of(InventoryServiceGrpc.getGetAdjustmentMethod());
    return findsAdjustments
        ? lookUp
            .answers(
                caller -> {
                  AdjustStockRequest sale = sell(caller, location);
                  caller.call(InventoryServiceGrpc.getAdjustStockMethod(), sale);
                  return adjustment(location, sale.getContext().getRequestId());
                },
                answer -> {
                  assertThat(answer.getResults(0).getItemId()).isEqualTo(ITEM);
                  assertThat(answer.getResults(0).getOutcome())
                      .isEqualTo(AdjustmentResult.Outcome.OUTCOME_APPLIED);
                })
            .findsNothing(_ -> adjustment(location, UUID.randomUUID().toString()))
            .refuses(GetAdjustmentRequest.newBuilder().setLocationId(location).build())
        : lookUp.cannot(adjustment(location, UUID.randomUUID().toString()));
  }

  @Test
  final void findsTheReservationOfARequest() {
    ReserveRequest request = reserve(caller(), location, "2", false);
    Reservation held =
        caller().call(InventoryServiceGrpc.getReserveMethod(), request).getReservation();

    Reservation found =
        caller()
            .call(
                InventoryServiceGrpc.getGetReservationMethod(),
                GetReservationRequest.newBuilder()
                    .setLocationId(location)
                    .setRequestId(request.getContext().getRequestId())
                    .build())
            .getReservation();

    assertThat(found).isEqualTo(held);
  }

  @Test
  final void keepsTheReleasedQuantityOfAReservation() {
    String reservation = held(caller()).getReservationId();

    ReservedLine line =
        caller()
            .call(
                InventoryServiceGrpc.getReleaseReservationMethod(),
                release(caller(), reservation, "1"))
            .getReservation()
            .getLines(0);

    assertNumber(line.getQuantity(), "1");
    assertNumber(line.getReleased(), "1");
    assertNumber(line.getFulfilled(), "0");
  }

  @Test
  final void findsAnItemInTheLocationsThatAreNamed() {
    FindAvailabilityRequest request =
        find(location).toBuilder().addLocationIds(location).addLocationIds(NOWHERE).build();

    FindAvailabilityResponse all =
        caller().call(InventoryServiceGrpc.getFindAvailabilityMethod(), request);
    FindAvailabilityResponse enough =
        caller()
            .call(
                InventoryServiceGrpc.getFindAvailabilityMethod(),
                request.toBuilder().setMinimum(pieces("17")).build());

    assertThat(all.getLocationsList())
        .singleElement()
        .satisfies(only -> verifyStart(only.getAvailability()));
    assertThat(enough.getLocationsList()).isEmpty();
  }

  @Test
  final void figuresAlwaysAddUp() {
    GetStoreSnapshotResponse snapshot =
        caller().call(InventoryServiceGrpc.getGetStoreSnapshotMethod(), snapshot(location, 200));

    assertThat(snapshot.getAvailabilitiesList())
        .allSatisfy(stock ->
            assertThat(
                    number(stock.getOnHand())
                        .subtract(number(stock.getDamaged()))
                        .subtract(number(stock.getQualityHold()))
                        .subtract(number(stock.getReturnedPending()))
                        .subtract(number(stock.getReserved()))
                        .subtract(number(stock.getAllocated()))
                        .subtract(number(stock.getSafetyStock()))
                        .subtract(number(stock.getHeldBackOther())))
                .isEqualByComparingTo(number(stock.getAvailableToSell())));
  }

  @Test
  final void saysThatTheLocationDoesNotKeepAnItem() {
    for (String item : List.of("SKU-1009", "SKU-1", "SKU-999999999999", "FOO")) {
      Failure failure =
          failure(() ->
              caller().call(InventoryServiceGrpc.getGetAvailabilityMethod(), get(item, location)));

      assertThat(failure.reason()).as(item).isEqualTo(Reason.REASON_NOT_FOUND);
      assertThat(failure.metadata()).containsEntry("resource", "item");
    }
  }

  @Test
  final void refusesMoreThanThereIs() {
    Failure failure =
        failure(() ->
            caller()
                .call(
                    InventoryServiceGrpc.getReserveMethod(),
                    reserve(caller(), location, "17", false)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_INSUFFICIENT);
    assertThat(failure.preconditions())
        .singleElement()
        .satisfies(line -> {
          assertThat(line.type()).isEqualTo("STOCK");
          assertThat(line.subject()).isEqualTo("line/1");
        });
  }

  @Test
  final void holdsWhatIsThereWhenLessMayBeHeld() {
    ReserveResponse answer =
        caller()
            .call(InventoryServiceGrpc.getReserveMethod(), reserve(caller(), location, "20", true));

    assertNumber(answer.getReservation().getLines(0).getQuantity(), "16");
    LineRemainder missing = answer.getRemainders(0);
    assertNumber(missing.getQuantity(), "4");
    assertThat(missing.getReason()).isEqualTo(RemainderReason.REMAINDER_REASON_INSUFFICIENT);
  }

  @Test
  final void saysThatAHoldHasRunOut() {
    String reservation = held(caller()).getReservationId();
    backend().advance(3600);

    Failure failure =
        failure(() ->
            caller()
                .call(
                    InventoryServiceGrpc.getCommitReservationMethod(),
                    commit(caller(), reservation)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_EXPIRED);
  }

  @Test
  final void givesBackAPartAndTellsWhatWasNotHeld() {
    String reservation = held(caller()).getReservationId();

    ReleaseReservationResponse part =
        caller()
            .call(
                InventoryServiceGrpc.getReleaseReservationMethod(),
                release(caller(), reservation, "1"));
    ReleaseReservationResponse tooMuch =
        caller()
            .call(
                InventoryServiceGrpc.getReleaseReservationMethod(),
                release(caller(), reservation, "5"));

    assertThat(part.getReservation().getStatus())
        .isEqualTo(ReservationStatus.RESERVATION_STATUS_HELD);
    assertNumber(part.getReservation().getLines(0).getQuantity(), "1");
    assertThat(tooMuch.getRemainders(0).getReason())
        .isEqualTo(RemainderReason.REMAINDER_REASON_NOT_HELD);
  }

  @Test
  final void givesBackAPartOnceThoughItRestarts() throws IOException {
    Reservation held = held(caller());
    ReleaseReservationRequest request =
        release(caller(), held.getReservationId(), "1").toBuilder().setEtag(held.getEtag()).build();
    caller().call(InventoryServiceGrpc.getReleaseReservationMethod(), request);

    afterRestart(there -> {
      ReleaseReservationResponse again =
          there.call(InventoryServiceGrpc.getReleaseReservationMethod(), request);
      assertNumber(again.getReservation().getLines(0).getQuantity(), "1");
      assertNumber(again.getReservation().getLines(0).getReleased(), "1");
    });

    assertNumber(
        caller()
            .call(
                InventoryServiceGrpc.getGetReservationMethod(),
                reservation(held.getReservationId()))
            .getReservation()
            .getLines(0)
            .getQuantity(),
        "1");
  }

  @Test
  final void refusesAVersionThatIsNotThePresentOne() {
    Reservation reservation = held(caller());

    Failure failure =
        failure(() ->
            caller()
                .call(
                    InventoryServiceGrpc.getCommitReservationMethod(),
                    commit(caller(), reservation.getReservationId()).toBuilder()
                        .setEtag("no-version")
                        .build()));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_ETAG_MISMATCH);
  }

  @Test
  final void doesNotBookACountThatIsOlderThanTheFigure() {
    caller().call(InventoryServiceGrpc.getAdjustStockMethod(), sell(caller(), location));

    AdjustStockResponse late =
        caller()
            .call(
                InventoryServiceGrpc.getAdjustStockMethod(),
                sell(caller(), location).toBuilder()
                    .setCount(pieces("30"))
                    .setOccurredAt(Timestamps.fromMillis(System.currentTimeMillis() - 3_600_000))
                    .build());

    assertThat(late.getApplied()).isFalse();
    assertNumber(late.getAvailability().getOnHand(), "23");
  }

  @Test
  final void movesGoodsIntoAnotherCondition() {
    AdjustStockResponse answer =
        caller()
            .call(
                InventoryServiceGrpc.getAdjustStockMethod(),
                sell(caller(), location).toBuilder()
                    .setBucket(StockBucket.STOCK_BUCKET_DAMAGED)
                    .setFromBucket(StockBucket.STOCK_BUCKET_ON_HAND)
                    .setDelta(pieces("2"))
                    .setBusinessStep(BusinessStep.BUSINESS_STEP_INSPECTING)
                    .build());

    assertNumber(answer.getAvailability().getOnHand(), "24");
    assertNumber(answer.getAvailability().getDamaged(), "3");
    assertNumber(answer.getAvailability().getAvailableToSell(), "14");
  }

  @Test
  final void tellsAChangeToWhoWatches() {
    Context.CancellableContext watching = Context.current().withCancellation();
    Context before = watching.attach();
    try {
      Iterator<WatchAvailabilityResponse> told =
          InventoryServiceGrpc.newBlockingStub(channel())
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .watchAvailability(watch(location));
      verifyStart(told.next().getAvailability());

      caller().call(InventoryServiceGrpc.getAdjustStockMethod(), sell(caller(), location));

      assertNumber(told.next().getAvailability().getOnHand(), "23");
    } finally {
      watching.detach(before);
      watching.cancel(null);
    }
  }

  @Test
  final void tellsTheWholeLocationOverThePagesOfOnePicture() {
    GetStoreSnapshotRequest page = snapshot(location, 1000);
    GetStoreSnapshotResponse first =
        caller().call(InventoryServiceGrpc.getGetStoreSnapshotMethod(), page);
    GetStoreSnapshotResponse answer = first;
    long items = first.getAvailabilitiesCount();
    while (!answer.getNextPageToken().isEmpty()) {
      answer =
          caller()
              .call(
                  InventoryServiceGrpc.getGetStoreSnapshotMethod(),
                  page.toBuilder().setPageToken(answer.getNextPageToken()).build());
      items += answer.getAvailabilitiesCount();
      assertThat(answer.getTakenAt()).isEqualTo(first.getTakenAt());
    }

    assertThat(items).isEqualTo(18_000);
  }

  private static GetAvailabilityRequest get(String item, String location) {
    return GetAvailabilityRequest.newBuilder().setItemId(item).setLocationId(location).build();
  }

  private static BatchGetAvailabilityRequest batch(String location) {
    return BatchGetAvailabilityRequest.newBuilder()
        .setLocationId(location)
        .addItemIds("SKU-1002")
        .addItemIds("FOO")
        .addItemIds("SKU-1009")
        .addItemIds(ITEM)
        .build();
  }

  private void verifyBatch(BatchGetAvailabilityResponse answer) {
    assertThat(answer.getAvailabilitiesList())
        .extracting(Availability::getItemId)
        .containsExactly("SKU-1002", ITEM);
    assertThat(answer.getUnknownItemIdsList()).containsExactly("FOO", "SKU-1009");
  }

  private static WatchAvailabilityRequest watch(String location) {
    return WatchAvailabilityRequest.newBuilder().setLocationId(location).addItemIds(ITEM).build();
  }

  private static ReserveRequest reserve(
      Caller caller, String location, String pieces, boolean partial) {
    return ReserveRequest.newBuilder()
        .setContext(caller.context())
        .setLocationId(location)
        .addLines(line(pieces))
        .setOrderId(ORDER)
        .setHoldFor(Duration.newBuilder().setSeconds(900))
        .setAllowPartial(partial)
        .build();
  }

  private static ReservationLine line(String pieces) {
    return ReservationLine.newBuilder()
        .setLineId("1")
        .setItemId(ITEM)
        .setQuantity(pieces(pieces))
        .build();
  }

  private Reservation held(Caller caller) {
    return caller
        .call(InventoryServiceGrpc.getReserveMethod(), reserve(caller, location, "2", false))
        .getReservation();
  }

  private CommitReservationRequest commit(Caller caller, String reservation) {
    return CommitReservationRequest.newBuilder()
        .setContext(caller.context())
        .setLocationId(location)
        .setReservationId(reservation)
        .setOrderId(ORDER)
        .build();
  }

  private ReleaseReservationRequest release(Caller caller, String reservation, String pieces) {
    ReleaseReservationRequest.Builder release =
        ReleaseReservationRequest.newBuilder()
            .setContext(caller.context())
            .setLocationId(location)
            .setReservationId(reservation);
    if (!pieces.isEmpty()) {
      release.addLines(line(pieces));
    }
    return release.build();
  }

  private static AdjustStockRequest sell(Caller caller, String location) {
    return AdjustStockRequest.newBuilder()
        .setContext(caller.context())
        .setLocationId(location)
        .setItemId(ITEM)
        .setBucket(StockBucket.STOCK_BUCKET_ON_HAND)
        .setDelta(pieces("-1"))
        .setOccurredAt(Timestamps.fromMillis(System.currentTimeMillis()))
        .setBusinessStep(BusinessStep.BUSINESS_STEP_RETAIL_SELLING)
        .build();
  }

  private GetReservationRequest reservation(String id) {
    return GetReservationRequest.newBuilder().setLocationId(location).setReservationId(id).build();
  }

  private static FindAvailabilityRequest find(String location) {
    return FindAvailabilityRequest.newBuilder()
        .setItemId(ITEM)
        .setLocationId(location)
        .setPageSize(5)
        .build();
  }

  private BatchAdjustStockRequest batchOfSales(Caller caller) {
    StockAdjustment.Builder sale =
        StockAdjustment.newBuilder()
            .setLineId("1")
            .setItemId(ITEM)
            .setBucket(StockBucket.STOCK_BUCKET_ON_HAND)
            .setDelta(pieces("-1"))
            .setOccurredAt(Timestamps.fromMillis(System.currentTimeMillis()))
            .setBusinessStep(BusinessStep.BUSINESS_STEP_RETAIL_SELLING);
    return BatchAdjustStockRequest.newBuilder()
        .setContext(caller.context())
        .setLocationId(location)
        .addAdjustments(sale)
        .addAdjustments(sale.clone().setLineId("2").setItemId("FOO"))
        .build();
  }

  private static BatchAdjustStockRequest twoOfEach(BatchAdjustStockRequest batch) {
    BatchAdjustStockRequest.Builder other = batch.toBuilder();
    other.getAdjustmentsBuilderList().forEach(line -> line.setDelta(pieces("-2")));
    return other.build();
  }

  private static GetAdjustmentRequest adjustment(String location, String request) {
    return GetAdjustmentRequest.newBuilder().setLocationId(location).setRequestId(request).build();
  }

  private static TransferLine transferLine() {
    return TransferLine.newBuilder()
        .setLineId("1")
        .setItemId(ITEM)
        .setQuantity(pieces("1"))
        .build();
  }

  private static CommandContext context() {
    return CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()).build();
  }

  private static BigDecimal number(Quantity quantity) {
    String text = quantity.getValue().getValue();
    return text.isEmpty() ? BigDecimal.ZERO : new BigDecimal(text);
  }

  private static GetStoreSnapshotRequest snapshot(String location, int size) {
    return GetStoreSnapshotRequest.newBuilder().setLocationId(location).setPageSize(size).build();
  }

  private static Quantity pieces(String number) {
    return Quantity.newBuilder().setValue(Decimal.newBuilder().setValue(number)).build();
  }

  private void verifyStart(Availability stock) {
    assertThat(stock.getItemId()).isEqualTo(ITEM);
    assertThat(stock.getLocationId()).isEqualTo(location);
    assertNumber(stock.getOnHand(), "24");
    assertNumber(stock.getReserved(), "2");
    assertNumber(stock.getAllocated(), "1");
    assertNumber(stock.getDamaged(), "1");
    assertNumber(stock.getQualityHold(), "1");
    assertNumber(stock.getReturnedPending(), "1");
    assertNumber(stock.getSafetyStock(), "2");
    assertNumber(stock.getAvailableToSell(), "16");
    assertNumber(stock.getInTransit(), "6");
    assertNumber(stock.getOnOrder(), "12");
    assertThat(stock.getOnHand().getUnitCode()).isEqualTo("C62");
    assertNumber(stock.getAtp(stock.getAtpCount() - 1).getQuantity(), "36");
    assertThat(stock.hasAsOf()).isTrue();
    assertThat(stock.getFieldTimesMap()).containsKey("on_hand");
  }

  private static void verifyHeld(Reservation reservation) {
    assertThat(reservation.getStatus()).isEqualTo(ReservationStatus.RESERVATION_STATUS_HELD);
    assertThat(reservation.getHoldKind()).isEqualTo(HoldKind.HOLD_KIND_NATIVE);
    assertThat(reservation.hasExpiresAt()).isTrue();
    assertThat(reservation.getOrderId()).isEqualTo(ORDER);
    assertThat(reservation.getEtag()).isNotEmpty();
    assertThat(reservation.getLines(0).getItemId()).isEqualTo(ITEM);
    assertNumber(reservation.getLines(0).getQuantity(), "2");
  }

  private static void assertNumber(Quantity quantity, String number) {
    assertThat(quantity.getValue().getValue()).isEqualTo(number);
  }
}
