package io.crossdock.ledger.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.audit.AuditCheck;
import io.crossdock.ledger.audit.Head;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.deadletter.DeliveryFailure;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.idempotency.Claim;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.offline.Authorisation;
import io.crossdock.ledger.offline.Limits;
import io.crossdock.ledger.offline.OfflineAuthorisations;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.policy.v1.Lane;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a disk or a hand changes in a ledger is found, whatever else is wrong with it. */
@ParameterizedClass
@EnumSource(Engine.class)
@Timeout(120)
class DamageIT {

  private static final Clock CLOCK = Clock.systemUTC();
  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();

  private final Engine engine;
  @TempDir Path dir;
  private String address;
  private Store store;
  private EventLog log;
  private Audit audit;
  private DeadLetters deadLetters;

  DamageIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() throws Exception {
    address = TestLedger.address(engine, dir);
    reopen();
  }

  private void reopen() throws Exception {
    store = Store.open(TestLedger.at(address), 2);
    log = new EventLog(store, CATALOGUE, CLOCK);
    audit = new Audit(store, CLOCK);
    deadLetters = new DeadLetters(store, CATALOGUE, CLOCK);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aChangeInAnyColumnOfAnEventIsFound() throws Exception {
    for (int i = 0; i < 8; i++) {
      var _ = log.append(List.of(posting("PO-" + i), posting("PO-" + i)));
    }
    assertThat(check().all()).isEmpty();
    List<String> changes =
        List.of(
            "lane = 2",
            "type = 'crossdock.event.v1.OrderPlaced'",
            "aggregate = 'order'",
            "key = 'PO-x'",
            "sequence = 17",
            "recorded_at = recorded_at + 1",
            "checksum = checksum + 1");
    for (int i = 0; i < changes.size(); i++) {
      sql("UPDATE events SET " + changes.get(i) + " WHERE id = " + (i + 1));
    }
    flip("events", "envelope", 8);
    flip("events", "event_id", 9);

    List<String> found = check().findings();

    for (int id = 1; id <= 9; id++) {
      assertThat(found).contains("event " + id + " does not match its checksum: it was changed");
    }
    assertThat(found).noneMatch(each -> each.startsWith("event 10 "));
  }

  @Test
  void aChangedDeadLetterAuthorisationAndAnswerAreFound() throws Exception {
    var _ = log.append(List.of(posting("PO-1")));
    StoredEvent event = page().getFirst();
    var _ =
        store.write(connection -> {
          deadLetters.reopen(connection, "erp", event, new DeliveryFailure("INTERNAL", "no", 1));
          return true;
        });
    deadLetters.edit(
        1,
        posting("PO-1").toBuilder().setEventId(event.envelope().getEventId()).build(),
        "anna",
        "test");
    Idempotency idempotency = new Idempotency(store, CLOCK);
    assertThat(idempotency.claim("op", "r-1", new byte[1], "me", Duration.ofSeconds(3)))
        .isInstanceOf(Claim.New.class);
    assertThat(idempotency.complete("op", "r-1", "me", new byte[] {1, 2, 3})).isTrue();
    var _ =
        new OfflineAuthorisations(store, CLOCK)
            .record(
                new Authorisation(
                    "op",
                    "r-1",
                    ByteString.copyFromUtf8("body"),
                    "M-1",
                    "S-1",
                    100,
                    "",
                    Instant.MIN),
                new Limits(1000, 1000, 1000));
    assertThat(check().all()).isEmpty();

    flip("dead_letters", "envelope", 1);
    sql("UPDATE idempotency SET answer = fingerprint");
    sql("UPDATE offline_authorisations SET amount = 1");

    assertThat(check().findings())
        .containsExactly(
            "dead letter 1 does not match its checksum: it was changed",
            "offline authorisation op r-1 does not match its checksum: it was changed",
            "answer op r-1 does not match its checksum: it was changed");
  }

  @Test
  void anEventThatWasChangedIsNotReadAsIfItWasWhole() throws Exception {
    var _ = log.append(List.of(posting("PO-1"), posting("PO-2"), posting("PO-3")));
    flip("events", "envelope", 1);
    String rubbish = engine == Engine.SQLITE ? "x'ff'" : "'\\xff'::bytea";
    sql("UPDATE events SET envelope = " + rubbish + " WHERE id = 2");

    List<StoredEvent> page = page();

    assertThat(page).extracting(StoredEvent::intact).containsExactly(false, false, true);
    assertThat(page.get(1).envelope().getKey()).isEqualTo("PO-2");
    assertThat(page.get(1).envelope().getEventId()).hasSize(36);
  }

  @Test
  void rowsFromBeforeThereWereChecksumsAreSaidToBeUnchecked() throws Exception {
    var _ = log.append(List.of(posting("PO-1"), posting("PO-2"), posting("PO-3")));
    sql("UPDATE events SET checksum = NULL WHERE id < 3");

    Report report = check();

    assertThat(report.all()).isEmpty();
    assertThat(report.unchecked()).isEqualTo(2);
    assertThat(report.events()).isEqualTo(3);
    assertThat(page()).allMatch(StoredEvent::intact);
  }

  @Test
  void aPageOfRubbishHidesNothingElse() throws Exception {
    assumeThat(engine).isEqualTo(Engine.SQLITE);
    for (int i = 0; i < 40; i++) {
      var _ = log.append(List.of(posting("PO-" + i), posting("PO-" + i)));
      var _ = audit.append(AuditRecord.newBuilder().setOperation("test").build());
    }
    sql("DROP TRIGGER audit_no_update");
    sql("UPDATE audit SET operation = 'other' WHERE sequence = 7");
    flip("events", "envelope", 80);
    store.close();
    rubbish(pageOf("events", 3));

    Report report = Backup.check(Path.of(address).resolve("ledger.db"));
    reopen();

    assertThat(report.damage())
        .anyMatch(each -> each.matches("events \\d+ to \\d+ cannot be read"));
    assertThat(report.findings())
        .contains(
            "audit record 7: CHANGED",
            "event 80 does not match its checksum: it was changed",
            "trigger audit_no_update is missing, so that audit records can be changed");
    assertThat(report.auditRecords()).isPositive();
    assertThat(report.events()).isBetween(40L, 79L);
    assertThat(check()).isEqualTo(report);
  }

  @Test
  void aMissingTableIsNamedAndTheRestIsChecked() throws Exception {
    var _ = log.append(List.of(posting("PO-1")));
    sql("ALTER TABLE event_keys RENAME TO gone");
    flip("events", "envelope", 1);

    Report report = check();

    assertThat(report.damage())
        .anyMatch(each -> each.startsWith("the keys of the events cannot be checked: "))
        .allMatch(each -> each.contains("event_keys"));
    assertThat(report.findings()).contains("event 1 does not match its checksum: it was changed");
  }

  @Test
  void removedNewestRecordsAreNoticedByAHeadThatWasNoted() throws Exception {
    for (int i = 0; i < 5; i++) {
      var _ = audit.append(AuditRecord.newBuilder().setOperation("test").build());
    }
    Head noted = check().head();
    assertThat(noted).isEqualTo(audit.head());
    assertThat(noted.sequence()).isEqualTo(5);
    assertThat(check(noted).all()).isEmpty();
    for (String trigger : List.of("audit_no_delete", "audit_head_forward")) {
      dropTrigger(trigger);
    }
    sql("DELETE FROM audit WHERE sequence = 5");
    sql(
        "UPDATE audit_head SET sequence = 4,"
            + " hash = (SELECT hash FROM audit WHERE sequence = 4)");

    assertThat(check().findings()).allMatch(each -> each.startsWith("trigger "));
    assertThat(check(noted).findings())
        .contains(
            "audit record 5 is not there any more, but the head that was given names it: the newest"
                + " records were removed");

    var _ = audit.append(AuditRecord.newBuilder().setOperation("another").build());
    assertThat(check(noted).findings())
        .contains(
            "audit record 5 has another hash than the head that was given: the chain was made"
                + " anew");
  }

  private void dropTrigger(String name) {
    if (engine == Engine.SQLITE) {
      sql("DROP TRIGGER " + name);
    } else if (name.equals("audit_no_delete")) {
      sql("DROP TRIGGER audit_no_change ON audit");
    } else {
      sql("DROP TRIGGER " + name + " ON audit_head");
    }
  }

  private Report check(Head... noted) throws BackupException {
    List<AuditCheck.Noted> heads =
        List.of(noted).stream()
            .map(head -> new AuditCheck.Noted("the head that was given", head))
            .toList();
    return engine == Engine.SQLITE
        ? Backup.check(Path.of(address).resolve("ledger.db"), heads)
        : LedgerCheck.run(store::inspect, engine, heads, Optional.empty());
  }

  private List<StoredEvent> page() {
    return log.read(Lane.LANE_FINANCIAL, 0, Selection.ALL, 100).events();
  }

  private static EventEnvelope posting(String key) {
    return Events.posting(key).build();
  }

  /** Flips a bit in the middle of a value. */
  private void flip(String table, String column, long id) {
    var _ =
        store.write(connection -> {
          byte[] bytes =
              Sql.one(
                      connection,
                      "SELECT " + column + " FROM " + table + " WHERE id = ?",
                      row -> row.getBytes(1),
                      id)
                  .orElseThrow();
          bytes[bytes.length / 2] ^= 4;
          return Sql.update(
              connection, "UPDATE " + table + " SET " + column + " = ? WHERE id = ?", bytes, id);
        });
  }

  private void sql(String sql) {
    var _ =
        store.write(connection -> {
          try (var statement = connection.createStatement()) {
            return statement.execute(sql);
          }
        });
  }

  private long pageOf(String table, int nth) throws Exception {
    try (var connection =
            java.sql.DriverManager.getConnection(
                "jdbc:sqlite:" + Path.of(address).resolve("ledger.db"));
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT pageno FROM dbstat WHERE name = '"
                    + table
                    + "' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET "
                    + nth)) {
      assertThat(row.next()).isTrue();
      return row.getLong(1);
    }
  }

  private void rubbish(long page) throws Exception {
    Path file = Path.of(address).resolve("ledger.db");
    assertThat(Files.exists(Path.of(file + "-wal"))).isFalse();
    byte[] bytes = new byte[4_096];
    new java.util.Random(7).nextBytes(bytes);
    try (RandomAccessFile database = new RandomAccessFile(file.toFile(), "rw")) {
      database.seek((page - 1) * 4_096);
      database.write(bytes);
    }
  }
}
