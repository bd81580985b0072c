package io.crossdock.ledger.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PostingCompleted;
import io.crossdock.failure.FailureException;
import io.crossdock.finance.v1.SourceDocumentKind;
import io.crossdock.ledger.deadletter.DeadLetter;
import io.crossdock.ledger.deadletter.DeadLetter.Status;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.policy.v1.Lane;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
class ConsumersIT {

  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();
  private static final Duration LEASE = Duration.ofMillis(600);
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(2), Duration.ofMillis(10));

  private final DeliveryMode way;
  @TempDir Path dir;
  private Store store;
  private EventLog log;
  private EventSignal signal;
  private DeadLetters deadLetters;
  private Nodes nodes;
  private Consumers consumers;

  ConsumersIT(DeliveryMode way) {
    this.way = way;
  }

  @BeforeEach
  void open() throws Exception {
    store = TestLedger.open(way.engine(), dir);
    Effects.prepare(store);
    log = new EventLog(store, CATALOGUE, Clock.systemUTC());
    signal = EventSignal.start(log, Duration.ofMillis(50));
    deadLetters = new DeadLetters(store, CATALOGUE, Clock.systemUTC());
    nodes = way.nodes(store, log, signal, deadLetters, LEASE);
    consumers = node();
  }

  @AfterEach
  void close() {
    consumers.close();
    signal.close();
    store.close();
  }

  @Test
  void doesEachEventOnceAndInOrderPerKey() {
    List<List<String>> published = new ArrayList<>();
    for (int key = 0; key < 8; key++) {
      published.add(new ArrayList<>());
    }
    consumers.start(ledgered("c"));

    for (int i = 0; i < 400; i++) {
      EventEnvelope event = Events.posting("PO-" + i % 8).build();
      var _ = log.append(List.of(event));
      published.get(i % 8).add(event.getEventId());
    }

    for (int key = 0; key < 8; key++) {
      awaitDone("c", "PO-" + key, published.get(key));
    }
  }

  @Test
  void aKeyThatTakesLongHoldsUpNoOther() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    consumers.start(
        outward(
            "c",
            event -> {
              if (event.envelope().getKey().equals("PO-slow")) {
                gate.await();
              }
              seen.add(event.envelope().getKey());
            }));

    var _ = log.append(List.of(posting("PO-slow"), posting("PO-slow"), posting("PO-quick")));

    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("PO-quick");
    gate.countDown();
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("PO-slow");
    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("PO-slow");
  }

  @Test
  void financialEventsDoNotWaitForStock() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    consumers.start(
        outward(
            "c",
            event -> {
              if (event.lane() == Lane.LANE_STOCK) {
                gate.await();
              }
              seen.add(event.envelope().getKey());
            }));
    List<EventEnvelope> stock = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      stock.add(Events.stock("SKU-" + i).build());
    }

    var _ = log.append(stock);
    var _ = log.append(List.of(posting("PO-1")));

    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("PO-1");
    gate.countDown();
  }

  @Test
  void aSickEventGoesToTheHospitalAndOnlyItsKeyWaits() {
    consumers.start(ledgered("c"));
    EventEnvelope first = posting("PO-1");
    EventEnvelope poison = poison("PO-1");
    EventEnvelope after = posting("PO-1");
    EventEnvelope other = posting("PO-2");

    var _ = log.append(List.of(first, poison, after, other));

    awaitDone("c", "PO-2", List.of(other.getEventId()));
    DeadLetter letter = awaitWaiting("c");
    Effects.await("the later one waits", () -> deadLetters.waitingBehind(letter) == 1);
    assertThat(letter.event().envelope().getEventId()).isEqualTo(poison.getEventId());
    assertThat(letter.reason()).isEqualTo("BACKEND_ANSWER_INVALID");
    assertThat(letter.message()).isEqualTo("Cannot be mapped.");
    assertThat(letter.attempts()).isEqualTo(3);
    assertThat(Effects.of(store, "c", "PO-1")).containsExactly(first.getEventId());
  }

  @Test
  void aMendedEventIsDeliveredBeforeTheOnesThatWaitedAndTheOldVersionIsKept() {
    consumers.start(ledgered("c"));
    EventEnvelope poison = poison("PO-1");
    EventEnvelope after = posting("PO-1");
    var _ = log.append(List.of(poison, after));
    DeadLetter letter = awaitWaiting("c");

    deadLetters.edit(letter.id(), mended(poison), "anna", "mapping was wrong");
    deadLetters.release(letter.id(), "anna", "mended");

    awaitDone("c", "PO-1", List.of(poison.getEventId(), after.getEventId()));
    EventEnvelope next = posting("PO-1");
    var _ = log.append(List.of(next));
    awaitDone("c", "PO-1", List.of(poison.getEventId(), after.getEventId(), next.getEventId()));
    assertThat(deadLetters.find(letter.id()).orElseThrow().status()).isEqualTo(Status.DELIVERED);
    List<DeadLetter.History> history = deadLetters.history(letter.id());
    assertThat(history)
        .extracting(DeadLetter.History::action)
        .containsExactly("EDITED", "RELEASED", "DELIVERED");
    assertThat(history.getFirst().actor()).isEqualTo("anna");
    assertThat(java.util.Objects.requireNonNull(history.getFirst().before()).getData())
        .isEqualTo(poison.getData());
  }

  @Test
  void aReleaseThatFailsAgainWaitsAgain() {
    consumers.start(ledgered("c"));
    var _ = log.append(List.of(poison("PO-1")));
    DeadLetter letter = awaitWaiting("c");

    deadLetters.release(letter.id(), "anna", "let us see");

    Effects.await(
        "fourth attempt",
        () -> {
          DeadLetter now = deadLetters.find(letter.id()).orElseThrow();
          return now.status() == Status.WAITING && now.attempts() == 4;
        });
  }

  @Test
  void aDiscardedEventLetsTheOthersGoOn() {
    consumers.start(ledgered("c"));
    EventEnvelope after = posting("PO-1");
    var _ = log.append(List.of(poison("PO-1"), after));
    DeadLetter letter = awaitWaiting("c");

    deadLetters.discard(letter.id(), "anna", "booked by hand");

    awaitDone("c", "PO-1", List.of(after.getEventId()));
    assertThat(deadLetters.find(letter.id()).orElseThrow().status()).isEqualTo(Status.DISCARDED);
  }

  @Test
  void whatBreaksTheContractOrComesTooLateIsRefusedAtTheDesk() {
    consumers.start(ledgered("c"));
    EventEnvelope poison = poison("PO-1");
    var _ = log.append(List.of(poison));
    long id = awaitWaiting("c").id();

    assertThat(reason(() -> deadLetters.edit(id, poison.toBuilder().setKey("x").build(), "a", "b")))
        .isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(reason(() -> deadLetters.edit(id, posting("PO-1"), "a", "b")))
        .isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(reason(() -> deadLetters.release(id + 1, "a", "b")))
        .isEqualTo(Reason.REASON_NOT_FOUND);
    deadLetters.discard(id, "a", "b");
    assertThat(reason(() -> deadLetters.release(id, "a", "b")))
        .isEqualTo(Reason.REASON_INVALID_STATE);
  }

  @Test
  void anOutageOfTheOtherSideIsWaitedOutAndFillsNoHospital() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    consumers.start(
        outward(
            "c",
            event -> {
              if (calls.incrementAndGet() <= 10) {
                throw new FailureException(Reason.REASON_BACKEND_UNAVAILABLE, "Down.");
              }
              seen.add(event.envelope().getEventId());
            }));
    EventEnvelope event = posting("PO-1");

    var _ = log.append(List.of(event));

    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo(event.getEventId());
    assertThat(deadLetters.list(new DeadLetters.Query(Set.of(Status.WAITING), "", "", ""), 0, 10))
        .isEmpty();
  }

  @Test
  void goesOnWhereItWasAfterAnOrderlyStop() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    Consumer consumer = outward("c", event -> seen.add(event.envelope().getKey()));
    consumers.start(consumer);
    var _ = log.append(List.of(posting("PO-1"), posting("PO-2")));
    var _ = seen.poll(20, TimeUnit.SECONDS);
    var _ = seen.poll(20, TimeUnit.SECONDS);
    consumers.close();
    var _ = log.append(List.of(posting("PO-3")));

    consumers = node();
    consumers.start(consumer);

    assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("PO-3");
    assertThat(seen).isEmpty();
  }

  @Test
  void anotherNodeTakesOverFromOneThatDiesAndNothingIsDoneTwice() {
    List<String> published = new ArrayList<>();
    try (Consumers second = node()) {
      consumers.start(ledgered("c"));
      second.start(ledgered("c"));
      for (int i = 0; i < 200; i++) {
        EventEnvelope event = posting("PO-1");
        published.add(event.getEventId());
        var _ = log.append(List.of(event));
        if (i == 100) {
          consumers.die();
        }
      }

      awaitDone("c", "PO-1", published);
    }
  }

  @Test
  void whatAProcessHeldThatIsGoneCanBeTakenAtOnce() {
    ConsumerPositions gone =
        new ConsumerPositions(store, Clock.systemUTC(), "gone", Duration.ofHours(1));
    Assignment held = gone.take("c", Lane.LANE_FINANCIAL, 0).orElseThrow();
    ConsumerPositions next = new ConsumerPositions(store, Clock.systemUTC(), "next", LEASE);
    assertThat(next.take("c", Lane.LANE_FINANCIAL, 0)).isEmpty();

    Consumers.freeAll(store);

    assertThat(next.take("c", Lane.LANE_FINANCIAL, 0)).isPresent();
    assertThat(gone.advance(held, 1)).isFalse();
  }

  @Test
  void whatAConsumerHasNotDoneIsNotForgotten() {
    ConsumerPositions positions = new ConsumerPositions(store, Clock.systemUTC(), "a", LEASE);
    Assignment assignment = positions.take("c", Lane.LANE_FINANCIAL, 0).orElseThrow();
    var _ = log.append(List.of(posting("PO-1"), posting("PO-2"), posting("PO-3")));
    assertThat(log.forget(Lane.LANE_FINANCIAL, 3, List.of(ConsumerPositions::holders))).isZero();

    assertThat(positions.advance(assignment, 1)).isTrue();

    Effects.await(
        "the first is forgotten",
        () -> log.forget(Lane.LANE_FINANCIAL, 3, List.of(ConsumerPositions::holders)) == 1);
    assertThat(log.forget(Lane.LANE_FINANCIAL, 3, List.of(ConsumerPositions::holders))).isZero();
  }

  @Test
  void aLateWriterIsRefused() {
    ConsumerPositions early =
        new ConsumerPositions(store, Clock.systemUTC(), "early", Duration.ZERO);
    ConsumerPositions late = new ConsumerPositions(store, Clock.systemUTC(), "late", LEASE);
    Assignment paused = early.take("c", Lane.LANE_FINANCIAL, 0).orElseThrow();
    Assignment current = late.take("c", Lane.LANE_FINANCIAL, 0).orElseThrow();
    var _ = log.append(List.of(posting("PO-1")));
    StoredEvent event =
        log.read(Lane.LANE_FINANCIAL, 0, io.crossdock.ledger.event.Selection.ALL, 1)
            .events()
            .getFirst();

    assertThat(mark(paused, event)).isEqualTo(ConsumerPositions.Disposition.FENCED);
    assertThat(early.advance(paused, 1)).isFalse();
    assertThat(deadLetters.park(paused, event, null)).isFalse();

    assertThat(early.take("c", Lane.LANE_FINANCIAL, 0)).isEmpty();
    assertThat(mark(current, event)).isEqualTo(ConsumerPositions.Disposition.NEW);
    assertThat(mark(current, event)).isEqualTo(ConsumerPositions.Disposition.DONE);
    assertThat(late.advance(current, 1)).isTrue();
  }

  private ConsumerPositions.Disposition mark(Assignment assignment, StoredEvent event) {
    return store.write(connection -> ConsumerPositions.recordDone(connection, assignment, event));
  }

  private Consumers node() {
    return nodes.start();
  }

  private static Consumer ledgered(String name) {
    return consumer(name, new Effects(name));
  }

  private static Consumer outward(String name, Effect.Outward effect) {
    return consumer(name, effect);
  }

  private static Consumer consumer(String name, Effect effect) {
    return new Consumer(
        name, Set.of(), Set.copyOf(EventLog.LANES), Position.START, effect, QUICK, 8);
  }

  private void awaitDone(String consumer, String key, List<String> events) {
    Effects.await(key + " is done", () -> Effects.of(store, consumer, key).size() >= events.size());
    assertThat(Effects.of(store, consumer, key)).isEqualTo(events);
  }

  private DeadLetter awaitWaiting(String consumer) {
    Effects.await(
        "a dead letter",
        () ->
            !deadLetters
                .list(new DeadLetters.Query(Set.of(Status.WAITING), consumer, "", ""), 0, 10)
                .isEmpty());
    return deadLetters
        .list(new DeadLetters.Query(Set.of(Status.WAITING), consumer, "", ""), 0, 10)
        .getFirst();
  }

  private static Reason reason(Runnable action) {
    FailureException refusal = catchThrowableOfType(FailureException.class, action::run);
    assertThat(refusal).isNotNull();
    return refusal.failure().reason();
  }

  private static EventEnvelope posting(String key) {
    return Events.posting(key).build();
  }

  private static EventEnvelope poison(String key) {
    return with(posting(key), Effects.POISON);
  }

  private static EventEnvelope mended(EventEnvelope event) {
    return with(event, SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER);
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
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
