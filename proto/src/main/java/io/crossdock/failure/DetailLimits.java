package io.crossdock.failure;

import io.crossdock.failure.Failure.Precondition;
import io.crossdock.failure.Failure.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a failure so that its trailers fit into the 8 KB of headers that gRPC clients and proxies
 * accept by default. A larger trailer ends the whole connection, with every other call on it.
 */
final class DetailLimits {

  static final String MORE_VIOLATIONS = "more_violations";
  static final String MORE_PRECONDITIONS = "more_preconditions";

  // Travels in base64, which makes 4.8 KB of it, beside the message in percent encoding.
  private static final int MOST_BYTES = 3_584;
  private static final int MOST_TEXT = 256;
  private static final int MOST_METADATA = 16;

  private DetailLimits() {}

  /** The failure, with less in it when it would not fit; what is left out is counted. */
  static Failure fit(Failure failure) {
    int most = Failure.MOST_DETAILS;
    Failure fitting = cut(failure, most);
    while (fitting.toStatusProto().getSerializedSize() > MOST_BYTES && most > 0) {
      most /= 2;
      fitting = cut(failure, most);
    }
    return fitting;
  }

  private static Failure cut(Failure failure, int most) {
    List<Violation> violations =
        failure.violations().stream()
            .limit(most)
            .map(each ->
                new Violation(
                    shorten(each.field()), shorten(each.rule()), shorten(each.description())))
            .toList();
    List<Precondition> preconditions =
        failure.preconditions().stream()
            .limit(most)
            .map(each ->
                new Precondition(
                    shorten(each.type()), shorten(each.subject()), shorten(each.description())))
            .toList();
    Map<String, String> metadata = new LinkedHashMap<>();
    failure.metadata().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .limit(Math.min(most, MOST_METADATA))
        .forEach(entry -> metadata.put(shorten(entry.getKey()), shorten(entry.getValue())));
    count(metadata, MORE_VIOLATIONS, failure.violations().size() - violations.size(), failure);
    count(
        metadata,
        MORE_PRECONDITIONS,
        failure.preconditions().size() - preconditions.size(),
        failure);
    return new Failure(
        failure.reason(),
        shorten(failure.message()),
        metadata,
        violations,
        preconditions,
        failure.retryAfter(),
        failure.unknownOutcome());
  }

  private static void count(Map<String, String> metadata, String name, int left, Failure failure) {
    if (left > 0) {
      metadata.put(name, Long.toString(left + counted(failure.metadata().get(name))));
    }
  }

  // Of a failure that came from another process, which may have cut it before.
  private static long counted(@Nullable String before) {
    return before != null && before.matches("\\d{1,9}") ? Long.parseLong(before) : 0;
  }

  static String shorten(String text) {
    if (text.length() <= MOST_TEXT) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MOST_TEXT - 1)) ? MOST_TEXT - 1 : MOST_TEXT;
    return text.substring(0, end) + "…";
  }
}
