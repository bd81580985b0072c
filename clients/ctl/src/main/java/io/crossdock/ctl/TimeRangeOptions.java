package io.crossdock.ctl;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** From when to when; both ends are open when nothing is given. */
final class TimeRangeOptions {

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = InstantConverter.class,
      description = "Earliest time, inclusive: " + InstantConverter.HELP)
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = InstantConverter.class,
      description = "Latest time, exclusive. Default: now.")
  private @Nullable Instant to;

  TimeRangeOptions() {}

  boolean hasBegin() {
    return from != null;
  }

  void check(Function<String, ParameterException> mistake) {
    if (from != null && to != null && !from.isBefore(to)) {
      throw mistake.apply("--to: %s (expected: a time after --from, %s)".formatted(to, from));
    }
  }

  /** Hands over what is given. */
  void apply(Consumer<Timestamp> begin, Consumer<Timestamp> end) {
    if (from != null) {
      begin.accept(OperatorCommand.timestamp(from));
    }
    if (to != null) {
      end.accept(OperatorCommand.timestamp(to));
    }
  }
}
