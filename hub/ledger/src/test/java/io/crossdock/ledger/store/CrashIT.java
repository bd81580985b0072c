package io.crossdock.ledger.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.audit.Verification;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that writes is killed with {@code kill -9} at random moments, as often as the system
 * property {@code crossdock.crash.rounds} says.
 */
@Timeout(3_600)
class CrashIT {

  private static final int ROUNDS = Integer.getInteger("crossdock.crash.rounds", 3);
  private static final int ID_LENGTH = 36;
  private static final int PAGE = 1_000;

  @TempDir Path dir;

  @ParameterizedTest
  @EnumSource(Engine.class)
  void whatWasAcknowledgedIsThereExactlyOnce(Engine engine) throws Exception {
    String address = TestLedger.address(engine, dir);
    Set<String> acknowledged = new HashSet<>();

    for (int round = 0; round < ROUNDS; round++) {
      int before = acknowledged.size();
      try (ChildProcess writer = ChildProcess.start(CrashWriter.class, address)) {
        int until = ThreadLocalRandom.current().nextInt(1, 2_000);
        for (int i = 0; i < until; i++) {
          acknowledged.add(writer.next(60));
        }
        writer.kill().stream()
            .filter(line -> line.length() == ID_LENGTH)
            .forEach(acknowledged::add);
      }
      assertThat(acknowledged).hasSizeGreaterThan(before);

      try (Store store = Store.open(TestLedger.at(address), 1)) {
        Set<String> there = audited(store);
        assertThat(there).containsAll(acknowledged);
        // What was done but not told any more is whole as well.
        assertThat(completed(store)).isEqualTo(there.size());
      }
    }
  }

  private static Set<String> audited(Store store) {
    Audit audit = new Audit(store, Clock.systemUTC());
    assertThat(audit.verify(0, 0)).isInstanceOf(Verification.Intact.class);
    Set<String> ids = new HashSet<>();
    long before = Long.MAX_VALUE;
    List<AuditRecord> page;
    do {
      page = audit.list(ListAuditRecordsRequest.getDefaultInstance(), before, PAGE);
      for (AuditRecord record : page) {
        assertThat(ids.add(record.getSubjectId())).as("doubled: %s", record).isTrue();
        before = record.getSequence();
      }
    } while (page.size() == PAGE);
    return ids;
  }

  private static int completed(Store store) {
    return store.read(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT count(*) FROM idempotency WHERE operation = ? AND answer IS NOT NULL")) {
        select.setString(1, CrashWriter.OPERATION);
        try (ResultSet row = select.executeQuery()) {
          var _ = row.next();
          return row.getInt(1);
        }
      }
    });
  }
}
