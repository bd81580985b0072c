package io.crossdock.runtime.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: a whole number and {@code ms}, {@code s}, {@code m} or {@code h}.
 */
final class DurationText {

  static final String EXAMPLES = "a duration such as 250ms, 30s, 5m or 1h";

  // At most some 11,000 years, which is what a protobuf duration holds.
  private static final Pattern WRITTEN =
      Pattern.compile("(\\d{1,14})ms|(\\d{1,11})s|(\\d{1,9})m|(\\d{1,7})h");

  private DurationText() {}

  static boolean holds(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && field
            .getMessageType()
            .getFullName()
            .equals(com.google.protobuf.Duration.getDescriptor().getFullName());
  }

  static Optional<com.google.protobuf.Duration> parse(String written) {
    Matcher matcher = WRITTEN.matcher(written);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long millis = 0;
    long[] unit = {0, 1, 1000, 60_000, 3_600_000};
    for (int group = 1; group < unit.length; group++) {
      if (matcher.group(group) != null) {
        millis = Long.parseLong(matcher.group(group)) * unit[group];
      }
    }
    return Optional.of(com.google.protobuf.util.Durations.fromMillis(millis));
  }

  /**
   * The duration in the largest unit that expresses it without a fraction; what is below 1 ms is
   * cut.
   */
  static String write(Message duration) {
    Object seconds = field(duration, "seconds");
    Object nanos = field(duration, "nanos");
    long millis = (long) seconds * 1000 + (int) nanos / 1_000_000;
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long whole = millis / 1000;
    if (whole == 0 || whole % 60 != 0) {
      return whole + "s";
    }
    return whole % 3600 == 0 ? whole / 3600 + "h" : whole / 60 + "m";
  }

  // By name, so that a message without generated code is written too.
  private static Object field(Message duration, String name) {
    return duration.getField(duration.getDescriptorForType().findFieldByName(name));
  }
}
