package io.crossdock.ledger.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Any;
import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PostingCompleted;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.finance.v1.SourceDocumentKind;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.audit.OperatorActions;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Consumers;
import io.crossdock.ledger.consumer.DeliveryMode;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.consumer.Effects;
import io.crossdock.ledger.consumer.RetryPolicy;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.DeadLetterAction;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.DeadLetterStatus;
import io.crossdock.ops.v1.DiscardDeadLetterRequest;
import io.crossdock.ops.v1.EditDeadLetterRequest;
import io.crossdock.ops.v1.GetDeadLetterRequest;
import io.crossdock.ops.v1.GetDeadLetterResponse;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListDeadLettersRequest;
import io.crossdock.ops.v1.ListDeadLettersResponse;
import io.crossdock.ops.v1.RedeliverDeadLetterRequest;
import io.crossdock.policy.v1.Lane;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(value = DeliveryMode.class, mode = EnumSource.Mode.EXCLUDE, names = "SQLITE_AND_KAFKA")
@Timeout(120)
class DeadLetterEndpointIT {

  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();

  private final DeliveryMode way;
  @TempDir Path dir;
  private Store store;
  private EventLog log;
  private EventSignal signal;
  private Audit audit;
  private Consumers consumers;
  private ExecutorService threads;
  private Server server;
  private ManagedChannel channel;
  private DeadLetterServiceGrpc.DeadLetterServiceBlockingStub stub;
  private final BlockingQueue<EventEnvelope> delivered = new LinkedBlockingQueue<>();
  private volatile boolean well;

  DeadLetterEndpointIT(DeliveryMode way) {
    this.way = way;
  }

  @BeforeEach
  void start() throws Exception {
    Clock clock = Clock.systemUTC();
    store = TestLedger.open(way.engine(), dir);
    log = new EventLog(store, CATALOGUE, clock);
    signal = EventSignal.start(log, Duration.ofMillis(50));
    audit = new Audit(store, clock);
    DeadLetters deadLetters = new DeadLetters(store, CATALOGUE, clock);
    consumers = way.nodes(store, log, signal, deadLetters, Duration.ofMillis(600)).start();
    Effect.Outward effect =
        event -> {
          if (!well) {
            throw new FailureException(Reason.REASON_BACKEND_ANSWER_INVALID, "Cannot be mapped.");
          }
          delivered.add(event.envelope());
        };
    consumers.start(
        new Consumer(
            "c",
            Set.of(),
            Set.of(Lane.LANE_FINANCIAL),
            Position.START,
            effect,
            new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1)),
            4));
    threads = Executors.newVirtualThreadPerTaskExecutor();
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .executor(threads)
            .addService(
                new DeadLetterEndpoint(
                    deadLetters,
                    consumers::isOutward,
                    new OperatorActions(store, new Idempotency(store, clock), audit),
                    clock))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
    stub = DeadLetterServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    threads.shutdownNow();
    consumers.close();
    signal.close();
    store.close();
  }

  @Test
  void listsWhatWaitsPageByPageAndTellsOneWithItsEvent() {
    EventEnvelope event = Events.posting("PO-0").setCorrelationId("sale-1").build();
    var _ = log.append(List.of(event, posting("PO-1"), posting("PO-2"), posting("PO-0")));
    Effects.await("three are sick", () -> list("").getTotal() == 3);

    ListDeadLettersResponse first =
        stub.listDeadLetters(ListDeadLettersRequest.newBuilder().setPageSize(2).build());
    ListDeadLettersResponse second =
        stub.listDeadLetters(
            ListDeadLettersRequest.newBuilder()
                .setPageSize(2)
                .setPageToken(first.getNextPageToken())
                .build());

    assertThat(first.getDeadLettersCount()).isEqualTo(2);
    assertThat(second.getDeadLettersCount()).isEqualTo(1);
    assertThat(second.getNextPageToken()).isEmpty();
    String id = list("PO-0").getDeadLetters(0).getDeadLetterId();
    Effects.await("one waits behind", () -> get(id).getDeadLetter().getWaitingBehind() == 1);
    GetDeadLetterResponse told = get(id);
    assertThat(told.getEvent().getData()).isEqualTo(event.getData());
    assertThat(told.getDeadLetter().getFailureReason()).isEqualTo("BACKEND_ANSWER_INVALID");
    assertThat(told.getDeadLetter().getCorrelationId()).isEqualTo("sale-1");
    assertThat(told.getDeadLetter().getStatus())
        .isEqualTo(DeadLetterStatus.DEAD_LETTER_STATUS_WAITING);
  }

  @Test
  void aRedeliveryTellsHowItEndedAndIsAuditedOnce() {
    String id = sick("PO-1");
    RedeliverDeadLetterRequest early = redeliver(id);
    io.crossdock.ops.v1.DeadLetter still = stub.redeliverDeadLetter(early).getDeadLetter();
    assertThat(still.getStatus()).isEqualTo(DeadLetterStatus.DEAD_LETTER_STATUS_WAITING);
    assertThat(still.getAttempts()).isEqualTo(3);

    well = true;
    RedeliverDeadLetterRequest request = redeliver(id);
    io.crossdock.ops.v1.DeadLetter done = stub.redeliverDeadLetter(request).getDeadLetter();
    io.crossdock.ops.v1.DeadLetter again = stub.redeliverDeadLetter(request).getDeadLetter();

    assertThat(done.getStatus()).isEqualTo(DeadLetterStatus.DEAD_LETTER_STATUS_DELIVERED);
    assertThat(again).isEqualTo(done);
    assertThat(audit.list(ListAuditRecordsRequest.getDefaultInstance(), Long.MAX_VALUE, 10))
        .extracting(AuditRecord::getRequestId)
        .containsExactlyInAnyOrder(
            early.getContext().getRequestId(), request.getContext().getRequestId());
  }

  @Test
  void aDiscardedLetterIsKeptAndCannotBeDeliveredAnyMore() {
    String id = sick("PO-1");

    io.crossdock.ops.v1.DeadLetter gone =
        stub.discardDeadLetter(
                DiscardDeadLetterRequest.newBuilder()
                    .setContext(context())
                    .setDeadLetterId(id)
                    .setReason("booked by hand")
                    .build())
            .getDeadLetter();

    assertThat(gone.getStatus()).isEqualTo(DeadLetterStatus.DEAD_LETTER_STATUS_DISCARDED);
    assertThat(list("").getTotal()).isZero();
    assertThat(get(id).hasEvent()).isTrue();
    assertThat(reason(() -> stub.redeliverDeadLetter(redeliver(id))))
        .isEqualTo(Reason.REASON_INVALID_STATE);
    AuditRecord record =
        audit.list(ListAuditRecordsRequest.getDefaultInstance(), Long.MAX_VALUE, 10).getFirst();
    assertThat(record.getSubjectId()).isEqualTo(id);
    assertThat(record.getReason()).isEqualTo("booked by hand");
    assertThat(record.getActor().getId()).isEqualTo("anna");
  }

  @Test
  void anEditedEventIsDeliveredAndTheHistoryTellsWhoDidWhatToWhich() throws Exception {
    EventEnvelope sick = posting("PO-1");
    var _ = log.append(List.of(sick));
    Effects.await("it is sick", () -> list("PO-1").getTotal() == 1);
    String id = list("PO-1").getDeadLetters(0).getDeadLetterId();
    EventEnvelope before = get(id).getEvent();
    EventEnvelope edited =
        before.toBuilder()
            .setData(
                Any.pack(
                    before.getData().unpack(PostingCompleted.class).toBuilder()
                        .setSourceKind(SourceDocumentKind.SOURCE_DOCUMENT_KIND_RETURN)
                        .build()))
            .build();
    EditDeadLetterRequest request = edit(id, edited);

    io.crossdock.ops.v1.DeadLetter told = stub.editDeadLetter(request).getDeadLetter();
    io.crossdock.ops.v1.DeadLetter again = stub.editDeadLetter(request).getDeadLetter();
    well = true;
    var _ = stub.redeliverDeadLetter(redeliver(id));

    assertThat(told.getStatus()).isEqualTo(DeadLetterStatus.DEAD_LETTER_STATUS_WAITING);
    assertThat(again).isEqualTo(told);
    assertThat(delivered.poll(20, TimeUnit.SECONDS)).isEqualTo(edited);
    Effects.await("it is noted", () -> get(id).getHistoryCount() == 3);
    assertThat(get(id).getHistoryList())
        .extracting(DeadLetterAction::getAction)
        .containsExactly("EDITED", "RELEASED", "DELIVERED");
    DeadLetterAction edit = get(id).getHistory(0);
    assertThat(edit.getActor()).isEqualTo("anna");
    assertThat(edit.getReason()).isEqualTo("kind was wrong");
    assertThat(edit.getEventBefore()).isEqualTo(before);
    assertThat(get(id).getEvent()).isEqualTo(edited);
    assertThat(
            audit.list(
                ListAuditRecordsRequest.newBuilder()
                    .setOperation(
                        DeadLetterServiceGrpc.getEditDeadLetterMethod().getFullMethodName())
                    .build(),
                Long.MAX_VALUE,
                10))
        .extracting(AuditRecord::getRequestId)
        .containsExactly(request.getContext().getRequestId());
  }

  @Test
  void aMendingThatBreaksTheContractTellsWhichFieldBreaksWhichRule() {
    String id = sick("PO-1");
    EventEnvelope event = get(id).getEvent();

    assertThat(
            failure(() -> stub.editDeadLetter(edit(id, event.toBuilder().clearSource().build())))
                .violations())
        .extracting(Failure.Violation::field, Failure.Violation::rule)
        .containsExactly(tuple("event.source", "string.min_len"));
    Failure otherEvent = failure(() -> stub.editDeadLetter(edit(id, posting("PO-2"))));
    assertThat(otherEvent.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(otherEvent.violations())
        .extracting(Failure.Violation::field)
        .containsExactly("event.event_id", "event.key");
    assertThat(get(id).getHistoryList()).isEmpty();
    assertThat(get(id).getEvent()).isEqualTo(event);
    assertThat(audit.list(ListAuditRecordsRequest.getDefaultInstance(), Long.MAX_VALUE, 10))
        .isEmpty();
    assertThat(failure(() -> stub.editDeadLetter(edit("D-4711", event))).reason())
        .isEqualTo(Reason.REASON_NOT_FOUND);
  }

  @Test
  void whatIsNotThereIsNotFoundAndAForeignPageTokenRefused() {
    assertThat(reason(() -> get("D-4711"))).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(reason(() -> get("nonsense"))).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(
            reason(() ->
                stub.listDeadLetters(
                    ListDeadLettersRequest.newBuilder().setPageToken("MS4x").build())))
        .isEqualTo(Reason.REASON_PAGE_TOKEN_INVALID);
  }

  private String sick(String key) {
    var _ = log.append(List.of(posting(key)));
    Effects.await(key + " is sick", () -> list(key).getTotal() == 1);
    return list(key).getDeadLetters(0).getDeadLetterId();
  }

  private ListDeadLettersResponse list(String key) {
    return stub.listDeadLetters(ListDeadLettersRequest.newBuilder().setKey(key).build());
  }

  private GetDeadLetterResponse get(String id) {
    return stub.getDeadLetter(GetDeadLetterRequest.newBuilder().setDeadLetterId(id).build());
  }

  private static RedeliverDeadLetterRequest redeliver(String id) {
    return RedeliverDeadLetterRequest.newBuilder()
        .setContext(context())
        .setDeadLetterId(id)
        .setReason("mapping fixed")
        .build();
  }

  private static EditDeadLetterRequest edit(String id, EventEnvelope event) {
    return EditDeadLetterRequest.newBuilder()
        .setContext(context())
        .setDeadLetterId(id)
        .setEvent(event)
        .setReason("kind was wrong")
        .build();
  }

  private static CommandContext context() {
    return CommandContext.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setActor(Actor.newBuilder().setKind(Actor.Kind.KIND_OPERATOR).setId("anna"))
        .build();
  }

  private static Reason reason(Supplier<?> call) {
    return failure(call).reason();
  }

  private static Failure failure(Supplier<?> call) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> call.get());
    assertThat(error).isNotNull();
    return Failure.from(error).orElseThrow();
  }

  private static EventEnvelope posting(String key) {
    return Events.posting(key).build();
  }
}
