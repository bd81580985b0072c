package io.crossdock.ledger.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.LedgerEpoch;
import io.crossdock.ops.v1.AuditRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger that an earlier version made is opened and brought up to date. */
class MigrationsIT {

  @TempDir Path dir;

  @Test
  void opensALedgerFromBeforeThereWereEpochs() throws Exception {
    Path ledger = Files.createDirectories(dir.resolve("ledger"));
    String address = "jdbc:sqlite:" + ledger.resolve("ledger.db");
    Flyway.configure()
        .dataSource(address, "", "")
        .locations("classpath:io/crossdock/ledger/sqlite")
        .target("5")
        .load()
        .migrate();
    try (var connection = java.sql.DriverManager.getConnection(address);
        var statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO consumers (consumer, lane, partition, position, owner, fence, lease_until)"
              + " VALUES ('erp', 1, -1, 17, '', 3, 0)");
    }

    try (Store store = Store.open(new SqliteDatabase(ledger), 1)) {
      EventLog log = new EventLog(store, EventCatalogue.ofBuild(), Clock.systemUTC());
      Audit audit = new Audit(store, Clock.systemUTC());
      var _ = log.append(List.of(Events.posting("PO-1").build()));
      var _ = audit.append(AuditRecord.getDefaultInstance());

      assertThat(store.read(Migrations::version)).isEqualTo("8");
      assertThat(store.read(LedgerEpoch::current)).isPositive();
      assertThat(
              store.<Long>read(connection ->
                  Sql.number(connection, "SELECT position FROM consumers WHERE consumer = 'erp'")))
          .isEqualTo(17);
      assertThat(audit.verify(0, 0).checked()).isEqualTo(1);
    }
  }

  @Test
  void aLedgerThatIsGoneIsNotBegunAnewWithoutAWord() throws Exception {
    Path ledger = dir.resolve("ledger");
    Store.open(new SqliteDatabase(ledger), 1).close();
    for (String each : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
      Files.deleteIfExists(ledger.resolve(each));
    }

    assertThatThrownBy(() -> Store.open(new SqliteDatabase(ledger), 1))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("a ledger was here before")
        .hasMessageContaining("ledger.marker");
    Files.createFile(ledger.resolve("ledger.db"));
    assertThatThrownBy(() -> Store.open(new SqliteDatabase(ledger), 1))
        .hasMessageContaining("missing or empty");

    Files.delete(ledger.resolve("ledger.marker"));
    Store.open(new SqliteDatabase(ledger), 1).close();
  }

  @Test
  void whoeverHoldsTheFileOpenIsNoDamage() throws Exception {
    Path ledger = dir.resolve("ledger");
    Store.open(new SqliteDatabase(ledger), 1).close();
    try (var other =
            java.sql.DriverManager.getConnection("jdbc:sqlite:" + ledger.resolve("ledger.db"));
        var statement = other.createStatement()) {
      statement.execute("PRAGMA locking_mode = EXCLUSIVE");
      statement.execute("BEGIN EXCLUSIVE");

      assertThatThrownBy(() -> Store.open(new SqliteDatabase(ledger), 1))
          .hasMessageContaining("in use by another program");
    }
  }
}
