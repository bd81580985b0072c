package io.crossdock.connector.erpus;

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
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The ERP's rows of stock and reservations as the contract's messages. */
final class ErpUsStockMapper {

  private ErpUsStockMapper() {}

  /**
   * The ERP calculates itself what can be sold and promised; what its figures do not explain is
   * held back for another reason.
   */
  static Availability availability(BackendData row, ErpUsClient.Site site) {
    String unit = ErpUsCodes.unit(row);
    BackendData figures = row.object("qty");
    Availability.Builder stock =
        Availability.newBuilder()
            .setItemId(ErpUsCodes.item(row))
            .setLocationId(site.location())
            .setOnHand(quantity(figures.decimal("physical"), unit))
            .setReserved(quantity(figures.decimal("softReserved"), unit))
            .setAllocated(quantity(figures.decimal("picking"), unit))
            .setAvailableToSell(quantity(figures.decimal("sellable"), unit))
            .setSafetyStock(quantity(figures.decimal("safety"), unit))
            .setInTransit(quantity(figures.decimal("inbound"), unit))
            .setOnOrder(quantity(figures.decimal("ordered"), unit))
            .setDamaged(quantity(figures.decimal("damaged"), unit))
            .setQualityHold(quantity(figures.decimal("qualityHold"), unit))
            .setReturnedPending(quantity(figures.decimal("customerReturns"), unit))
            .setBackorderable(row.flag("backorder"))
            .setHeldBackOther(quantity(heldBackOther(figures), unit))
            .setBasis(Availability.Basis.BASIS_SOURCE)
            .addExternalIds(
                identifier(
                    Scheme.SCHEME_SKU,
                    Long.toString(row.integer("itemNumber")),
                    ErpUsClient.SYSTEM))
            .addExternalIds(
                identifier(
                    Scheme.SCHEME_UNSPECIFIED,
                    Integer.toString(site.number()),
                    ErpUsClient.SYSTEM));
    row.find("availability").ifPresent(days -> stock.addAllAtp(promise(row, days, unit)));
    row.epochMillis("nextReceiptAt").ifPresent(at -> stock.setRestockAt(timestamp(at)));
    row.epochMillis("updatedAt").ifPresent(at -> stock.setAsOf(timestamp(at)));
    row.find("qtyUpdatedAt")
        .ifPresent(times ->
            times
                .node()
                .fieldNames()
                .forEachRemaining(word -> {
                  if (!ErpUsCodes.figure(word).isEmpty()) {
                    times
                        .epochMillis(word)
                        .ifPresent(
                            at -> stock.putFieldTimes(ErpUsCodes.figure(word), timestamp(at)));
                  }
                }));
    return stock.build();
  }

  private static BigDecimal heldBackOther(BackendData figures) {
    return figures
        .decimal("physical")
        .subtract(figures.decimal("damaged"))
        .subtract(figures.decimal("qualityHold"))
        .subtract(figures.decimal("customerReturns"))
        .subtract(figures.decimal("softReserved"))
        .subtract(figures.decimal("picking"))
        .subtract(figures.decimal("safety"))
        .subtract(figures.decimal("sellable"));
  }

  private static List<AvailableToPromise> promise(BackendData row, BackendData days, String unit) {
    SortedMap<LocalDate, BigDecimal> promise = new TreeMap<>();
    days.node()
        .fieldNames()
        .forEachRemaining(day -> {
          try {
            promise.put(LocalDate.parse(day), days.decimal(day));
          } catch (DateTimeException e) {
            throw row.invalid("availability", "figures by day");
          }
        });
    List<AvailableToPromise> list = new ArrayList<>();
    promise.forEach((day, figure) ->
        list.add(
            AvailableToPromise.newBuilder()
                .setDate(Canonical.date(day))
                .setQuantity(quantity(figure, unit))
                .build()));
    return list;
  }

  static Reservation reservation(BackendData data, ErpUsClient.Site site, Units units) {
    String word = data.text("status");
    ReservationStatus status = ErpUsCodes.reservation(word);
    Reservation.Builder reservation =
        Reservation.newBuilder()
            .setReservationId(data.text("reservationId"))
            .setLocationId(site.location())
            .setStatus(status)
            .setRawStatus(status == ReservationStatus.RESERVATION_STATUS_UNSPECIFIED ? word : "")
            .setOrderId(data.optionalText("orderNumber"))
            .setHoldKind(HoldKind.HOLD_KIND_NATIVE)
            .setEtag(data.optionalText("rowVersion"));
    for (BackendData line : data.list("lines")) {
      BigDecimal reserved = line.decimal("reservedQty");
      BigDecimal shipped = line.optionalDecimal("shippedQty").orElse(BigDecimal.ZERO);
      BigDecimal cancelled = line.optionalDecimal("cancelledQty").orElse(BigDecimal.ZERO);
      if (reserved.signum() != 0 || shipped.signum() != 0 || cancelled.signum() != 0) {
        String unit = unit(line, units);
        reservation.addLines(
            ReservedLine.newBuilder()
                .setLineId(line.text("lineNumber"))
                .setItemId(ErpUsCodes.item(line))
                .setQuantity(quantity(reserved, unit))
                .setFulfilled(quantity(shipped, unit))
                .setReleased(quantity(cancelled, unit)));
      }
    }
    if (status == ReservationStatus.RESERVATION_STATUS_HELD) {
      data.epochMillis("heldUntil").ifPresent(at -> reservation.setExpiresAt(timestamp(at)));
    }
    data.epochMillis("createdAt").ifPresent(at -> reservation.setCreatedAt(timestamp(at)));
    data.epochMillis("updatedAt").ifPresent(at -> reservation.setUpdatedAt(timestamp(at)));
    return reservation.build();
  }

  /** What could not be done: {@code shortages} of a hold, {@code invalid} of a cancellation. */
  static List<LineRemainder> remainders(BackendData data, String list, Units units) {
    List<LineRemainder> remainders = new ArrayList<>();
    for (BackendData line : data.list(list)) {
      remainders.add(
          LineRemainder.newBuilder()
              .setLineId(line.text("lineNumber"))
              .setItemId(line.has("itemNumber") ? ErpUsCodes.item(line) : "")
              .setQuantity(quantity(line.decimal("qty"), unit(line, units)))
              .setReason(ErpUsCodes.remainder(line.optionalText("cause")))
              .build());
    }
    return remainders;
  }

  private static String unit(BackendData line, Units units) {
    return line.has("itemNumber") ? units.of(line.integer32("itemNumber")) : "";
  }
}
