package io.crossdock.pos;

import com.google.protobuf.util.Durations;
import io.crossdock.common.v1.Date;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Quantity;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.terminal.DurationConverter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Currency;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Figures as a till shows them: the same in every country, because scripts and people compare them.
 */
final class TillFormat {

  private static final Set<String> COUNTED =
      Set.of("C62", "EA", "H87", "PR", "SET", "PK", "XPK", "XCT", "XBX");

  private TillFormat() {}

  /** Example: {@code 12,480 points}, {@code 0.5 points}. */
  static String points(Points points) {
    BigDecimal amount =
        BigDecimal.valueOf(points.getUnits()).add(BigDecimal.valueOf(points.getNanos(), 9));
    String text =
        points.getNanos() == 0
            ? whole(points.getUnits())
            : amount.stripTrailingZeros().toPlainString();
    return text + (amount.compareTo(BigDecimal.ONE) == 0 ? " point" : " points");
  }

  /** Example: {@code 12,480}. */
  static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /**
   * Example: {@code 124.80 EUR}; as many places as the currency has, more when the amount has more.
   */
  static String money(Money money) {
    BigDecimal amount =
        BigDecimal.valueOf(money.getUnits()).add(BigDecimal.valueOf(money.getNanos(), 9));
    int places = Math.max(places(money.getCurrencyCode()), amount.stripTrailingZeros().scale());
    return grouped(amount.setScale(places, RoundingMode.UNNECESSARY))
        + " "
        + money.getCurrencyCode();
  }

  /** Example: {@code 24 pieces}, {@code 0.750 kg}. */
  static String quantity(Quantity quantity) {
    BigDecimal value = decimal(quantity.getValue().getValue());
    String unit = quantity.getUnitCode();
    if (value == null) {
      return "not a number: " + quantity.getValue().getValue();
    }
    boolean whole = value.stripTrailingZeros().scale() <= 0;
    boolean counted = unit.isEmpty() || COUNTED.contains(unit);
    BigDecimal shown = whole && counted ? value.setScale(0, RoundingMode.UNNECESSARY) : value;
    return grouped(shown) + " " + unit(unit, shown.compareTo(BigDecimal.ONE) == 0);
  }

  /** Whether there is nothing of it. */
  static boolean isZero(Quantity quantity) {
    BigDecimal value = decimal(quantity.getValue().getValue());
    return value != null && value.signum() == 0;
  }

  /** Example: {@code 2026-11-28}. */
  static String date(Date date) {
    return String.format(
        Locale.ROOT, "%04d-%02d-%02d", date.getYear(), date.getMonth(), date.getDay());
  }

  /** Example: {@code live from loyalty}, {@code cached, 4 s old}. */
  static String freshness(Freshness source, HubFreshness hub) {
    return switch (hub.getMode()) {
      case MODE_LIVE ->
          (source.getSourceSystem().isEmpty() ? "live" : "live from " + source.getSourceSystem())
              + age(hub);
      case MODE_CACHED -> "cached" + age(hub);
      case MODE_STALE -> "stale" + age(hub);
      case MODE_OFFLINE -> "authorised offline, to be settled later";
      case MODE_UNSPECIFIED, UNRECOGNIZED -> "of unknown age";
    };
  }

  private static String age(HubFreshness freshness) {
    if (!freshness.hasAge()) {
      return "";
    }
    Duration age = Duration.ofMillis(Durations.toMillis(freshness.getAge()));
    return age.toSeconds() < 1
        ? ", less than 1 s old"
        : ", " + DurationConverter.text(age) + " old";
  }

  // UN/ECE Recommendation 20 and 21; an unknown code is shown as it is.
  private static String unit(String code, boolean one) {
    return switch (code) {
      case "", "C62", "EA", "H87" -> one ? "piece" : "pieces";
      case "PR" -> one ? "pair" : "pairs";
      case "SET" -> one ? "set" : "sets";
      case "PK", "XPK" -> one ? "pack" : "packs";
      case "XCT" -> one ? "carton" : "cartons";
      case "XBX" -> one ? "box" : "boxes";
      case "KGM" -> "kg";
      case "GRM" -> "g";
      case "LTR" -> "l";
      case "MLT" -> "ml";
      case "MTR" -> "m";
      case "CMT" -> "cm";
      case "MTK" -> "m²";
      default -> code;
    };
  }

  private static String grouped(BigDecimal number) {
    return String.format(Locale.ROOT, "%,." + Math.max(0, number.scale()) + "f", number);
  }

  private static int places(String currency) {
    try {
      return Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
    } catch (IllegalArgumentException e) {
      return 2;
    }
  }

  private static @Nullable BigDecimal decimal(String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
