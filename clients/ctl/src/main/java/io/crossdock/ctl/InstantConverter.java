package io.crossdock.ctl;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Moments as people write them: {@code 2026-11-21T10:00:00Z}, {@code -2h} for two hours ago, {@code
 * 2026-11-21} for its first moment in UTC.
 */
final class InstantConverter implements ITypeConverter<Instant> {

  static final String HELP = "RFC 3339, a date (from midnight UTC), or relative: -30m, -2h, -7d.";

  private static final Pattern WHILE_AGO = Pattern.compile("-([0-9]{1,6})([smhd])");
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  private static final Pattern RFC_3339 =
      Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]{8,18}([Zz]|[-+][0-9]{2}:[0-9]{2})");

  private final Clock clock;

  InstantConverter() {
    this(Clock.systemUTC());
  }

  InstantConverter(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Instant convert(String text) {
    Matcher ago = WHILE_AGO.matcher(text);
    try {
      if (ago.matches()) {
        return clock.instant().minus(span(Long.parseLong(ago.group(1)), ago.group(2)));
      }
      if (DATE.matcher(text).matches()) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      if (RFC_3339.matcher(text).matches()) {
        return OffsetDateTime.parse(text).toInstant();
      }
    } catch (DateTimeException e) {
      // A form that is right with a number that is not, such as month 13.
    }
    throw new TypeConversionException(
        text + " (expected: a time like 2026-11-21T10:00:00Z, 2026-11-21 or -2h)");
  }

  private static Duration span(long number, String unit) {
    return switch (unit) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
