package io.crossdock.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Date;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.DeliverRequest;
import io.crossdock.event.v1.DeliverResponse;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.EventSinkServiceGrpc;
import io.crossdock.event.v1.PostingCompleted;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.PublishResponse;
import io.crossdock.event.v1.SubscribeRequest;
import io.crossdock.event.v1.SubscribeResponse;
import io.crossdock.failure.Failure;
import io.crossdock.finance.v1.SourceDocumentKind;
import io.crossdock.ledger.backup.Backup;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.CheckLedgerRequest;
import io.crossdock.ops.v1.CheckLedgerResponse;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.DeadLetterStatus;
import io.crossdock.ops.v1.DownloadBackupRequest;
import io.crossdock.ops.v1.DownloadBackupResponse;
import io.crossdock.ops.v1.GetReplayRequest;
import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.LedgerServiceGrpc;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListDeadLettersRequest;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.ops.v1.RedeliverDeadLetterRequest;
import io.crossdock.ops.v1.Replay;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.ops.v1.ReplayServiceGrpc;
import io.crossdock.ops.v1.ReplayStatus;
import io.crossdock.ops.v1.StartReplayRequest;
import io.crossdock.ops.v1.VerifyAuditChainRequest;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hub with an embedded ledger, as its own process, and a connector that is told of events. */
@Timeout(90)
class LedgerHubIT {

  private static final String SICK = "PO-SICK";

  @TempDir Path dir;
  private final BlockingQueue<DeliverRequest> told = new LinkedBlockingQueue<>();
  private volatile boolean ill;
  private Server connector;

  @BeforeEach
  void startConnector() throws Exception {
    connector =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new EventSinkServiceGrpc.EventSinkServiceImplBase() {
                  @Override
                  public void deliver(
                      DeliverRequest request, StreamObserver<DeliverResponse> answer) {
                    told.add(request);
                    if (ill && request.getEvent().getKey().equals(SICK)) {
                      answer.onError(
                          Failure.of(Reason.REASON_BACKEND_ANSWER_INVALID, "Cannot be mapped.")
                              .toException());
                      return;
                    }
                    answer.onNext(DeliverResponse.getDefaultInstance());
                    answer.onCompleted();
                  }
                })
            .build()
            .start();
  }

  @AfterEach
  void stopConnector() {
    connector.shutdownNow();
  }

  @Test
  void keepsWhatItAcknowledgedThroughAKill() throws Exception {
    PublishRequest request = publish(posting("PO-1"), posting("PO-1"));
    PublishResponse first;
    try (HubProcess hub = HubProcess.start(dir, config())) {
      first = EventServiceGrpc.newBlockingStub(hub.grpc()).publish(request);
    }

    try (HubProcess hub = HubProcess.start(dir, config())) {
      EventServiceGrpc.EventServiceBlockingStub events =
          EventServiceGrpc.newBlockingStub(hub.grpc());
      PublishResponse again = events.publish(request);
      Iterator<SubscribeResponse> stream =
          events.subscribe(SubscribeRequest.newBuilder().setFromBeginning(true).build());

      assertThat(again).isEqualTo(first);
      assertThat(List.of(stream.next(), stream.next()))
          .extracting(each -> each.getEvent().getSequence())
          .containsExactly(1L, 2L);
      assertThat(hub.get("/health/ready").body()).contains("\"ledger\":\"UP\"");
    }
  }

  @Test
  void tellsAConnectorInOrderAndAPersonRepairsWhatItRefused() throws Exception {
    ill = true;
    try (HubProcess hub = HubProcess.start(dir, config())) {
      EventServiceGrpc.EventServiceBlockingStub events =
          EventServiceGrpc.newBlockingStub(hub.grpc());
      DeadLetterServiceGrpc.DeadLetterServiceBlockingStub letters =
          DeadLetterServiceGrpc.newBlockingStub(hub.grpc());
      EventEnvelope sick = posting(SICK);
      EventEnvelope behind = posting(SICK);
      var _ = events.publish(publish(sick, behind, posting("PO-WELL")));

      DeliverRequest well = nextOf("PO-WELL");
      DeadLetter letter;
      do {
        letter =
            letters
                .listDeadLetters(ListDeadLettersRequest.getDefaultInstance())
                .getDeadLettersList()
                .stream()
                .findFirst()
                .orElse(DeadLetter.getDefaultInstance());
      } while (letter.getWaitingBehind() == 0);
      String metrics;
      do {
        metrics = hub.get("/metrics").body();
      } while (!metrics.contains("crossdock_consumer_dead_letters{crossdock_consumer=\"books\""));
      ill = false;
      told.clear();
      DeadLetter after =
          letters
              .redeliverDeadLetter(
                  RedeliverDeadLetterRequest.newBuilder()
                      .setContext(context())
                      .setDeadLetterId(letter.getDeadLetterId())
                      .setReason("mapping mended")
                      .build())
              .getDeadLetter();

      assertThat(well.getConsumer()).isEqualTo("books");
      assertThat(well.getContext().getRequestId()).isEqualTo(well.getEvent().getEventId());
      assertThat(letter.getFailureReason()).isEqualTo("BACKEND_ANSWER_INVALID");
      assertThat(metrics).contains("crossdock_ledger_writable", "crossdock_ledger_commits_total");
      assertThat(after.getStatus()).isEqualTo(DeadLetterStatus.DEAD_LETTER_STATUS_DELIVERED);
      assertThat(nextOf(SICK).getEvent().getEventId()).isEqualTo(sick.getEventId());
      assertThat(nextOf(SICK).getEvent().getEventId()).isEqualTo(behind.getEventId());
    }
  }

  @Test
  void tellsAConnectorAgainOfWhatAPersonReplays() throws Exception {
    try (HubProcess hub = HubProcess.start(dir, config())) {
      ReplayServiceGrpc.ReplayServiceBlockingStub replays =
          ReplayServiceGrpc.newBlockingStub(hub.grpc());
      var _ =
          EventServiceGrpc.newBlockingStub(hub.grpc())
              .publish(publish(posting("PO-1"), posting("PO-2"), posting("PO-1")));
      DeliverRequest first = nextOf("PO-1");
      DeliverRequest second = nextOf("PO-1");

      Replay replay =
          replays
              .startReplay(
                  StartReplayRequest.newBuilder()
                      .setContext(context())
                      .setConsumer("books")
                      .setSelection(ReplaySelection.newBuilder().setKey("PO-1"))
                      .setReason("the books lost it")
                      .build())
              .getReplay();

      assertThat(nextOf("PO-1").getContext().getRequestId())
          .isEqualTo(first.getContext().getRequestId());
      assertThat(nextOf("PO-1").getEvent()).isEqualTo(second.getEvent());
      GetReplayRequest get =
          GetReplayRequest.newBuilder().setReplayId(replay.getReplayId()).build();
      while (replays.getReplay(get).getReplay().getStatus() == ReplayStatus.REPLAY_STATUS_RUNNING) {
        Thread.onSpinWait();
      }
      assertThat(replays.getReplay(get).getReplay().getDelivered()).isEqualTo(2);
    }
  }

  @Test
  void givesACopyOfItsLedgerAndSaysThatItIsWhole() throws Exception {
    try (HubProcess hub = HubProcess.start(dir, config())) {
      LedgerServiceGrpc.LedgerServiceBlockingStub ledger =
          LedgerServiceGrpc.newBlockingStub(hub.grpc());
      var _ = EventServiceGrpc.newBlockingStub(hub.grpc()).publish(publish(posting("PO-1")));
      Path file = dir.resolve("copy.db");

      try (OutputStream out = Files.newOutputStream(file)) {
        Iterator<DownloadBackupResponse> pieces =
            ledger.downloadBackup(
                DownloadBackupRequest.newBuilder()
                    .setContext(context())
                    .setReason("nightly")
                    .build());
        while (pieces.hasNext()) {
          pieces.next().getChunk().writeTo(out);
        }
      }
      CheckLedgerResponse check = ledger.checkLedger(CheckLedgerRequest.getDefaultInstance());

      assertThat(Backup.check(file).whole()).isTrue();
      assertThat(check.getFindingsList()).isEmpty();
      assertThat(check.getEvents()).isEqualTo(1);
      assertThat(check.getEngine()).isEqualTo("SQLITE");
    }
  }

  @Test
  void refusesWhatIsNotInTheCatalogue() throws Exception {
    try (HubProcess hub = HubProcess.start(dir, config())) {
      EventServiceGrpc.EventServiceBlockingStub events =
          EventServiceGrpc.newBlockingStub(hub.grpc());

      assertThatThrownBy(() ->
              events.publish(publish(posting("PO-1").toBuilder().setType("acme.Made").build())))
          .satisfies(e -> {
            Failure failure = Failure.from(e).orElseThrow();
            assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
            assertThat(failure.violations())
                .extracting(Failure.Violation::field)
                .containsExactly("events[0].type");
          });
    }
  }

  @Test
  void putsOperatorsDeedsIntoTheAuditTrail() throws Exception {
    try (HubProcess hub = HubProcess.start(dir, config())) {
      var _ =
          OpsServiceGrpc.newBlockingStub(hub.grpc())
              .invalidateCache(
                  InvalidateCacheRequest.newBuilder()
                      .setContext(context())
                      .setTag("member/M-1")
                      .setReason("wrong balance")
                      .build());
      AuditServiceGrpc.AuditServiceBlockingStub audit =
          AuditServiceGrpc.newBlockingStub(hub.grpc());

      AuditRecord record =
          audit.listAuditRecords(ListAuditRecordsRequest.getDefaultInstance()).getRecords(0);
      assertThat(record.getOperation()).isEqualTo("crossdock.ops.v1.OpsService/InvalidateCache");
      assertThat(record.getReason()).isEqualTo("wrong balance");
      assertThat(audit.verifyAuditChain(VerifyAuditChainRequest.getDefaultInstance()).getIntact())
          .isTrue();
    }
  }

  @Test
  void endsSubscribersAtOnceWhenItStops() throws Exception {
    try (HubProcess hub = HubProcess.start(dir, config())) {
      Iterator<SubscribeResponse> stream =
          EventServiceGrpc.newBlockingStub(hub.grpc())
              .subscribe(SubscribeRequest.newBuilder().setFromBeginning(true).build());
      var _ = EventServiceGrpc.newBlockingStub(hub.grpc()).publish(publish(posting("PO-1")));
      var _ = stream.next();

      hub.process().destroy();

      assertThatThrownBy(stream::next)
          .satisfies(e ->
              assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
      assertThat(hub.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void saysWhatIsWrongWithALedgerThatItCannotUse() throws Exception {
    Files.createDirectories(dir.resolve("ledger"));
    Files.writeString(dir.resolve("ledger/ledger.db"), "not a database, but long enough to be one");

    assertThat(failedStart())
        .contains("crossdock hub: ledger: ")
        .contains("ledger.db is not a ledger or is damaged (restore a backup)");
  }

  @Test
  void refusesALedgerOfANewerProgram() throws Exception {
    HubProcess.start(dir, config()).close();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + dir.resolve("ledger/ledger.db"));
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          "INSERT INTO flyway_schema_history SELECT 1000, '999', description, type,"
              + " 'V999__new.sql', checksum, installed_by, installed_on, execution_time, success"
              + " FROM flyway_schema_history WHERE installed_rank = 1");
    }

    assertThat(failedStart())
        .contains("crossdock hub: ledger: the ledger has version 999, this program knows up to ");
  }

  @Test
  void refusesADirectoryThatAnotherHubUses() throws Exception {
    try (HubProcess _ = HubProcess.start(dir, config())) {
      assertThat(failedStart()).contains("crossdock hub: ledger: ").contains("another process");
    }
  }

  @Test
  void takesEventsWhileKafkaIsAwayAndDoesNotGoBackToDeliveringThemItself() throws Exception {
    String overKafka =
        config()
            .replace(
                "{directory: ledger}",
                "{directory: ledger, kafka: {bootstrap_servers: '127.0.0.1:1'}}");
    try (HubProcess hub = HubProcess.start(dir, overKafka)) {
      PublishResponse published =
          EventServiceGrpc.newBlockingStub(hub.grpc()).publish(publish(posting("PO-1")));
      String health;
      do {
        health = hub.get("/health/ready").body();
      } while (!health.contains("\"events\":\"DEGRADED\""));

      assertThat(published.getEventsCount()).isEqualTo(1);
      assertThat(health).contains("\"ledger\":\"UP\"");
    }

    assertThat(failedStart())
        .contains("crossdock hub: ledger: This ledger's events are delivered over Kafka");
  }

  private String failedStart() throws Exception {
    Process hub = HubProcess.launch(dir, config());
    String errors = new String(hub.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(hub.waitFor()).isEqualTo(1);
    return errors;
  }

  private DeliverRequest nextOf(String key) throws InterruptedException {
    while (true) {
      DeliverRequest next = told.poll(20, TimeUnit.SECONDS);
      assertThat(next).isNotNull();
      if (next.getEvent().getKey().equals(key)) {
        return next;
      }
    }
  }

  private String config() {
    return """
    listen: {port: 0}
    ops: {port: 0}
    ledger: {directory: ledger}
    connectors:
      - {name: books, instances: ["127.0.0.1:%d"]}
    routes:
      - service: crossdock.event.v1.EventSinkService
        rules: [{when: consumer == "books", connector: books}]
      - {service: crossdock.event.v1.EventService, local: true}
      - {service: crossdock.ops.v1.OpsService, local: true}
      - {service: crossdock.ops.v1.AuditService, local: true}
      - {service: crossdock.ops.v1.DeadLetterService, local: true}
      - {service: crossdock.ops.v1.ReplayService, local: true}
      - {service: crossdock.ops.v1.ConsumerService, local: true}
      - {service: crossdock.ops.v1.LedgerService, local: true}
    consumers:
      - {name: books, types: [crossdock.event.v1.PostingCompleted], attempts: 2}
    """
        .formatted(connector.getPort());
  }

  private static PublishRequest publish(EventEnvelope... events) {
    return PublishRequest.newBuilder().setContext(context()).addAllEvents(List.of(events)).build();
  }

  private static CommandContext context() {
    return CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()).build();
  }

  private static EventEnvelope posting(String key) {
    return EventEnvelope.newBuilder()
        .setEventId(UUID.randomUUID().toString())
        .setSource("erp-eu")
        .setType("crossdock.event.v1.PostingCompleted")
        .setKey(key)
        .setOccurredAt(Timestamps.parseUnchecked("2026-11-21T08:00:00Z"))
        .setData(
            Any.pack(
                PostingCompleted.newBuilder()
                    .setPostingId(key)
                    .setSourceKind(SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER)
                    .setSourceId("EU-001:till-03:000123:2026-11-21")
                    .setAccountingDate(Date.newBuilder().setYear(2026).setMonth(11).setDay(21))
                    .build()))
        .build();
  }
}
