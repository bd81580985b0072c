package io.crossdock.ledger.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.event.LedgerEpoch;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class BackupIT {

  @TempDir Path dir;

  @Test
  void aBackUpMadeDuringWritesHasWhatWasAcknowledgedBefore() throws Exception {
    Path ledger = dir.resolve("ledger");
    Path file = dir.resolve("backup.db");
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong acknowledged = new AtomicLong();
    CountDownLatch begun = new CountDownLatch(500);
    long before;
    Report report;

    try (Store store = Store.open(new SqliteDatabase(ledger), 1);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Audit audit = new Audit(store, Clock.systemUTC());
      for (int i = 0; i < 8; i++) {
        var _ =
            callers.submit(() -> {
              while (!stop.get()) {
                var _ = audit.append(action());
                acknowledged.incrementAndGet();
                begun.countDown();
              }
            });
      }
      begun.await();
      before = acknowledged.get();
      report = Backup.make(ledger, file);
      assertThat(Backup.check(ledger.resolve("ledger.db")).whole()).isTrue();
      stop.set(true);
    }

    assertThat(report.whole()).isTrue();
    assertThat(report.auditRecords()).isBetween(before, acknowledged.get());
    assertThat(report.version()).isNotEmpty();
    assertThat(Backup.check(file)).isEqualTo(report);
    assertThat(dir.resolve("backup.db.part")).doesNotExist();
  }

  @Test
  void aRestoredLedgerGoesOnWhereTheBackUpWasMade() throws Exception {
    Path ledger = dir.resolve("ledger");
    Path file = dir.resolve("backup.db");
    append(ledger, 3);
    var _ = Backup.make(ledger, file);
    append(ledger, 2);
    Path restored = dir.resolve("restored");

    Report report = Backup.restore(file, restored);

    assertThat(report.auditRecords()).isEqualTo(3);
    append(restored, 1);
    try (Store store = Store.open(new SqliteDatabase(restored), 1)) {
      Audit audit = new Audit(store, Clock.systemUTC());
      assertThat(audit.verify(0, 0).checked()).isEqualTo(4);
      assertThat(audit.list(ListAuditRecordsRequest.getDefaultInstance(), Long.MAX_VALUE, 9))
          .hasSize(4);
    }
  }

  @Test
  void aRestoreBeginsAnotherEpoch() throws Exception {
    Path ledger = dir.resolve("ledger");
    Path file = dir.resolve("backup.db");
    append(ledger, 1);
    var _ = Backup.make(ledger, file);

    var _ = Backup.restore(file, dir.resolve("restored"));

    assertThat(epoch(dir.resolve("restored"))).isNotEqualTo(epoch(ledger));
    assertThat(epoch(ledger)).isEqualTo(epoch(ledger));
  }

  private static long epoch(Path ledger) throws Exception {
    try (Store store = Store.open(new SqliteDatabase(ledger), 1)) {
      return store.read(LedgerEpoch::current);
    }
  }

  @Test
  void nothingIsWrittenOver() throws Exception {
    Path ledger = dir.resolve("ledger");
    Path file = dir.resolve("backup.db");
    append(ledger, 1);
    var _ = Backup.make(ledger, file);

    assertThatThrownBy(() -> Backup.make(ledger, file))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("exists");
    assertThatThrownBy(() -> Backup.restore(file, ledger))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("move the directory's files away");
    assertThatThrownBy(() -> Backup.make(dir.resolve("nowhere"), dir.resolve("b2.db")))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("has no ledger");
    assertThatThrownBy(() -> Backup.make(ledger, dir.resolve("no/such/folder/b.db")))
        .isInstanceOf(BackupException.class);
  }

  @Test
  void aDamagedFileIsFoundAndNotRestored() throws Exception {
    Path ledger = dir.resolve("ledger");
    Path file = dir.resolve("backup.db");
    append(ledger, 200);
    var _ = Backup.make(ledger, file);
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      for (long at = 4_096 * 3; at < bytes.length(); at += 4_096) {
        bytes.seek(at);
        bytes.write(new byte[64]);
      }
    }

    assertThat(Backup.check(file).whole()).isFalse();
    assertThatThrownBy(() -> Backup.restore(file, dir.resolve("restored")))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("is damaged");
    assertThat(dir.resolve("restored")).doesNotExist();
  }

  @Test
  void aBrokenChainIsFoundThoughTheFileIsWhole() throws Exception {
    Path ledger = dir.resolve("ledger");
    append(ledger, 5);
    try (Store store = Store.open(new SqliteDatabase(ledger), 1)) {
      var _ =
          store.write(connection -> {
            try (Statement statement = connection.createStatement()) {
              for (String sql :
                  List.of(
                      "DROP TRIGGER audit_no_update",
                      "UPDATE audit SET operation = 'other' WHERE sequence = 2")) {
                statement.execute(sql);
              }
              return true;
            }
          });
    }

    Report report = Backup.make(ledger, dir.resolve("b.db"));

    assertThat(report.whole()).isFalse();
    assertThat(report.damage()).isEmpty();
    assertThat(report.findings()).contains("audit record 2: CHANGED");
    assertThat(Backup.check(ledger.resolve("ledger.db"))).isEqualTo(report);
    assertThat(Backup.restore(dir.resolve("b.db"), dir.resolve("restored"))).isEqualTo(report);
  }

  @Test
  void whatIsNoLedgerIsNotTakenForOne() throws Exception {
    assertThatThrownBy(() -> Backup.check(dir.resolve("missing.db")))
        .isInstanceOf(BackupException.class);
    Files.writeString(dir.resolve("text.db"), "no database at all ".repeat(99));
    assertThat(Backup.check(dir.resolve("text.db")).whole()).isFalse();
  }

  private static void append(Path ledger, int count) throws Exception {
    try (Store store = Store.open(new SqliteDatabase(ledger), 1)) {
      Audit audit = new Audit(store, Clock.systemUTC());
      for (int i = 0; i < count; i++) {
        var _ = audit.append(action());
      }
    }
  }

  private static AuditRecord action() {
    return AuditRecord.newBuilder().setOperation("test").setSubjectId("s").build();
  }
}
