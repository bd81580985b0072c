package io.crossdock.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.crossdock.drill.audit.Findings;
import io.crossdock.drill.audit.LedgerAudit;
import io.crossdock.ledger.store.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One hub on SQLite, killed as often as the system property {@code crossdock.drill.kills} says.
 * Afterwards copies of its ledger are damaged, and the audit has to see each damage.
 */
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashDrillIT {

  private static final int KILLS = Integer.getInteger("crossdock.drill.kills", 50);

  @TempDir private static Path dir;

  private CrashDrill drill;

  /** What somebody does to a ledger, and what the audit has to say. */
  enum Damage {
    EVENT_GONE(1, 0, 0, true, "DELETE FROM events WHERE id = 100"),
    EFFECT_TWICE(
        0,
        1,
        0,
        true,
        "INSERT INTO drill_effects (event_id, key, sequence)"
            + " SELECT event_id, key, sequence FROM drill_effects WHERE n = 100"),
    EFFECT_GONE(
        1, 0, 1, true, "DELETE FROM drill_effects WHERE key = 'order/D-all-0' AND sequence = 2"),
    EFFECTS_SWAPPED(
        0,
        0,
        2,
        true,
        "UPDATE drill_effects SET sequence = 5 - sequence"
            + " WHERE key = 'order/D-all-0' AND sequence IN (2, 3)"),
    NUMBERS_SWAPPED(
        0,
        0,
        2,
        true,
        "UPDATE events SET sequence = -1 WHERE key = 'D-all-0' AND sequence = 2",
        "UPDATE events SET sequence = 2 WHERE key = 'D-all-0' AND sequence = 3",
        "UPDATE events SET sequence = 3 WHERE key = 'D-all-0' AND sequence = -1"),
    AUTHORISATION_GONE(
        1,
        2,
        0,
        true,
        "DELETE FROM offline_authorisations WHERE request_id ="
            + " (SELECT min(request_id) FROM offline_authorisations)"),
    EXPOSURE_TOO_HIGH(
        0,
        1,
        0,
        true,
        "UPDATE offline_exposure SET amount = amount + 1 WHERE scope = 'store/EU-000'"),
    EXPOSURE_TOO_LOW(
        1,
        0,
        0,
        true,
        "UPDATE offline_exposure SET amount = amount - 1 WHERE scope = 'store/EU-000'"),
    ANSWER_GONE(
        1,
        0,
        0,
        true,
        "DELETE FROM idempotency WHERE request_id = (SELECT min(request_id) FROM idempotency)"),
    CONSUMER_BEHIND(
        1, 0, 0, true, "UPDATE consumers SET position = 0 WHERE consumer = 'drill' AND lane = 1"),
    RECORD_CHANGED(
        0,
        0,
        0,
        false,
        "DROP TRIGGER audit_no_update",
        "UPDATE audit SET record = zeroblob(10) WHERE sequence = 2"),
    RECORD_GONE(
        0, 0, 0, false, "DROP TRIGGER audit_no_delete", "DELETE FROM audit WHERE sequence = 2"),
    CHAIN_CUT_SHORT_BY_SOMEBODY_WHO_KNOWS_HOW(
        1,
        0,
        0,
        true,
        "DROP TRIGGER audit_no_delete",
        "DROP TRIGGER audit_head_forward",
        "UPDATE audit_head SET sequence = sequence - 1, hash ="
            + " (SELECT previous_hash FROM audit ORDER BY sequence DESC LIMIT 1)",
        "DELETE FROM audit WHERE sequence > (SELECT sequence FROM audit_head)");

    private final long lost;
    private final long doubled;
    private final long outOfOrder;
    private final boolean chainOk;
    private final ImmutableList<String> sql;

    Damage(long lost, long doubled, long outOfOrder, boolean chainOk, String... sql) {
      this.lost = lost;
      this.doubled = doubled;
      this.outOfOrder = outOfOrder;
      this.chainOk = chainOk;
      this.sql = ImmutableList.copyOf(sql);
    }
  }

  @BeforeAll
  void run() throws Exception {
    drill =
        new CrashDrill(
            new DrillSettings(
                KILLS,
                Duration.ofMillis(300),
                Engine.SQLITE,
                1,
                "",
                "",
                0,
                false,
                32,
                300,
                System.nanoTime(),
                dir.resolve("drill")),
            _ -> {});
    drill.run();
  }

  @AfterAll
  void end() {
    drill.close();
  }

  @Test
  void keepsEveryPromiseWhereverItIsKilled() throws Exception {
    CrashReport report = drill.audit();

    assertThat(report.isGood()).as(report.table()).isTrue();
    assertThat(report.kills()).isEqualTo(KILLS);
    assertThat(report.acknowledged()).isGreaterThan(20L * KILLS);
  }

  @ParameterizedTest
  @EnumSource
  void itsAuditSees(Damage damage, @TempDir Path copies) throws Exception {
    Path copy = Files.copy(dir.resolve("drill/ledger/ledger.db"), copies.resolve("ledger.db"));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy);
        Statement statement = connection.createStatement()) {
      for (String sql : damage.sql) {
        statement.execute(sql);
      }

      Findings findings =
          LedgerAudit.of(connection, drill.witness(), drill.journals(), drill.number());

      assertThat(findings.none()).isFalse();
      assertThat(List.of(findings.lost(), findings.doubled(), findings.outOfOrder()))
          .as(findings.texts().toString())
          .isEqualTo(List.of(damage.lost, damage.doubled, damage.outOfOrder));
      assertThat(findings.chainOk()).isEqualTo(damage.chainOk);
    }
  }

  @Test
  void itsAuditSeesADeliveryThatIsMissing(@TempDir Path copies) throws Exception {
    List<String> lines = new ArrayList<>(Files.readAllLines(drill.witness()));
    // What was delivered more than once would not be missed.
    String once =
        lines.stream()
            .filter(line -> !line.isEmpty() && Collections.frequency(lines, line) == 1)
            .findFirst()
            .orElseThrow();
    lines.remove(once);

    Findings findings = audit(Files.write(copies.resolve("witness"), lines));

    assertThat(findings.lost()).as(findings.texts().toString()).isEqualTo(1);
  }

  @Test
  void itsAuditSeesADeliveryThatCameTooEarly(@TempDir Path copies) throws Exception {
    List<String> lines = new ArrayList<>(Files.readAllLines(drill.witness()));
    String second =
        lines.stream().filter(line -> line.contains(" 2 order/D-all-0 ")).findFirst().orElseThrow();
    lines.addFirst(second);

    Findings findings = audit(Files.write(copies.resolve("witness"), lines));

    assertThat(findings.outOfOrder()).as(findings.texts().toString()).isPositive();
    assertThat(findings.lost()).isZero();
  }

  @Test
  void itsAuditOverlooksALineThatAKillCutShort(@TempDir Path copies) throws Exception {
    List<String> lines = new ArrayList<>(Files.readAllLines(drill.witness()));
    String whole = lines.get(10);
    lines.add(5, whole.substring(0, whole.length() - 3));

    Findings findings = audit(Files.write(copies.resolve("witness"), lines));

    assertThat(findings.none()).as(findings.texts().toString()).isTrue();
  }

  private Findings audit(Path witness) throws Exception {
    String url = "jdbc:sqlite:" + dir.resolve("drill/ledger/ledger.db");
    try (Connection connection = DriverManager.getConnection(url)) {
      return LedgerAudit.of(connection, witness, drill.journals(), drill.number());
    }
  }
}
