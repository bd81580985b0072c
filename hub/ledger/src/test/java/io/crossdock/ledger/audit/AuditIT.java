package io.crossdock.ledger.audit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.ledger.audit.Verification.Broken;
import io.crossdock.ledger.audit.Verification.Fault;
import io.crossdock.ledger.audit.Verification.Intact;
import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.SettableClock;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListAuditRecordsResponse;
import io.crossdock.ops.v1.VerifyAuditChainRequest;
import io.crossdock.ops.v1.VerifyAuditChainResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
@Timeout(120)
class AuditIT {

  private final Engine engine;
  @TempDir Path dir;
  private final SettableClock clock = new SettableClock();
  private Database database;
  private Store store;
  private Audit audit;

  AuditIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() throws Exception {
    database = TestLedger.create(engine, dir);
    store = Store.open(database, 2);
    audit = new Audit(store, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aRecordCarriesTheHashOfTheOneBefore() {
    AuditRecord first = audit.append(action("a"));
    AuditRecord second = audit.append(action("b"));

    assertThat(first.getSequence()).isEqualTo(1);
    assertThat(first.getPreviousHash()).isEqualTo(ByteString.copyFrom(new byte[32]));
    assertThat(second.getSequence()).isEqualTo(2);
    assertThat(second.getPreviousHash()).isEqualTo(first.getHash());
    assertThat(second.getAt()).isEqualTo(Timestamps.fromMillis(clock.millis()));
    assertThat(audit.list(ListAuditRecordsRequest.getDefaultInstance(), Long.MAX_VALUE, 10))
        .containsExactly(second, first);
  }

  @Test
  void anEmptyChainIsIntact() {
    assertThat(audit.verify(0, 0)).isInstanceOf(Intact.class);
  }

  @Test
  void whatIsUndoneLeavesNoRecordAndNoGap() {
    var _ = audit.append(action("a"));
    assertThatThrownBy(() ->
            store.write(connection -> {
              var _ = audit.append(connection, action("undone"));
              throw new IllegalArgumentException("mine");
            }))
        .isInstanceOf(IllegalArgumentException.class);

    var _ = audit.append(action("b"));

    assertThat(audit.verify(0, 0)).isInstanceOf(Intact.class);
    assertThat(subjects(ListAuditRecordsRequest.getDefaultInstance())).containsExactly("b", "a");
  }

  @Test
  void severalNodesMakeOneChain() throws Exception {
    Store other = engine == Engine.POSTGRESQL ? Store.open(database, 1) : store;
    List<Audit> nodes = List.of(audit, new Audit(other, clock));
    List<Future<List<Long>>> appended = new ArrayList<>();

    // Each caller appends one after the other, so that both nodes commit again and again.
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 16; i++) {
        Audit node = nodes.get(i % 2);
        appended.add(
            callers.submit(() ->
                IntStream.range(0, 40)
                    .mapToObj(n -> node.append(action("s" + n)).getSequence())
                    .toList()));
      }
    }
    if (other != store) {
      other.close();
    }

    assertThat(appended.stream().flatMap(each -> each.resultNow().stream()))
        .containsExactlyInAnyOrderElementsOf(LongStream.rangeClosed(1, 640).boxed().toList());
    assertThat(audit.verify(0, 0))
        .isInstanceOfSatisfying(Intact.class, it -> assertThat(it.checked()).isEqualTo(640));
  }

  @Test
  void theDatabaseRefusesToChangeOrRemove() {
    append(3);

    for (String sql :
        List.of(
            "UPDATE audit SET operation = 'other' WHERE sequence = 2",
            "DELETE FROM audit WHERE sequence = 2",
            "UPDATE audit_head SET sequence = 1",
            "DELETE FROM audit_head")) {
      assertThatThrownBy(() -> run(sql)).as(sql).isInstanceOf(IllegalStateException.class);
    }
    if (engine == Engine.SQLITE) {
      assertThatThrownBy(() -> run("INSERT OR REPLACE INTO audit SELECT * FROM audit"))
          .isInstanceOf(IllegalStateException.class);
    } else {
      assertThatThrownBy(() -> run("TRUNCATE audit")).isInstanceOf(IllegalStateException.class);
    }

    assertThat(audit.verify(0, 0))
        .isInstanceOfSatisfying(Intact.class, it -> assertThat(it.checked()).isEqualTo(3));
  }

  @Test
  void aChangedRecordIsFound() {
    append(9);

    tamper(
        "UPDATE audit SET record = (SELECT record FROM audit WHERE sequence = 3)"
            + " WHERE sequence = 4");

    assertThat(audit.verify(0, 0)).isEqualTo(new Broken(3, 4, Fault.CHANGED));
    assertThat(audit.verify(1, 3)).isInstanceOf(Intact.class);
    assertThat(audit.verify(5, 9)).isInstanceOf(Intact.class);
  }

  @Test
  void aColumnThatNoLongerAgreesIsFound() {
    append(9);

    tamper("UPDATE audit SET subject_id = 'innocent' WHERE sequence = 7");

    assertThat(audit.verify(0, 0)).isEqualTo(new Broken(6, 7, Fault.CHANGED));
  }

  @Test
  void aRecordThatWasMadeAnewWithItsHashIsFound() throws Exception {
    append(9);
    AuditRecord sixth = audit.list(ListAuditRecordsRequest.getDefaultInstance(), 7, 1).getFirst();
    byte[] forged = Chain.canonical(sixth.toBuilder().setReason("another").build());
    byte[] hash = Chain.hash(sixth.getPreviousHash().toByteArray(), forged);

    tamper("UPDATE audit SET record = ?, hash = ? WHERE sequence = 6", forged, hash);

    assertThat(audit.verify(0, 0)).isEqualTo(new Broken(6, 7, Fault.UNLINKED));
  }

  @Test
  void theLastRecordMadeAnewIsFound() throws Exception {
    append(3);
    AuditRecord third = audit.list(ListAuditRecordsRequest.getDefaultInstance(), 4, 1).getFirst();
    byte[] forged = Chain.canonical(third.toBuilder().setReason("another").build());

    tamper(
        "UPDATE audit SET record = ?, hash = ? WHERE sequence = 3",
        forged,
        Chain.hash(third.getPreviousHash().toByteArray(), forged));

    assertThat(audit.verify(0, 0)).isEqualTo(new Broken(3, 3, Fault.CHANGED));
  }

  @Test
  void aRemovedRecordIsFound() {
    append(9);

    tamper("DELETE FROM audit WHERE sequence = 5");

    assertThat(audit.verify(0, 0)).isEqualTo(new Broken(4, 5, Fault.REMOVED));
  }

  @Test
  void aRemovedEndIsFound() {
    append(9);

    tamper("DELETE FROM audit WHERE sequence >= 8");

    assertThat(audit.verify(0, 0)).isEqualTo(new Broken(7, 8, Fault.REMOVED));
    assertThat(audit.verify(2, 7)).isInstanceOf(Intact.class);
    assertThat(audit.verify(20, 30)).isInstanceOf(Broken.class);
  }

  @Test
  void anInsertedRecordIsFound() {
    append(3);

    run(
        "INSERT INTO audit SELECT 4, recorded_at, actor_id, operation, subject_id,"
            + " correlation_id, record, previous_hash, hash FROM audit WHERE sequence = 3");

    assertThat(audit.verify(0, 0)).isEqualTo(new Broken(3, 4, Fault.INSERTED));
    run(
        "INSERT INTO audit SELECT 0, recorded_at, actor_id, operation, subject_id,"
            + " correlation_id, record, previous_hash, hash FROM audit WHERE sequence = 3");
    assertThat(audit.verify(0, 0)).isEqualTo(new Broken(0, 0, Fault.INSERTED));
  }

  @Test
  void aLongChainIsCheckedInSteps() {
    var _ =
        store.write(connection -> {
          for (int i = 0; i < 4_500; i++) {
            var _ = audit.append(connection, action("s" + i));
          }
          return true;
        });
    assertThat(audit.verify(0, 0).checked()).isEqualTo(4_500);

    tamper("DELETE FROM audit WHERE sequence = 4400");

    assertThat(audit.verify(0, 0)).isEqualTo(new Broken(4_399, 4_400, Fault.REMOVED));
  }

  @Test
  void listsPageByPageAndNarrowed() {
    append(7);
    clock.advance(Duration.ofMinutes(1));
    var _ =
        audit.append(
            action("special").toBuilder()
                .setActor(Actor.newBuilder().setId("op-7"))
                .setOperation("crossdock.ops.v1.ExceptionService/ResolveException")
                .setCorrelationId("sale-9")
                .build());
    AuditEndpoint endpoint = new AuditEndpoint(audit, clock);

    ListAuditRecordsRequest request = ListAuditRecordsRequest.newBuilder().setPageSize(3).build();
    List<Long> seen = new ArrayList<>();
    int pages = 0;
    String token = "";
    do {
      ListAuditRecordsResponse page =
          call(endpoint::listAuditRecords, request.toBuilder().setPageToken(token).build());
      page.getRecordsList().forEach(each -> seen.add(each.getSequence()));
      token = page.getNextPageToken();
      pages++;
    } while (!token.isEmpty());

    assertThat(seen).containsExactly(8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
    assertThat(pages).isEqualTo(3);
    assertThat(subjects(ListAuditRecordsRequest.newBuilder().setActorId("op-7").build()))
        .containsExactly("special");
    assertThat(subjects(ListAuditRecordsRequest.newBuilder().setCorrelationId("sale-9").build()))
        .containsExactly("special");
    assertThat(subjects(ListAuditRecordsRequest.newBuilder().setSubjectId("s3").build()))
        .containsExactly("s3");
    assertThat(
            subjects(
                ListAuditRecordsRequest.newBuilder()
                    .setOperation("crossdock.ops.v1.ExceptionService/ResolveException")
                    .build()))
        .containsExactly("special");
    assertThat(
            subjects(
                ListAuditRecordsRequest.newBuilder()
                    .setRecordedFrom(Timestamps.fromMillis(clock.millis()))
                    .build()))
        .containsExactly("special");
    assertThat(
            subjects(
                ListAuditRecordsRequest.newBuilder()
                    .setRecordedUntil(Timestamps.fromMillis(clock.millis()))
                    .build()))
        .hasSize(7);
  }

  @Test
  void aTokenOfAnotherListIsRefused() {
    append(3);
    AuditEndpoint endpoint = new AuditEndpoint(audit, clock);
    String token =
        call(
                endpoint::listAuditRecords,
                ListAuditRecordsRequest.newBuilder().setPageSize(1).build())
            .getNextPageToken();

    for (ListAuditRecordsRequest wrong :
        List.of(
            ListAuditRecordsRequest.newBuilder().setSubjectId("s1").setPageToken(token).build(),
            ListAuditRecordsRequest.newBuilder().setPageToken("garbage!").build())) {
      assertThatThrownBy(() -> call(endpoint::listAuditRecords, wrong))
          .isInstanceOf(CompletionException.class)
          .satisfies(e ->
              assertThat(Failure.from(requireNonNull(e.getCause())).orElseThrow().reason())
                  .isEqualTo(Reason.REASON_PAGE_TOKEN_INVALID));
    }
  }

  @Test
  void theServiceTellsWhereTheChainBreaks() {
    append(5);
    AuditEndpoint endpoint = new AuditEndpoint(audit, clock);
    VerifyAuditChainRequest all = VerifyAuditChainRequest.getDefaultInstance();

    VerifyAuditChainResponse whole = call(endpoint::verifyAuditChain, all);
    tamper("DELETE FROM audit WHERE sequence = 2");
    VerifyAuditChainResponse broken = call(endpoint::verifyAuditChain, all);

    assertThat(whole.getIntact()).isTrue();
    assertThat(whole.getChecked()).isEqualTo(5);
    assertThat(broken.getIntact()).isFalse();
    assertThat(broken.getFirstBrokenSequence()).isEqualTo(2);
  }

  private void append(int count) {
    for (int i = 1; i <= count; i++) {
      var _ = audit.append(action("s" + i));
    }
  }

  private static AuditRecord action(String subject) {
    return AuditRecord.newBuilder()
        .setActor(Actor.newBuilder().setKind(Actor.Kind.KIND_OPERATOR).setId("op-1"))
        .setPrincipal("ops-console")
        .setOperation("crossdock.ops.v1.DeadLetterService/DiscardDeadLetter")
        .setSubjectKind("dead_letter")
        .setSubjectId(subject)
        .setReason("mended by hand")
        .setOutcome("OK")
        .setCorrelationId("sale-1")
        .build();
  }

  private List<String> subjects(ListAuditRecordsRequest filter) {
    return audit.list(filter, Long.MAX_VALUE, 100).stream().map(AuditRecord::getSubjectId).toList();
  }

  private void run(String sql) {
    var _ =
        store.write(connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
          }
        });
  }

  /** As whoever owns the database may: without the triggers. */
  private void tamper(String sql, byte[]... values) {
    var _ =
        store.write(connection -> {
          try (Statement statement = connection.createStatement()) {
            for (String trigger :
                engine == Engine.SQLITE
                    ? List.of("audit_no_update", "audit_no_delete")
                    : List.of("audit_no_change ON audit")) {
              statement.execute("DROP TRIGGER IF EXISTS " + trigger);
            }
          }
          return update(connection, sql, values);
        });
  }

  private static int update(Connection connection, String sql, byte[]... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setBytes(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  private static <Q, A> A call(BiConsumer<Q, StreamObserver<A>> method, Q request) {
    CompletableFuture<A> answer = new CompletableFuture<>();
    method.accept(
        request,
        new StreamObserver<>() {
          @Override
          public void onNext(A value) {
            answer.complete(value);
          }

          @Override
          public void onError(Throwable error) {
            answer.completeExceptionally(error);
          }

          @Override
          public void onCompleted() {
            // One answer only.
          }
        });
    return answer.join();
  }
}
