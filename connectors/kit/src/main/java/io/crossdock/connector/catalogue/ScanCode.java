package io.crossdock.connector.catalogue;

import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.product.v1.ScanData;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Scanned codes with more in them than a number: GS1 Digital Link URIs and GS1 element strings with
 * brackets.
 *
 * <p>Source of the application identifiers: GS1 General Specifications, section 3; of the link's
 * form: GS1 Digital Link Standard 1.2.
 */
public final class ScanCode {

  private static final Pattern LINK =
      Pattern.compile("https?://[^/?#]+/(?<path>[^?#]*)(?:\\?(?<query>[^#]*))?.*");
  private static final Pattern ELEMENT = Pattern.compile("\\(([0-9]{2,4})\\)([^(]+)");
  private static final Pattern MEASURE = Pattern.compile("3[12]0([0-6])");
  private static final Pattern PRICE = Pattern.compile("393([0-9])");

  private ScanCode() {}

  /**
   * Reads a code.
   *
   * @throws FailureException NOT_SUPPORTED when it holds no GS1 number: what a retailer's own code
   *     means is the retailer's choice
   */
  public static ScanData read(String scan) {
    Map<String, String> elements = elements(scan);
    String gtin = elements.getOrDefault("01", "");
    if (!gtin.matches("[0-9]{8,14}")) {
      throw new FailureException(
          Failure.of(Reason.REASON_NOT_SUPPORTED, "The scanned code holds no GS1 number.")
              .with("field", "scan"));
    }
    ScanData.Builder data =
        ScanData.newBuilder()
            .setGtin("0".repeat(14 - gtin.length()) + gtin)
            .setLotId(elements.getOrDefault("10", ""))
            .setSerial(elements.getOrDefault("21", ""));
    if (elements.containsKey("17")) {
      data.setExpiresOn(Canonical.date(day(elements.get("17"))));
    }
    elements.forEach((identifier, value) -> {
      Matcher measure = MEASURE.matcher(identifier);
      Matcher price = PRICE.matcher(identifier);
      if (measure.matches()) {
        data.setMeasure(
            Canonical.quantity(
                number(value, measure.group(1)), identifier.startsWith("310") ? "KGM" : "LBR"));
      } else if (price.matches() && value.matches("[0-9]{4,18}")) {
        data.setPrice(price(value, price.group(1)));
      }
    });
    return data.build();
  }

  private static Map<String, String> elements(String scan) {
    Map<String, String> elements = new LinkedHashMap<>();
    Matcher link = LINK.matcher(scan);
    if (link.matches()) {
      String[] path = link.group("path").split("/", -1);
      // A resolver may have folders in front of the number.
      for (int i = 0; i + 1 < path.length; i++) {
        if (path[i].equals("01") || elements.containsKey("01")) {
          elements.putIfAbsent(path[i], decoded(path[++i]));
        }
      }
      String query = link.group("query");
      for (String pair : query == null ? new String[0] : query.split("[&;]", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          elements.putIfAbsent(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
        }
      }
      return elements;
    }
    Matcher element = ELEMENT.matcher(scan);
    while (element.find()) {
      elements.putIfAbsent(element.group(1), element.group(2));
    }
    return elements;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Canonical.refused("scan", "a link whose escapes are complete");
    }
  }

  /** Six digits, YYMMDD; day 00 is the month's last, and years after 50 are of the last century. */
  private static LocalDate day(String text) {
    if (text.matches("[0-9]{6}")) {
      int year = Integer.parseInt(text.substring(0, 2));
      int day = Integer.parseInt(text.substring(4));
      try {
        YearMonth month =
            YearMonth.of((year > 50 ? 1900 : 2000) + year, Integer.parseInt(text.substring(2, 4)));
        return day == 0 ? month.atEndOfMonth() : month.atDay(day);
      } catch (DateTimeException e) {
        // Refused below.
      }
    }
    throw Canonical.refused("scan", "a day of expiry as YYMMDD");
  }

  private static BigDecimal number(String digits, String decimals) {
    if (!digits.matches("[0-9]{1,18}")) {
      throw Canonical.refused("scan", "a measure of digits");
    }
    return new BigDecimal(digits).movePointLeft(Integer.parseInt(decimals));
  }

  private static Money price(String value, String decimals) {
    int code = Integer.parseInt(value.substring(0, 3));
    String currency =
        Currency.getAvailableCurrencies().stream()
            .filter(each -> each.getNumericCode() == code)
            .map(Currency::getCurrencyCode)
            .sorted()
            .findFirst()
            .orElseThrow(() -> Canonical.refused("scan", "a currency by its ISO 4217 number"));
    return Canonical.money(number(value.substring(3), decimals), currency);
  }
}
