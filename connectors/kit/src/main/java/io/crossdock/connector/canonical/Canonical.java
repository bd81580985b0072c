package io.crossdock.connector.canonical;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Date;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Identifier;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Quantity;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** Values of the contracts to and from Java's own types, without a loss. */
public final class Canonical {

  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);
  // What the contracts allow of an amount and of a quantity.
  private static final BigDecimal TOO_MUCH = BigDecimal.TEN.pow(12);
  private static final int MOST_DECIMALS = 9;

  private Canonical() {}

  /** A moment. */
  public static Timestamp timestamp(Instant moment) {
    return Timestamp.newBuilder()
        .setSeconds(moment.getEpochSecond())
        .setNanos(moment.getNano())
        .build();
  }

  /**
   * A moment.
   *
   * @throws FailureException {@code RULE_VIOLATED} when it is not of the years 1 to 9999
   */
  public static Instant instant(Timestamp moment) {
    if (!Timestamps.isValid(moment)) {
      throw refused("timestamp", "a moment of the years 1 to 9999");
    }
    return Instant.ofEpochSecond(moment.getSeconds(), moment.getNanos());
  }

  /** A day. */
  public static Date date(LocalDate day) {
    return Date.newBuilder()
        .setYear(day.getYear())
        .setMonth(day.getMonthValue())
        .setDay(day.getDayOfMonth())
        .build();
  }

  /**
   * A day.
   *
   * @param field its path in the request, for the refusal of a day that does not exist
   */
  public static LocalDate day(Date date, String field) {
    try {
      return LocalDate.of(date.getYear(), date.getMonth(), date.getDay());
    } catch (DateTimeException e) {
      throw refused(field, "a day of the calendar");
    }
  }

  /**
   * An amount of money.
   *
   * @param currency ISO 4217
   */
  public static Money money(BigDecimal amount, String currency) {
    if (!isAllowed(amount)) {
      throw invalidAmount();
    }
    BigDecimal units = amount.setScale(0, RoundingMode.DOWN);
    BigDecimal nanos = amount.subtract(units).multiply(NANOS);
    try {
      return Money.newBuilder()
          .setCurrencyCode(currency)
          .setUnits(units.longValueExact())
          .setNanos(nanos.intValueExact())
          .build();
    } catch (ArithmeticException e) {
      throw invalidAmount();
    }
  }

  private static FailureException invalidAmount() {
    return new FailureException(
        Reason.REASON_BACKEND_ANSWER_INVALID,
        "The backend's answer cannot be understood: an amount (expected: at most 12 digits and 9"
            + " decimals).");
  }

  // Bounded first: to compare or to strip a number of a million digits takes long.
  private static boolean isAllowed(BigDecimal number) {
    return Numbers.bounded(number).isPresent()
        && number.abs().compareTo(TOO_MUCH) < 0
        && number.stripTrailingZeros().scale() <= MOST_DECIMALS;
  }

  /** The number of an amount of money. */
  public static BigDecimal amount(Money money) {
    return BigDecimal.valueOf(money.getUnits())
        .add(BigDecimal.valueOf(money.getNanos(), 9))
        .stripTrailingZeros();
  }

  /**
   * So many pieces, or so much of a unit (UN/ECE Rec 20; empty means pieces).
   *
   * @throws FailureException {@code BACKEND_ANSWER_INVALID} when it has more than 12 digits before
   *     the point or 9 after it, which no contract allows
   */
  public static Quantity quantity(BigDecimal amount, String unit) {
    if (!isAllowed(amount)) {
      throw new FailureException(
          Reason.REASON_BACKEND_ANSWER_INVALID,
          "The backend's answer cannot be understood: a quantity (expected: at most 12 digits and 9"
              + " decimals).");
    }
    return Quantity.newBuilder()
        .setValue(Decimal.newBuilder().setValue(plain(amount)))
        .setUnitCode(unit)
        .build();
  }

  /**
   * The number of a quantity.
   *
   * @param field its path in the request, for the refusal of text that is no number
   */
  public static BigDecimal number(Quantity quantity, String field) {
    return Numbers.parse(quantity.getValue().getValue())
        .orElseThrow(() ->
            refused(
                field + ".value", "a decimal number of at most " + Numbers.MAX_DIGITS + " digits"));
  }

  /**
   * The number of a quantity that must be more than zero.
   *
   * @param field its path in the request
   */
  public static BigDecimal positive(Quantity quantity, String field) {
    BigDecimal number = number(quantity, field);
    if (number.signum() <= 0) {
      throw refused(field + ".value", "more than zero");
    }
    return number;
  }

  /** A decimal as text, without an exponent and without zeros that say nothing. */
  public static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }

  /**
   * Where an answer came from.
   *
   * @param asOf when the figures were true by the source's word, if it says
   */
  public static Freshness freshness(String source, Optional<Instant> asOf) {
    Freshness.Builder freshness = Freshness.newBuilder().setSourceSystem(source);
    asOf.ifPresent(moment -> freshness.setAsOf(timestamp(moment)));
    return freshness.build();
  }

  /** A number of a thing in a system. */
  public static Identifier identifier(Identifier.Scheme scheme, String value, String system) {
    return Identifier.newBuilder().setScheme(scheme).setValue(value).setSystem(system).build();
  }

  /** The refusal of a write whose request id was used for a different request before. */
  public static FailureException requestIdReused() {
    return new FailureException(
        Reason.REASON_REQUEST_ID_REUSED,
        "This request id was already used for a different request.");
  }

  /** The refusal of a field that only the connector could check. */
  public static FailureException refused(String field, String expectation) {
    return new FailureException(
        Failure.of(Reason.REASON_RULE_VIOLATED, "The request breaks rules of its contract.")
            .withViolations(
                List.of(new Failure.Violation(field, "connector", "expected: " + expectation))));
  }
}
