package io.crossdock.ledger.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PostingCompleted;
import io.crossdock.event.v1.StockAdjusted;
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
import io.crossdock.ledger.deadletter.DeadLetter;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.event.RetentionHold;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.GetReplayRequest;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListReplaysRequest;
import io.crossdock.ops.v1.ListReplaysResponse;
import io.crossdock.ops.v1.Replay;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.ops.v1.ReplayServiceGrpc;
import io.crossdock.ops.v1.ReplayStatus;
import io.crossdock.ops.v1.StartReplayRequest;
import io.crossdock.ops.v1.StopReplayRequest;
import io.crossdock.policy.v1.Lane;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
class ReplayEndpointIT {

  private static final List<RetentionHold> HOLDS =
      List.of(ConsumerPositions::holders, Replayer.HOLD);

  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();
  private static final long START_SECONDS =
      Timestamps.parseUnchecked("2026-11-21T08:00:00Z").getSeconds();
  private static final RetryPolicy QUICK =
      new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(5));

  private final DeliveryMode way;
  @TempDir Path dir;
  private Store store;
  private EventLog log;
  private EventSignal signal;
  private Audit audit;
  private DeadLetters deadLetters;
  private Leases leases;
  private Consumers consumers;
  private Replayer replayer;
  private ExecutorService threads;
  private Server server;
  private ManagedChannel channel;
  private ReplayServiceGrpc.ReplayServiceBlockingStub stub;
  private final List<EventEnvelope> seen = new CopyOnWriteArrayList<>();
  private volatile Effect.Outward effect = event -> seen.add(event.envelope());

  ReplayEndpointIT(DeliveryMode way) {
    this.way = way;
  }

  @BeforeEach
  void start() throws Exception {
    Clock clock = Clock.systemUTC();
    store = TestLedger.open(way.engine(), dir);
    Effects.prepare(store);
    log = new EventLog(store, CATALOGUE, clock);
    signal = EventSignal.start(log, Duration.ofMillis(20));
    audit = new Audit(store, clock);
    deadLetters = new DeadLetters(store, CATALOGUE, clock);
    leases = Leases.start(store, Duration.ofSeconds(1));
    consumers = way.nodes(store, log, signal, deadLetters, Duration.ofMillis(600)).start();
    replayer = Replayer.start(store, log, leases, deadLetters, consumers, clock);
    threads = Executors.newVirtualThreadPerTaskExecutor();
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .executor(threads)
            .addService(
                new ReplayEndpoint(
                    log,
                    consumers,
                    replayer,
                    new OperatorActions(store, new Idempotency(store, clock), audit),
                    clock))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
    stub = ReplayServiceGrpc.newBlockingStub(channel);
    consumers.start(consumer("c", Set.of(), Position.START, event -> effect.apply(event)));
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    threads.shutdownNow();
    replayer.close();
    consumers.close();
    leases.close();
    signal.close();
    store.close();
  }

  @Test
  void whatHappenedInATimeComesAgainInOrderWheneverItWasRecorded() {
    List<EventEnvelope> published = new ArrayList<>();
    for (int minute = 0; minute < 60; minute++) {
      published.add(at(minute, Events.posting("PO-" + minute % 7)));
      published.add(at(minute, Events.stock("SKU-" + minute)));
    }
    // A till that was off-line: recorded last, happened in between.
    published.add(at(30, Events.posting("PO-late")));
    publish(published);

    Replay done =
        finished(
            stub.startReplay(
                    start(
                            ReplaySelection.newBuilder()
                                .setOccurredFrom(Timestamps.parseUnchecked("2026-11-21T08:20:00Z"))
                                .setOccurredUntil(
                                    Timestamps.parseUnchecked("2026-11-21T08:40:00Z")))
                        .build())
                .getReplay());

    List<String> expected =
        published.stream()
            .filter(event -> minute(event) >= 20 && minute(event) < 40)
            .map(EventEnvelope::getEventId)
            .toList();
    assertThat(expected).hasSize(41);
    assertThat(ids(seen)).isEqualTo(expected);
    assertThat(done.getStatus()).isEqualTo(ReplayStatus.REPLAY_STATUS_COMPLETED);
    assertThat(done.getMatched()).isEqualTo(41);
    assertThat(done.getDelivered()).isEqualTo(41);
    assertThat(done.getDeadLettered()).isZero();
    assertThat(done.hasEndedAt()).isTrue();
    assertThat(done.getStartedBy().getId()).isEqualTo("anna");
  }

  @Test
  void aSourceWhoseClockIsAheadIsNotMissed() {
    long now = System.currentTimeMillis();
    EventEnvelope ahead =
        Events.posting("PO-1").setOccurredAt(Timestamps.fromMillis(now + 3_600_000)).build();
    publish(List.of(posting("PO-2"), ahead));

    var _ =
        replayed(
            ReplaySelection.newBuilder().setOccurredFrom(Timestamps.fromMillis(now + 1_800_000)));

    assertThat(ids(seen)).isEqualTo(ids(List.of(ahead)));
  }

  @Test
  void aDryRunCountsAndDeliversNothing() {
    publish(List.of(posting("PO-1"), posting("PO-2"), Events.stock("SKU-1").build()));

    Replay done =
        finished(
            stub.startReplay(
                    start(all().addEventTypes(PostingCompleted.getDescriptor().getFullName()))
                        .setDryRun(true)
                        .build())
                .getReplay());

    assertThat(done.getMatched()).isEqualTo(2);
    assertThat(done.getDelivered()).isZero();
    assertThat(seen).isEmpty();
  }

  @Test
  void eventsCanBeNamedByTheirIdsOrTheirKey() {
    List<EventEnvelope> events = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      events.add(posting("PO-" + i % 3));
    }
    publish(events);

    var _ = replayed(ReplaySelection.newBuilder().setKey("PO-1"));
    assertThat(ids(seen))
        .isEqualTo(ids(events.stream().filter(each -> each.getKey().equals("PO-1")).toList()));

    seen.clear();
    var _ =
        replayed(
            ReplaySelection.newBuilder()
                .addEventIds(events.get(20).getEventId())
                .addEventIds(events.get(4).getEventId()));
    assertThat(ids(seen)).isEqualTo(ids(List.of(events.get(4), events.get(20))));
  }

  @Test
  void theRateIsABoundThatIsKept() {
    List<EventEnvelope> events = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      events.add(posting("PO-" + i));
    }
    publish(events);
    List<Long> times = new CopyOnWriteArrayList<>();
    effect = _ -> times.add(System.nanoTime());

    var _ = finished(stub.startReplay(start(all()).setEventsPerSecond(20).build()).getReplay());

    // Twenty intervals of 50 ms, less what a late thread may make up for.
    assertThat(times).hasSize(21);
    assertThat(Duration.ofNanos(times.getLast() - times.getFirst()))
        .isGreaterThanOrEqualTo(Duration.ofMillis(990));
  }

  @Test
  void whatFailsNowIsADeadLetterAgainAndLaterEventsOfItsKeyWaitBehindIt() {
    EventEnvelope first = posting("PO-1");
    EventEnvelope second = posting("PO-1");
    EventEnvelope other = posting("PO-2");
    publish(List.of(first, second, other));
    effect =
        event -> {
          if (event.envelope().getEventId().equals(first.getEventId())) {
            throw new FailureException(Reason.REASON_BACKEND_ANSWER_INVALID, "Cannot be mapped.");
          }
          seen.add(event.envelope());
        };

    Replay done = replayed(all());

    assertThat(done.getDelivered()).isEqualTo(1);
    assertThat(done.getDeadLettered()).isEqualTo(2);
    assertThat(ids(seen)).isEqualTo(ids(List.of(other)));
    DeadLetter letter = letters(DeadLetter.Status.WAITING).getFirst();
    assertThat(letter.event().envelope().getEventId()).isEqualTo(first.getEventId());
    assertThat(letter.attempts()).isEqualTo(2);
    assertThat(deadLetters.waitingBehind(letter)).isEqualTo(1);

    seen.clear();
    effect = event -> seen.add(event.envelope());
    deadLetters.release(letter.id(), "anna", "mended");

    Effects.await("both are delivered", () -> letters(DeadLetter.Status.DELIVERED).size() == 2);
    assertThat(ids(seen)).isEqualTo(ids(List.of(first, second)));
  }

  @Test
  void aLetterThatWasDeliveredIsReopenedAndItsHistoryTellsIt() {
    EventEnvelope event = posting("PO-1");
    effect =
        _ -> {
          throw new FailureException(Reason.REASON_BACKEND_ANSWER_INVALID, "Cannot be mapped.");
        };
    var _ = log.append(List.of(event));
    Effects.await("it is sick", () -> letters(DeadLetter.Status.WAITING).size() == 1);
    DeadLetter letter = letters(DeadLetter.Status.WAITING).getFirst();
    deadLetters.discard(letter.id(), "anna", "by hand");

    Replay failed = replayed(ReplaySelection.newBuilder().addEventIds(event.getEventId()));
    assertThat(failed.getDeadLettered()).isEqualTo(1);
    assertThat(letters(DeadLetter.Status.WAITING)).hasSize(1);
    // One that stands open is left to whoever acts on it.
    Replay open = replayed(ReplaySelection.newBuilder().addEventIds(event.getEventId()));
    assertThat(open.getDeadLettered()).isEqualTo(1);

    deadLetters.discard(letter.id(), "anna", "by hand");
    effect = delivered -> seen.add(delivered.envelope());
    Replay taken = replayed(ReplaySelection.newBuilder().addEventIds(event.getEventId()));

    assertThat(taken.getDelivered()).isEqualTo(1);
    assertThat(ids(seen)).isEqualTo(ids(List.of(event)));
    assertThat(deadLetters.find(letter.id()).orElseThrow().status())
        .isEqualTo(DeadLetter.Status.DELIVERED);
    assertThat(deadLetters.history(letter.id()))
        .extracting(DeadLetter.History::action)
        .containsExactly("DISCARDED", "REOPENED", "DISCARDED", "REPLAYED");
  }

  @Test
  void anEffectWithinTheLedgerIsNotDoneTwiceButOneThatWasGivenUpIsDone() {
    EventEnvelope sound = posting("PO-1");
    EventEnvelope sick = with(posting("PO-2"), Effects.POISON);
    consumers.start(consumer("ledgered", Set.of(), Position.START, new Effects("ledgered")));
    publish(List.of(sound, sick));
    Effects.await("it is sick", () -> letters(DeadLetter.Status.WAITING).size() == 1);
    DeadLetter letter = letters(DeadLetter.Status.WAITING).getFirst();
    deadLetters.edit(
        letter.id(), with(sick, SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER), "anna", "mended");
    deadLetters.discard(letter.id(), "anna", "by hand");
    Effects.await("the sound one is done", () -> Effects.of(store, "ledgered", "PO-1").size() == 1);

    Replay once = replayed("ledgered", all());
    Replay again = replayed("ledgered", all());

    assertThat(once.getDelivered()).isEqualTo(2);
    assertThat(again.getDelivered()).isEqualTo(2);
    assertThat(Effects.of(store, "ledgered", "PO-1")).containsExactly(sound.getEventId());
    assertThat(Effects.of(store, "ledgered", "PO-2")).containsExactly(sick.getEventId());
  }

  @Test
  void aConsumerWithinTheLedgerThatCameLateIsGivenWhatLiesBeforeItOnce() {
    EventEnvelope early = posting("PO-1");
    publish(List.of(early));
    consumers.start(consumer("late", Set.of(), log.tail(), new Effects("late")));
    EventEnvelope next = posting("PO-1");
    publish(List.of(next));
    Effects.await("the next is done", () -> Effects.of(store, "late", "PO-1").size() == 1);

    var _ = replayed("late", all());
    var _ = replayed("late", all());

    assertThat(Effects.of(store, "late", "PO-1"))
        .containsExactly(next.getEventId(), early.getEventId());
  }

  @Test
  void aReplayNeverRunsAheadOfTheRegularDelivery() {
    CountDownLatch gate = new CountDownLatch(1);
    EventEnvelope first = posting("PO-1");
    EventEnvelope second = posting("PO-1");
    effect =
        event -> {
          if (event.envelope().getEventId().equals(first.getEventId())) {
            gate.await();
          }
          seen.add(event.envelope());
        };
    var _ = log.append(List.of(first, second));

    Replay replay =
        stub.startReplay(
                start(ReplaySelection.newBuilder().addEventIds(second.getEventId())).build())
            .getReplay();
    Effects.await("it is looked at", () -> running(replay));
    // Time enough for one that would not wait.
    long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
    while (System.nanoTime() < end) {
      assertThat(seen).isEmpty();
      Thread.onSpinWait();
    }
    gate.countDown();
    Replay done = finished(replay);

    assertThat(done.getDelivered()).isEqualTo(1);
    assertThat(ids(seen))
        .containsExactly(first.getEventId(), second.getEventId(), second.getEventId());
  }

  @Test
  void aReplayThatIsStoppedStaysStoppedAndBothDeedsAreAuditedOnce() {
    publish(manyPostings(50));
    StartReplayRequest start = start(all()).setEventsPerSecond(10).build();
    Replay replay = stub.startReplay(start).getReplay();
    assertThat(stub.startReplay(start).getReplay().getReplayId()).isEqualTo(replay.getReplayId());
    Effects.await("some came", () -> seen.size() >= 3);

    Failure busy = failure(() -> stub.startReplay(start(all()).build()));
    StopReplayRequest stop =
        StopReplayRequest.newBuilder()
            .setContext(context())
            .setReplayId(replay.getReplayId())
            .setReason("wrong day")
            .build();
    Replay stopped = stub.stopReplay(stop).getReplay();
    Replay again = stub.stopReplay(stop).getReplay();

    assertThat(busy.reason()).isEqualTo(Reason.REASON_INVALID_STATE);
    assertThat(busy.metadata()).containsEntry("replay_id", replay.getReplayId());
    assertThat(stopped.getStatus()).isEqualTo(ReplayStatus.REPLAY_STATUS_STOPPED);
    assertThat(again.getReplayId()).isEqualTo(stopped.getReplayId());
    assertThat(failure(() -> stub.stopReplay(stop.toBuilder().setContext(context()).build())))
        .extracting(Failure::reason)
        .isEqualTo(Reason.REASON_INVALID_STATE);
    assertThat(audit.list(ListAuditRecordsRequest.getDefaultInstance(), Long.MAX_VALUE, 10))
        .extracting(AuditRecord::getSubjectId, AuditRecord::getReason)
        .containsExactly(
            tuple(replay.getReplayId(), "wrong day"),
            tuple(replay.getReplayId(), "a day was lost"));
    Effects.await("what was delivered is counted", () -> get(replay).getDelivered() == seen.size());
    assertThat(replayed(all()).getDelivered()).isEqualTo(50);
  }

  @Test
  void aWaitForABackendThatIsDownCanBeStopped() {
    publish(List.of(posting("PO-1")));
    CountDownLatch tried = new CountDownLatch(3);
    effect =
        _ -> {
          tried.countDown();
          throw new FailureException(Reason.REASON_BACKEND_UNAVAILABLE, "Down.");
        };
    Replay replay = stub.startReplay(start(all()).build()).getReplay();
    Effects.await("it is tried again", () -> tried.getCount() == 0);

    var _ =
        stub.stopReplay(
            StopReplayRequest.newBuilder()
                .setContext(context())
                .setReplayId(replay.getReplayId())
                .setReason("later")
                .build());

    assertThat(get(replay).getStatus()).isEqualTo(ReplayStatus.REPLAY_STATUS_STOPPED);
    assertThat(letters(DeadLetter.Status.WAITING)).isEmpty();
    effect = event -> seen.add(event.envelope());
    assertThat(replayed(all()).getDelivered()).isEqualTo(1);
  }

  @Test
  void goesOnElsewhereWhenItsNodeGoesDown() {
    publish(manyPostings(400));
    Replay replay = stub.startReplay(start(all()).setEventsPerSecond(400).build()).getReplay();
    Effects.await("some came", () -> seen.size() >= 50);

    replayer.close();
    int before = seen.size();
    assertThat(get(replay).getStatus()).isEqualTo(ReplayStatus.REPLAY_STATUS_RUNNING);
    replayer = Replayer.start(store, log, leases, deadLetters, consumers, Clock.systemUTC());

    Replay done = finished(replay);
    assertThat(before).isLessThan(400);
    assertThat(done.getDelivered()).isEqualTo(400);
    // It was handed over in good order: nothing came again.
    assertThat(seen).hasSize(400).doesNotHaveDuplicates();
  }

  @Test
  void whatAReplayHasNotDoneIsNotForgotten() {
    publish(manyPostings(20));
    Effects.await("the positions are noted", () -> log.forget(Lane.LANE_FINANCIAL, 1, HOLDS) == 1);
    Replay replay = stub.startReplay(start(all()).setEventsPerSecond(1).build()).getReplay();

    assertThat(log.forget(Lane.LANE_FINANCIAL, 10, HOLDS)).isLessThan(9);

    var _ =
        stub.stopReplay(
            StopReplayRequest.newBuilder()
                .setContext(context())
                .setReplayId(replay.getReplayId())
                .setReason("enough")
                .build());
    assertThat(log.forget(Lane.LANE_FINANCIAL, 10, HOLDS)).isPositive();
  }

  @Test
  void whatCannotMatchIsRefusedWithWhatWasExpected() {
    consumers.start(
        consumer(
            "postings",
            Set.of(PostingCompleted.getDescriptor().getFullName()),
            Position.START,
            _ -> {}));

    Failure unknown = failure(() -> stub.startReplay(start(all()).setConsumer("nobody").build()));
    assertThat(unknown.reason()).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(unknown.message()).contains("nobody").contains("c, postings");

    Failure types =
        failure(() ->
            stub.startReplay(
                start(
                        all()
                            .addEventTypes("crossdock.event.v1.Nothing")
                            .addEventTypes(StockAdjusted.getDescriptor().getFullName()))
                    .setConsumer("postings")
                    .build()));
    assertThat(types.violations())
        .extracting(Failure.Violation::field)
        .containsExactly("selection.event_types[0]", "selection.event_types[1]");

    String missing = UUID.randomUUID().toString();
    Failure ids =
        failure(() ->
            stub.startReplay(start(ReplaySelection.newBuilder().addEventIds(missing)).build()));
    assertThat(ids.reason()).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(ids.metadata()).containsEntry("event_ids", missing);

    assertThat(
            failure(() ->
                    stub.getReplay(GetReplayRequest.newBuilder().setReplayId("RP-4711").build()))
                .reason())
        .isEqualTo(Reason.REASON_NOT_FOUND);
  }

  @Test
  void listsTheNewestFirstPageByPage() {
    publish(List.of(posting("PO-1")));
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ids.addFirst(replayed(all()).getReplayId());
    }

    ListReplaysResponse first =
        stub.listReplays(ListReplaysRequest.newBuilder().setConsumer("c").setPageSize(2).build());
    ListReplaysResponse second =
        stub.listReplays(
            ListReplaysRequest.newBuilder()
                .setConsumer("c")
                .setPageToken(first.getNextPageToken())
                .build());

    assertThat(first.getReplaysList()).extracting(Replay::getReplayId).isEqualTo(ids.subList(0, 2));
    assertThat(second.getReplaysList())
        .extracting(Replay::getReplayId)
        .isEqualTo(ids.subList(2, 3));
    assertThat(second.getNextPageToken()).isEmpty();
  }

  /** Publishes and waits until the regular delivery to {@code c} is through. */
  private void publish(List<EventEnvelope> events) {
    var _ = log.append(events);
    Effects.await(
        "all are delivered or sick",
        () -> seen.stream().map(EventEnvelope::getEventId).toList().containsAll(ids(events)));
    seen.clear();
  }

  private Replay replayed(ReplaySelection.Builder selection) {
    return replayed("c", selection);
  }

  private Replay replayed(String consumer, ReplaySelection.Builder selection) {
    return finished(stub.startReplay(start(selection).setConsumer(consumer).build()).getReplay());
  }

  private Replay finished(Replay replay) {
    Effects.await(
        "the replay is over", () -> get(replay).getStatus() != ReplayStatus.REPLAY_STATUS_RUNNING);
    return get(replay);
  }

  private Replay get(Replay replay) {
    return stub.getReplay(GetReplayRequest.newBuilder().setReplayId(replay.getReplayId()).build())
        .getReplay();
  }

  private boolean running(Replay replay) {
    return store.read(connection -> {
      try (var query =
          connection.prepareStatement(
              "SELECT 1 FROM work WHERE kind = 'replay' AND id = ? AND owner <> ''")) {
        query.setString(1, replay.getReplayId().substring(3));
        return query.executeQuery().next();
      }
    });
  }

  private List<DeadLetter> letters(DeadLetter.Status status) {
    return deadLetters.list(new DeadLetters.Query(Set.of(status), "", "", ""), 0, 100);
  }

  private static Consumer consumer(
      String name, Set<String> types, Position start, Effect.Outward effect) {
    return consumer(name, types, start, (Effect) effect);
  }

  private static Consumer consumer(String name, Set<String> types, Position start, Effect effect) {
    return new Consumer(name, types, Set.copyOf(EventLog.LANES), start, effect, QUICK, 1);
  }

  private static ReplaySelection.Builder all() {
    return ReplaySelection.newBuilder()
        .setOccurredFrom(Timestamps.parseUnchecked("2026-11-01T00:00:00Z"));
  }

  private static StartReplayRequest.Builder start(ReplaySelection.Builder selection) {
    return StartReplayRequest.newBuilder()
        .setContext(context())
        .setConsumer("c")
        .setSelection(selection)
        .setReason("a day was lost");
  }

  private static CommandContext context() {
    return CommandContext.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setActor(Actor.newBuilder().setKind(Actor.Kind.KIND_OPERATOR).setId("anna"))
        .build();
  }

  private static Failure failure(Supplier<?> call) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> call.get());
    assertThat(error).isNotNull();
    return Failure.from(error).orElseThrow();
  }

  private static List<EventEnvelope> manyPostings(int count) {
    List<EventEnvelope> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(posting("PO-" + i));
    }
    return events;
  }

  private static EventEnvelope at(int minute, EventEnvelope.Builder event) {
    return event.setOccurredAt(Timestamps.fromSeconds(START_SECONDS + 60L * minute)).build();
  }

  private static long minute(EventEnvelope event) {
    return (event.getOccurredAt().getSeconds() - START_SECONDS) / 60;
  }

  private static List<String> ids(List<EventEnvelope> events) {
    return events.stream().map(EventEnvelope::getEventId).toList();
  }

  private static EventEnvelope posting(String key) {
    return Events.posting(key).build();
  }

  private static EventEnvelope with(EventEnvelope event, SourceDocumentKind sourceKind) {
    try {
      return event.toBuilder()
          .setData(
              Any.pack(
                  event.getData().unpack(PostingCompleted.class).toBuilder()
                      .setSourceKind(sourceKind)
                      .build()))
          .build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
