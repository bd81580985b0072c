package io.crossdock.drill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program, as a person starts it. */
@Timeout(120)
class DrillMainIT {

  private final PrintStream terminal = System.out;
  private final PrintStream errors = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path dir;

  @BeforeEach
  void listen() {
    System.setOut(new PrintStream(out, true, UTF_8));
    System.setErr(new PrintStream(err, true, UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(terminal);
    System.setErr(errors);
  }

  @Test
  void tellsWhatCameOfItAndLeavesNothingBehind() {
    Path directory = dir.resolve("drill");

    int exit =
        DrillMain.run("--crash", "--json", "--kills=1", "--seed=7", "--directory=" + directory);

    assertThat(exit).as(err.toString(UTF_8)).isZero();
    assertThat(out.toString(UTF_8))
        .matches(
            "\\{\"kills\": 1, \"acknowledged\": [0-9]+, \"lost\": 0, \"doubled\": 0,"
                + " \"out_of_order\": 0, \"chain_ok\": true, .*\"seed\": 7, .*}\n");
    assertThat(directory).doesNotExist();
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    Path there = Files.createDirectory(dir.resolve("there"));

    assertThat(DrillMain.run()).isEqualTo(2);
    assertThat(DrillMain.run("--crash", "--nodes=2")).isEqualTo(2);
    assertThat(DrillMain.run("--crash", "--kills=-1")).isEqualTo(2);
    assertThat(DrillMain.run("--crash", "--cut")).isEqualTo(2);
    assertThat(DrillMain.run("--crash", "--directory=" + there)).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .contains("which drill? (expected: --crash, --hostile or --figures")
        .contains("nodes: 2 (expected: 1, because a SQLite ledger belongs to one process)")
        .contains("kills: -1 (expected: 0..100000)")
        .contains("cut: requires a network, which SQLite does not have")
        .contains("exists (expected: a new directory)");
  }
}
