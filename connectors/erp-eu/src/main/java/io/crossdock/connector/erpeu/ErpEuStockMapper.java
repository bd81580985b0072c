package io.crossdock.connector.erpeu;

import static io.crossdock.connector.canonical.Canonical.identifier;
import static io.crossdock.connector.canonical.Canonical.quantity;
import static io.crossdock.connector.canonical.Canonical.timestamp;

import io.crossdock.common.v1.Identifier.Scheme;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.AvailableToPromise;
import io.crossdock.inventory.v1.HoldKind;
import io.crossdock.inventory.v1.LineRemainder;
import io.crossdock.inventory.v1.Reservation;
import io.crossdock.inventory.v1.ReservationStatus;
import io.crossdock.inventory.v1.ReservedLine;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The ERP's stock and reservation documents as the contract's messages. */
final class ErpEuStockMapper {

  private ErpEuStockMapper() {}

  /**
   * The ERP states the parts, not what can be sold: that follows by the contract's formula. It
   * knows the day of a receipt and not its hour, so the day is in {@code atp} alone.
   */
  static Availability availability(BackendData data, ErpEuClient.Plant plant) {
    String unit = ErpEuCodes.unit(data, "MaterialBaseUnit");
    BigDecimal unrestricted = data.decimal("UnrestrictedStock");
    BigDecimal inspected = data.decimal("QualityInspectionStock");
    BigDecimal blocked = data.decimal("BlockedStock");
    BigDecimal returned = data.decimal("ReturnsStock");
    BigDecimal reserved = data.decimal("ReservedQuantity");
    BigDecimal picked = data.decimal("DeliveryQuantity");
    BigDecimal safety = data.decimal("SafetyStock");
    BigDecimal sellable = unrestricted.subtract(reserved).subtract(picked).subtract(safety);
    Availability.Builder stock =
        Availability.newBuilder()
            .setItemId(ErpEuCodes.item(data, "Material"))
            .setLocationId(plant.location())
            .setOnHand(quantity(unrestricted.add(inspected).add(blocked).add(returned), unit))
            .setReserved(quantity(reserved, unit))
            .setAllocated(quantity(picked, unit))
            .setAvailableToSell(quantity(sellable, unit))
            .setSafetyStock(quantity(safety, unit))
            .setInTransit(quantity(data.decimal("StockInTransfer"), unit))
            .setOnOrder(quantity(data.decimal("PurchaseOrderQuantity"), unit))
            .setDamaged(quantity(blocked, unit))
            .setQualityHold(quantity(inspected, unit))
            .setReturnedPending(quantity(returned, unit))
            .setBackorderable(data.flag("BackorderAllowed"))
            .setBasis(Availability.Basis.BASIS_FORMULA)
            .addExternalIds(
                identifier(Scheme.SCHEME_SKU, data.text("Material"), ErpEuClient.SYSTEM))
            .addExternalIds(
                identifier(Scheme.SCHEME_UNSPECIFIED, plant.number(), ErpEuClient.SYSTEM));
    promise(data, sellable, unit).forEach(stock::addAtp);
    data.instant("LastChangeDateTime").ifPresent(at -> stock.setAsOf(timestamp(at)));
    data.instant("StockChangeDateTime")
        .ifPresent(at -> {
          for (String figure : List.of("on_hand", "damaged", "quality_hold", "returned_pending")) {
            stock.putFieldTimes(figure, timestamp(at));
          }
        });
    data.instant("ReservationChangeDateTime")
        .ifPresent(at -> stock.putFieldTimes("reserved", timestamp(at)));
    return stock.build();
  }

  private static List<AvailableToPromise> promise(
      BackendData data, BigDecimal sellable, String unit) {
    SortedMap<LocalDate, BigDecimal> receipts = new TreeMap<>();
    for (BackendData receipt : data.list("to_PlannedReceipt")) {
      LocalDate day =
          receipt.day("ReceiptDate").orElseThrow(() -> receipt.invalid("ReceiptDate", "a day"));
      receipts.merge(day, receipt.decimal("PlannedQuantity"), BigDecimal::add);
    }
    List<AvailableToPromise> promise = new ArrayList<>();
    BigDecimal sum = sellable;
    for (var receipt : receipts.entrySet()) {
      sum = sum.add(receipt.getValue());
      promise.add(
          AvailableToPromise.newBuilder()
              .setDate(Canonical.date(receipt.getKey()))
              .setQuantity(quantity(sum, unit))
              .build());
    }
    return promise;
  }

  static Reservation reservation(BackendData data, ErpEuClient.Plant plant) {
    String word = data.text("ReservationStatus");
    ReservationStatus status = ErpEuCodes.reservation(word);
    Reservation.Builder reservation =
        Reservation.newBuilder()
            .setReservationId(data.text("Reservation"))
            .setLocationId(plant.location())
            .setStatus(status)
            .setRawStatus(status == ReservationStatus.RESERVATION_STATUS_UNSPECIFIED ? word : "")
            .setOrderId(data.optionalText("ReferenceDocument"))
            .setHoldKind(HoldKind.HOLD_KIND_NATIVE)
            .setEtag(data.optionalText("@odata.etag"));
    for (BackendData item : data.list("_Item")) {
      String unit = ErpEuCodes.unit(item, "EntryUnit");
      BigDecimal confirmed = item.decimal("ConfirmedQuantity");
      BigDecimal issued = item.optionalDecimal("WithdrawnQuantity").orElse(BigDecimal.ZERO);
      BigDecimal returned = item.optionalDecimal("ReturnedQuantity").orElse(BigDecimal.ZERO);
      if (confirmed.signum() != 0 || issued.signum() != 0 || returned.signum() != 0) {
        reservation.addLines(
            ReservedLine.newBuilder()
                .setLineId(item.text("ReservationItem"))
                .setItemId(ErpEuCodes.item(item, "Material"))
                .setQuantity(quantity(confirmed, unit))
                .setFulfilled(quantity(issued, unit))
                .setReleased(quantity(returned, unit)));
      }
    }
    if (status == ReservationStatus.RESERVATION_STATUS_HELD) {
      data.instant("ValidityEndDateTime").ifPresent(at -> reservation.setExpiresAt(timestamp(at)));
    }
    data.instant("CreationDateTime").ifPresent(at -> reservation.setCreatedAt(timestamp(at)));
    data.instant("LastChangeDateTime").ifPresent(at -> reservation.setUpdatedAt(timestamp(at)));
    return reservation.build();
  }

  /** What of a new reservation could not be set aside. */
  static List<LineRemainder> shortages(BackendData reservation) {
    List<LineRemainder> shortages = new ArrayList<>();
    for (BackendData item : reservation.list("_Item")) {
      BigDecimal missing =
          item.decimal("RequestedQuantity").subtract(item.decimal("ConfirmedQuantity"));
      if (missing.signum() > 0) {
        shortages.add(
            LineRemainder.newBuilder()
                .setLineId(item.text("ReservationItem"))
                .setItemId(ErpEuCodes.item(item, "Material"))
                .setQuantity(quantity(missing, ErpEuCodes.unit(item, "EntryUnit")))
                .setReason(ErpEuCodes.remainder(item.optionalText("RejectionReason")))
                .build());
      }
    }
    return shortages;
  }

  /** What of a withdrawal could not be given back. */
  static List<LineRemainder> rejected(BackendData withdrawal, Reservation reservation) {
    List<LineRemainder> rejected = new ArrayList<>();
    for (BackendData item : withdrawal.list("_Rejected")) {
      String line = item.text("ReservationItem");
      rejected.add(
          LineRemainder.newBuilder()
              .setLineId(line)
              .setItemId(item.has("Material") ? ErpEuCodes.item(item, "Material") : "")
              .setQuantity(quantity(item.decimal("Quantity"), unitOf(line, reservation)))
              .setReason(ErpEuCodes.remainder(item.optionalText("Reason")))
              .build());
    }
    return rejected;
  }

  private static String unitOf(String line, Reservation reservation) {
    return reservation.getLinesList().stream()
        .filter(known -> known.getLineId().equals(line))
        .map(known -> known.getQuantity().getUnitCode())
        .findFirst()
        .orElse("");
  }
}
