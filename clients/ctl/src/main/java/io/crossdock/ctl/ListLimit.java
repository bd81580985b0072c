package io.crossdock.ctl;

import java.util.function.Function;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How much of a list is wanted. */
final class ListLimit {

  private static final int MOST = 10_000;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Maximum number of entries (1-10000). Default: ${DEFAULT-VALUE}.")
  private int limit;

  ListLimit() {}

  void check(Function<String, ParameterException> mistake) {
    if (limit < 1 || limit > MOST) {
      throw mistake.apply("--limit: %d (expected: 1..%d)".formatted(limit, MOST));
    }
  }

  int most() {
    return limit;
  }
}
