package io.crossdock.connector.stock;

import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.FindAvailabilityRequest;
import io.crossdock.inventory.v1.FulfillmentMethod;
import java.math.BigDecimal;

/** What connectors of stock-keeping systems have in common about a query over locations. */
public final class FindRequests {

  private FindRequests() {}

  /**
   * Refuses what needs coordinates or services of the locations, for a backend that has none.
   *
   * @throws FailureException NOT_SUPPORTED with the field
   */
  public static void expectNoGeography(FindAvailabilityRequest request) {
    String field =
        request.hasNear()
            ? "near"
            : request.getRadiusM() > 0
                ? "radius_m"
                : request.getMethod() != FulfillmentMethod.FULFILLMENT_METHOD_UNSPECIFIED
                    ? "method"
                    : "";
    if (!field.isEmpty()) {
      throw new FailureException(
          Failure.of(
                  Reason.REASON_NOT_SUPPORTED,
                  "The ERP knows neither where its locations are nor what they offer.")
              .with("field", field));
    }
  }

  /** Whether a location has as much to sell as was asked for. */
  public static boolean isEnough(FindAvailabilityRequest request, Availability stock) {
    if (!request.hasMinimum()) {
      return true;
    }
    BigDecimal minimum = Canonical.number(request.getMinimum(), "minimum");
    String asked = unit(request.getMinimum().getUnitCode());
    if (!asked.equals(unit(stock.getAvailableToSell().getUnitCode()))) {
      throw Canonical.refused("minimum.unit_code", "the item's unit");
    }
    return new BigDecimal(stock.getAvailableToSell().getValue().getValue()).compareTo(minimum) >= 0;
  }

  private static String unit(String code) {
    return code.isEmpty() ? "C62" : code;
  }
}
