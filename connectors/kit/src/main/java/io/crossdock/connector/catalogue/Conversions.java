package io.crossdock.connector.catalogue;

import io.crossdock.product.v1.SellableUnit;
import io.crossdock.product.v1.UnitConversion;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/** Quantities in the unit that an item is sold in. */
public final class Conversions {

  private static final String PIECES = "C62";

  private Conversions() {}

  /**
   * A quantity in the unit that the item is sold in; empty when there is no way from one to the
   * other.
   *
   * @param unitCode UN/ECE Rec 20; empty means pieces
   */
  public static Optional<BigDecimal> inUnitOf(
      SellableUnit item, BigDecimal number, String unitCode) {
    String asked = unitCode.isEmpty() ? PIECES : unitCode;
    if (asked.equals(item.getUnitCode())) {
      return Optional.of(number);
    }
    for (UnitConversion conversion : item.getConversionsList()) {
      if (conversion.getUnitCode().equals(asked)) {
        return Optional.of(
            number
                .multiply(BigDecimal.valueOf(conversion.getNumerator()))
                .divide(BigDecimal.valueOf(conversion.getDenominator()), MathContext.DECIMAL128));
      }
    }
    return Optional.empty();
  }
}
