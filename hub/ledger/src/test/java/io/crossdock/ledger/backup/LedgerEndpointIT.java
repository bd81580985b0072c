package io.crossdock.ledger.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.failure.Failure;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.consumer.Effects;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.CheckLedgerRequest;
import io.crossdock.ops.v1.CheckLedgerResponse;
import io.crossdock.ops.v1.DownloadBackupRequest;
import io.crossdock.ops.v1.DownloadBackupResponse;
import io.crossdock.ops.v1.LedgerServiceGrpc;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.policy.v1.Lane;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
class LedgerEndpointIT {

  private static final int BIG_ROWS = 100;

  private final Engine engine;
  @TempDir Path dir;
  private @Nullable Path directory;
  private Store store;
  private EventLog log;
  private Audit audit;
  private ExecutorService threads;
  private Server server;
  private ManagedChannel channel;
  private LedgerServiceGrpc.LedgerServiceBlockingStub stub;

  LedgerEndpointIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void start() throws Exception {
    Clock clock = Clock.systemUTC();
    String address = TestLedger.address(engine, dir);
    directory = engine == Engine.SQLITE ? Path.of(address) : null;
    store = Store.open(TestLedger.at(address), 2);
    log = new EventLog(store, EventCatalogue.ofBuild(), clock);
    audit = new Audit(store, clock);
    threads = Executors.newVirtualThreadPerTaskExecutor();
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .executor(threads)
            .addService(new LedgerEndpoint(store, audit, directory, clock))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
    stub = LedgerServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    threads.shutdownNow();
    store.close();
  }

  @Test
  void aBackUpIsTheWholeLedgerAndLeavesNothingBehind() throws Exception {
    if (directory == null) {
      Failure failure = failure(() -> stub.downloadBackup(request()).next());
      assertThat(failure.reason()).isEqualTo(Reason.REASON_INVALID_STATE);
      assertThat(failure.metadata()).containsEntry("status", "POSTGRESQL");
      return;
    }
    List<EventEnvelope> events = publish(600);
    Path file = dir.resolve("backup.db");
    MessageDigest digest = MessageDigest.getInstance("SHA-256");

    List<DownloadBackupResponse> rest = new ArrayList<>();
    try (OutputStream out = Files.newOutputStream(file)) {
      Iterator<DownloadBackupResponse> pieces = stub.downloadBackup(request());
      while (pieces.hasNext()) {
        DownloadBackupResponse piece = pieces.next();
        piece.getChunk().writeTo(out);
        digest.update(piece.getChunk().asReadOnlyByteBuffer());
        rest.add(piece.toBuilder().clearChunk().build());
      }
    }

    assertThat(rest.size()).isGreaterThan(1);
    assertThat(rest.getFirst().hasFreshness()).isTrue();
    assertThat(rest)
        .extracting(DownloadBackupResponse::getTotalBytes)
        .containsOnly(Files.size(file));
    assertThat(rest.getLast().getSha256().toByteArray()).isEqualTo(digest.digest());
    assertThat(rest.getFirst().getSha256().isEmpty()).isTrue();
    Effects.await("the copy is removed", () -> copies().isEmpty());
    assertThat(audit.list(ListAuditRecordsRequest.getDefaultInstance(), Long.MAX_VALUE, 10))
        .extracting(AuditRecord::getReason)
        .containsExactly("nightly");
    assertThat(Backup.restore(file, dir.resolve("restored")).whole()).isTrue();
    try (Store restored = Store.open(new SqliteDatabase(dir.resolve("restored")), 1)) {
      EventLog log = new EventLog(restored, EventCatalogue.ofBuild(), Clock.systemUTC());
      assertThat(log.find(events.stream().map(EventEnvelope::getEventId).toList())).hasSize(600);
    }
  }

  @Test
  void aCallerThatTakesNothingIsWaitedForAndOneThatHangsUpLeavesNothing() throws Exception {
    assumeTrue(engine == Engine.SQLITE);
    fill();
    BlockingQueue<DownloadBackupResponse> taken = new LinkedBlockingQueue<>();
    SlowCaller caller = new SlowCaller(taken);

    LedgerServiceGrpc.newStub(channel).downloadBackup(request(), caller);

    assertThat(taken.poll(60, TimeUnit.SECONDS)).isNotNull();
    assertThat(taken.poll(60, TimeUnit.SECONDS)).isNotNull();
    // It did not ask for more: most of the hundred megabytes stay on the disk.
    assertThat(copies()).hasSize(1);
    assertThat(failure(() -> stub.downloadBackup(request()).next()).reason())
        .isEqualTo(Reason.REASON_REQUEST_IN_PROGRESS);
    assertThat(taken).isEmpty();
    Objects.requireNonNull(caller.call).cancel("enough", null);
    Effects.await("the copy is removed", () -> copies().isEmpty());
    Effects.await("the next may come", this::isGiven);
  }

  @Test
  void whatAProcessLeftBehindIsRemovedAtTheNextStart() throws Exception {
    assumeTrue(engine == Engine.SQLITE);
    Path directory = Objects.requireNonNull(this.directory);
    Files.writeString(directory.resolve("copy-1.tmp"), "half");
    Files.writeString(directory.resolve("copy-2.tmp.part"), "less");

    var _ = new LedgerEndpoint(store, audit, directory, Clock.systemUTC());

    assertThat(copies()).isEmpty();
    assertThat(directory.resolve("ledger.db")).exists();
  }

  @Test
  void aLedgerThatIsInOrderIsFoundWholeAlsoWhenEventsWereForgotten() {
    List<EventEnvelope> events = publish(1_200);
    var _ = audit.append(AuditRecord.newBuilder().setOperation("test").build());
    CheckLedgerResponse before = stub.checkLedger(CheckLedgerRequest.getDefaultInstance());
    var _ = log.forget(Lane.LANE_FINANCIAL, log.newest() / 2, List.of());
    CheckLedgerResponse after = stub.checkLedger(CheckLedgerRequest.getDefaultInstance());

    assertThat(before.getFindingsList()).isEmpty();
    assertThat(before.getWhole()).isTrue();
    assertThat(before.getEngine()).isEqualTo(engine.name());
    assertThat(Integer.parseInt(before.getVersion())).isGreaterThanOrEqualTo(5);
    assertThat(before.getEvents()).isEqualTo(events.size());
    assertThat(before.getAuditRecords()).isEqualTo(1);
    assertThat(after.getFindingsList()).isEmpty();
    assertThat(after.getEvents()).isLessThan(before.getEvents());
  }

  @Test
  void whatIsMissingOrDoesNotAgreeIsFound() {
    var _ = publish(100);
    sql("DELETE FROM events WHERE key = 'PO-3' AND sequence = 4");
    sql("DELETE FROM events WHERE key = 'PO-4' AND sequence = 10");
    sql("UPDATE event_keys SET sequence = 9 WHERE key = 'PO-5'");
    sql(
        "INSERT INTO consumers (consumer, lane, partition, position, owner, fence, lease_until)"
            + " VALUES ('astray', 1, -1, 4711, '', 0, 0)");

    CheckLedgerResponse found = stub.checkLedger(CheckLedgerRequest.getDefaultInstance());

    assertThat(found.getWhole()).isFalse();
    assertThat(found.getFindingsList())
        .containsExactly(
            "posting PO-3: 9 events are there (expected: 10)",
            "posting PO-4: the last event has sequence 9 (expected: 10)",
            "posting PO-5: the last event has sequence 10 (expected: 9)",
            "events up to number 100 with a sequence that was never given: 1",
            "consumer astray: its position is past the end of the log");
  }

  @Test
  void aChangedAuditRecordIsFound() {
    for (int i = 0; i < 3; i++) {
      var _ = audit.append(AuditRecord.newBuilder().setOperation("test").build());
    }
    sql(
        engine == Engine.SQLITE
            ? "DROP TRIGGER audit_no_update"
            : "DROP TRIGGER audit_no_change ON audit");
    sql("UPDATE audit SET operation = 'other' WHERE sequence = 2");

    CheckLedgerResponse found = stub.checkLedger(CheckLedgerRequest.getDefaultInstance());

    assertThat(found.getFindingsList())
        .hasSize(2)
        .contains("audit record 2: CHANGED")
        .anyMatch(each -> each.endsWith("is missing, so that audit records can be changed"));
  }

  /** Asks for two pieces and then for nothing. */
  private static final class SlowCaller
      implements ClientResponseObserver<DownloadBackupRequest, DownloadBackupResponse> {

    private final BlockingQueue<DownloadBackupResponse> taken;
    private volatile @Nullable ClientCallStreamObserver<DownloadBackupRequest> call;

    SlowCaller(BlockingQueue<DownloadBackupResponse> taken) {
      this.taken = taken;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<DownloadBackupRequest> call) {
      this.call = call;
      call.disableAutoRequestWithInitial(2);
    }

    @Override
    public void onNext(DownloadBackupResponse response) {
      taken.add(response);
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  private boolean isGiven() {
    try {
      return stub.downloadBackup(request()).hasNext();
    } catch (StatusRuntimeException e) {
      assertThat(Failure.from(e).orElseThrow().reason())
          .isEqualTo(Reason.REASON_REQUEST_IN_PROGRESS);
      return false;
    }
  }

  private List<EventEnvelope> publish(int count) {
    List<EventEnvelope> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(Events.posting("PO-" + i % 10).build());
    }
    var _ = log.append(events);
    return events;
  }

  /** A hundred megabytes. */
  private void fill() {
    sql("CREATE TABLE filler (bytes BLOB)");
    for (int i = 0; i < BIG_ROWS; i++) {
      sql("INSERT INTO filler VALUES (randomblob(1048576))");
    }
  }

  private void sql(String sql) {
    var _ =
        store.write(connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.execute(sql);
          }
        });
  }

  private List<Path> copies() {
    try (Stream<Path> files = Files.list(Objects.requireNonNull(directory))) {
      return files.filter(file -> file.getFileName().toString().startsWith("copy-")).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static DownloadBackupRequest request() {
    return DownloadBackupRequest.newBuilder()
        .setContext(
            CommandContext.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setActor(Actor.newBuilder().setKind(Actor.Kind.KIND_OPERATOR).setId("anna")))
        .setReason("nightly")
        .build();
  }

  private static Failure failure(Supplier<?> call) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> call.get());
    assertThat(error).isNotNull();
    return Failure.from(error).orElseThrow();
  }
}
