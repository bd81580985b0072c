package io.crossdock.ledger.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.LedgerEpoch;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.LedgerException;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.AuditRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A ledger that goes back behind the hub's back is noticed, running or not. */
@Timeout(60)
class LedgerWatchIT {

  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();

  @TempDir Path dir;

  @Test
  void aWriteAheadLogThatWasLostIsFound() throws Exception {
    Path ledger = dir.resolve("ledger");
    long epoch;
    try (Opened open = new Opened(ledger)) {
      open.write(3);
      epoch = open.store.read(LedgerEpoch::current);
    }
    Path kept = dir.resolve("kept.db");
    Files.copy(ledger.resolve("ledger.db"), kept);
    try (Opened open = new Opened(ledger)) {
      open.write(2);
    }
    assertThat(Backup.check(ledger.resolve("ledger.db")).whole()).isTrue();
    // As if what came since had been in a log that is gone.
    Files.copy(kept, ledger.resolve("ledger.db"), StandardCopyOption.REPLACE_EXISTING);

    assertThat(Backup.check(ledger.resolve("ledger.db")).findings())
        .hasSize(2)
        .anyMatch(each -> each.startsWith("audit record 5 is not there any more"))
        .anyMatch(
            each -> each.startsWith("the newest event is number 3, but ledger.anchor names 5"));
    assertThatThrownBy(() -> new Opened(ledger).close())
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("ends at event 3 and audit record 3, but had come to 5 and 5")
        .hasMessageContaining("delete ledger.anchor");

    Files.delete(ledger.resolve("ledger.anchor"));
    try (Opened open = new Opened(ledger)) {
      assertThat(open.store.read(LedgerEpoch::current)).isNotEqualTo(epoch);
      open.write(1);
    }
    assertThat(Backup.check(ledger.resolve("ledger.db")).whole()).isTrue();
  }

  @Test
  void aRestoredBackupIsNotComparedWithWhatWasThereBefore() throws Exception {
    Path ledger = dir.resolve("ledger");
    Path backup = dir.resolve("backup.db");
    try (Opened open = new Opened(ledger)) {
      open.write(1);
      var _ = Backup.make(ledger, backup);
      open.write(4);
    }
    for (String each : List.of("ledger.db", "ledger.db-wal", "ledger.db-shm")) {
      Files.deleteIfExists(ledger.resolve(each));
    }

    assertThat(Backup.restore(backup, ledger).whole()).isTrue();

    try (Opened open = new Opened(ledger)) {
      assertThat(open.watch.trouble()).isEmpty();
      assertThat(open.watch.head().sequence()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void whatIsRemovedWhileTheHubRunsIsNoticed(Engine engine) throws Exception {
    try (Store store = Store.open(TestLedger.create(engine, dir), 1)) {
      Audit audit = new Audit(store, Clock.systemUTC());
      EventLog log = new EventLog(store, CATALOGUE, Clock.systemUTC());
      var _ = audit.append(AuditRecord.newBuilder().setOperation("test").build());
      var _ = audit.append(AuditRecord.newBuilder().setOperation("test").build());
      try (LedgerWatch watch = LedgerWatch.start(store, audit, log, null, Duration.ofMillis(20))) {
        assertThat(watch.trouble()).isEmpty();
        var _ =
            store.write(connection -> {
              try (var statement = connection.createStatement()) {
                for (String sql :
                    engine == Engine.SQLITE
                        ? List.of("DROP TRIGGER audit_no_delete", "DROP TRIGGER audit_head_forward")
                        : List.of(
                            "DROP TRIGGER audit_no_change ON audit",
                            "DROP TRIGGER audit_head_forward ON audit_head")) {
                  statement.execute(sql);
                }
                statement.execute("DELETE FROM audit WHERE sequence = 2");
                return statement.execute(
                    "UPDATE audit_head SET sequence = 1,"
                        + " hash = (SELECT hash FROM audit WHERE sequence = 1)");
              }
            });

        io.crossdock.ledger.consumer.Effects.await(
            "it is noticed", () -> !watch.trouble().isEmpty());
        assertThat(watch.trouble())
            .contains("audit record 2 is not there any more")
            .contains("trigger audit_head_forward is missing");
        assertThat(watch.head().sequence()).isEqualTo(2);
      }
    }
  }

  /** A ledger as a hub opens it. */
  private static final class Opened implements AutoCloseable {

    final Store store;
    final Audit audit;
    final EventLog log;
    final LedgerWatch watch;

    Opened(Path directory) throws LedgerException {
      store = Store.open(new SqliteDatabase(directory), 1);
      audit = new Audit(store, Clock.systemUTC());
      log = new EventLog(store, CATALOGUE, Clock.systemUTC());
      try {
        watch = LedgerWatch.start(store, audit, log, directory);
      } catch (LedgerException e) {
        store.close();
        throw e;
      }
    }

    void write(int count) {
      for (int i = 0; i < count; i++) {
        var _ = log.append(List.of(Events.posting("PO-1").build()));
        var _ = audit.append(AuditRecord.newBuilder().setOperation("test").build());
      }
    }

    @Override
    public void close() {
      watch.close();
      store.close();
    }
  }
}
