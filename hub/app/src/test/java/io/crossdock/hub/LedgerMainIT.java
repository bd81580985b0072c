package io.crossdock.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.backup.Backup;
import io.crossdock.ledger.backup.Report;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.AuditRecord;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class LedgerMainIT {

  @TempDir private Path directory;

  private Path ledger;
  private Path backup;
  private Report report;

  private record Ran(int exit, String out, String err) {}

  @BeforeEach
  void backUp() throws Exception {
    ledger = directory.resolve("ledger");
    backup = directory.resolve("backup.db");
    append(ledger, 200);
    report = Backup.make(ledger, backup);
  }

  @Test
  void tellsThatABackUpAndADirectoryAreWhole() {
    String whole =
        """
        version %s
        events 0
        audit records 200
        audit head %s
        The ledger is intact.
        """
            .formatted(report.version(), report.head());

    assertThat(run("check", backup)).isEqualTo(new Ran(0, whole, ""));
    assertThat(run("check", ledger)).isEqualTo(new Ran(0, whole, ""));
  }

  @Test
  void restoresABackUpThatAHubGoesOnFrom() throws Exception {
    Path restored = directory.resolve("new/ledger");

    Ran ran = run("restore", backup, restored);

    assertThat(ran.out())
        .startsWith("restored into " + restored + "\n")
        .endsWith("The ledger is intact.\n");
    assertThat(ran.exit()).isZero();
    append(restored, 1);
    assertThat(Backup.check(restored.resolve("ledger.db")).auditRecords()).isEqualTo(201);
  }

  @Test
  void endsWithOneWhenABackUpIsDamaged() throws Exception {
    try (RandomAccessFile bytes = new RandomAccessFile(backup.toFile(), "rw")) {
      for (long at = 4_096 * 3; at < bytes.length(); at += 4_096) {
        bytes.seek(at);
        bytes.write(new byte[64]);
      }
    }
    Path restored = directory.resolve("restored");

    Ran checked = run("check", backup);
    Ran refused = run("restore", backup, restored);

    assertThat(checked.out()).contains("The ledger is damaged:\n  ");
    assertThat(checked.exit()).isEqualTo(1);
    assertThat(refused.err()).startsWith(backup + " is damaged: ");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(restored).doesNotExist();
  }

  @Test
  void tellsWhereTheAuditChainBreaks() throws Exception {
    try (Store store = Store.open(new SqliteDatabase(ledger), 1)) {
      store.write(connection -> {
        try (Statement statement = connection.createStatement()) {
          statement.execute("DROP TRIGGER audit_no_update");
          return statement.executeUpdate("UPDATE audit SET operation = 'x' WHERE sequence = 7");
        }
      });
    }

    Ran ran = run("check", ledger);

    assertThat(ran.out())
        .contains("The ledger is damaged:\n")
        .endsWith("  audit record 7: CHANGED\n");
    assertThat(ran.exit()).isEqualTo(1);
  }

  @Test
  void neverWritesOverALedger() {
    Ran ran = run("restore", backup, ledger);

    assertThat(ran.err())
        .isEqualTo(
            ledger.resolve("ledger.db")
                + " exists (stop the hub and move the directory's files away first)\n");
    assertThat(ran.exit()).isEqualTo(1);
  }

  @Test
  void refusesArgumentsThatMakeNoSense() throws Exception {
    Path missing = directory.resolve("missing.db");
    Path empty = Files.createDirectory(directory.resolve("empty"));

    assertMistake(
        missing + ": is not there (expected: a back-up, or the directory of a ledger)",
        run("check", missing));
    assertMistake(
        empty + ": has no ledger (expected: a directory with ledger.db)", run("check", empty));
    assertMistake(missing + ": is not there (expected: a back-up)", run("restore", missing, empty));
    assertMistake(backup + ": is a file (expected: a directory)", run("restore", backup, backup));
    assertMistake("Missing required parameter: 'DIRECTORY'", run("restore", backup));
    assertThat(empty).isEmptyDirectory();
  }

  private static void assertMistake(String message, Ran ran) {
    assertThat(ran.err()).startsWith(message + "\n");
    assertThat(ran.exit()).isEqualTo(2);
  }

  private static Ran run(String command, Path... paths) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] arguments = new String[paths.length + 1];
    arguments[0] = command;
    for (int i = 0; i < paths.length; i++) {
      arguments[i + 1] = paths[i].toString();
    }
    int exit =
        new CommandLine(new LedgerMain())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Ran(exit, out.toString(), err.toString());
  }

  private static void append(Path ledger, int count) throws Exception {
    try (Store store = Store.open(new SqliteDatabase(ledger), 1)) {
      Audit audit = new Audit(store, Clock.systemUTC());
      for (int i = 0; i < count; i++) {
        var _ =
            audit.append(AuditRecord.newBuilder().setOperation("test").setSubjectId("s").build());
      }
    }
  }
}
