package io.crossdock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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

    assertThat(actual)
        .as("docs/contracts.md is not what the contracts say; run ./build/contracts-page")
        .isEqualTo(expected);
  }
}
