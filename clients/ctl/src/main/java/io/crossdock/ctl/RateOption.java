package io.crossdock.ctl;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How fast it goes. */
final class RateOption {

  @Option(names = "--rate", paramLabel = "N", description = "Maximum rate, events per second.")
  private @Nullable Integer rate;

  RateOption() {}

  /** The rate, or the default. */
  int perSecond(int byDefault) {
    return rate == null ? byDefault : rate;
  }

  void check(int most, Function<String, ParameterException> mistake) {
    if (rate != null && (rate < 1 || rate > most)) {
      throw mistake.apply("--rate: %d (expected: 1..%d)".formatted(rate, most));
    }
  }
}
