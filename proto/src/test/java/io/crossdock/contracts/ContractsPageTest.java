package io.crossdock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps {@code docs/contracts.md} true. */
final class ContractsPageTest {

  /** The module is the working directory of its tests. */
  private static final Path PAGE = Path.of("..", "docs", "contracts.md");

  @Test
  void thePageSaysWhatTheContractsSay() throws Exception {
    String expected = ContractsPage.of(Contracts.descriptorSet());
    if ("write".equals(System.getProperty("crossdock.contracts-page"))) {
      Files.writeString(PAGE, expected);
    }

    String actual = Files.exists(PAGE) ? Files.readString(PAGE) : "";

    assertThat(firstDifference(actual, expected))
        .as("docs/contracts.md is not what the contracts say; run ./build/contracts-page")
        .isEmpty();
  }

  /**
   * The first line that is not as expected, short enough to be read in a report; empty when all
   * are.
   */
  private static String firstDifference(String actual, String expected) {
    if (actual.equals(expected)) {
      return "";
    }
    List<String> is = actual.lines().toList();
    List<String> wanted = expected.lines().toList();
    int line = 0;
    while (line < is.size() && line < wanted.size() && is.get(line).equals(wanted.get(line))) {
      line++;
    }
    return "line "
        + (line + 1)
        + ": "
        + (line < is.size() ? is.get(line) : "(end)")
        + " (expected: "
        + (line < wanted.size() ? wanted.get(line) : "(end)")
        + ")";
  }
}
