package io.crossdock.runtime.config;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: a whole number and {@code ms}, {@code s}, {@code m} or {@code h}.
 */
final class Durations {

  private static final Pattern WRITTEN = Pattern.compile("(\\d{1,12})(ms|s|m|h)");

  private Durations() {}

  static Optional<Duration> parse(String written) {
    Matcher matcher = WRITTEN.matcher(written);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long amount = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          default -> Duration.ofHours(amount);
        });
  }

  static boolean isDuration(Message message) {
    return message instanceof com.google.protobuf.Duration;
  }

  static String write(Message message) {
    com.google.protobuf.Duration duration = (com.google.protobuf.Duration) message;
    return write(Duration.ofMillis(com.google.protobuf.util.Durations.toMillis(duration)));
  }

  static String write(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
