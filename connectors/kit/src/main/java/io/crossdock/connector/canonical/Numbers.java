package io.crossdock.connector.canonical;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * Decimal numbers of strangers, bounded before anything is calculated with them.
 *
 * <p>A few characters can name a number of a hundred million digits ({@code 1E+99999999}); written
 * out, rounded or compared it would keep a processor busy for minutes.
 */
public final class Numbers {

  /** Most digits of a number before and after the decimal point together, and on either side. */
  public static final int MAX_DIGITS = 40;

  // A sign, the digits, a point, and an exponent that is never needed.
  private static final int MAX_TEXT = 2 * MAX_DIGITS + 10;

  private Numbers() {}

  /** The number that a text denotes; empty when it is none, or out of bounds. */
  public static Optional<BigDecimal> parse(String text) {
    if (text.length() > MAX_TEXT) {
      return Optional.empty();
    }
    try {
      return bounded(new BigDecimal(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The number, unless it is out of bounds. */
  public static Optional<BigDecimal> bounded(BigDecimal number) {
    // Digits before the point are precision minus scale; both are cheap to know.
    return number.precision() <= MAX_DIGITS
            && number.scale() <= MAX_DIGITS
            && (long) number.precision() - number.scale() <= MAX_DIGITS
        ? Optional.of(number)
        : Optional.empty();
  }
}
