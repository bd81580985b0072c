package io.crossdock.ledger.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.deadletter.DeadLetter.Status;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.position.Key;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.policy.v1.Lane;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a consumer that fails costs: memory, other keys, dead letters and repetitions. */
@Timeout(120)
class DeliveryFaultsIT {

  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();
  private static final Duration LEASE = Duration.ofMillis(600);
  private static final RetryPolicy QUICK =
      new RetryPolicy(2, Duration.ofMillis(2), Duration.ofMillis(10));

  @TempDir Path dir;
  private Store store;
  private EventLog log;
  private EventSignal signal;
  private DeadLetters deadLetters;
  private final List<Consumers> nodes = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    store = TestLedger.open(Engine.SQLITE, dir);
    log = new EventLog(store, CATALOGUE, Clock.systemUTC());
    signal = EventSignal.start(log, Duration.ofMillis(50));
    deadLetters = new DeadLetters(store, CATALOGUE, Clock.systemUTC());
  }

  @AfterEach
  void close() {
    nodes.forEach(Consumers::close);
    signal.close();
    store.close();
  }

  @Test
  void aBackendThatIsDownFillsItsShareOfTheMemoryAndNoMore() {
    for (int i = 0; i < 200; i++) {
      publish(Events.posting("PO-" + i).build());
    }
    long one = log.read(Lane.LANE_FINANCIAL, 0, Selection.ALL, 1).events().getFirst().size();
    AtomicLong read = new AtomicLong();
    AtomicInteger failed = new AtomicInteger();
    DeliveryMemory memory = new DeliveryMemory(10 * one);
    Consumers node = node(memory, read);
    node.start(
        consumer(
            Set.of(Lane.LANE_FINANCIAL),
            _ -> {
              failed.incrementAndGet();
              throw new StatusRuntimeException(Code.UNAVAILABLE.toStatus());
            }));

    Effects.await("it was tried often", () -> failed.get() > 500);

    // The share, and the event that goes beyond it.
    assertThat(read.get()).isBetween(9 * one, 12 * one);
  }

  @ParameterizedTest
  @EnumSource(
      value = Code.class,
      names = {"UNIMPLEMENTED", "PERMISSION_DENIED", "UNAUTHENTICATED"})
  void aConsumerThatRefusesEverythingStopsTheDeliveryAndSaysSo(Code code) {
    AtomicBoolean configured = new AtomicBoolean();
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    Consumers node = node(DeliveryMemory.usual(), new AtomicLong());
    node.start(
        consumer(
            Set.of(Lane.LANE_FINANCIAL),
            event -> {
              if (!configured.get()) {
                throw new StatusRuntimeException(code.toStatus());
              }
              seen.add(event.envelope().getKey());
            }));
    for (int i = 0; i < 30; i++) {
      publish(Events.posting("PO-" + i).build());
    }

    Effects.await("it is told", () -> !trouble(node).isEmpty());
    assertThat(trouble(node)).contains("refuses every event");
    assertThat(letters(Status.values())).isZero();

    configured.set(true);
    Effects.await("all are delivered", () -> seen.size() == 30);
    Effects.await("all is well", () -> trouble(node).isEmpty());
    assertThat(letters(Status.values())).isZero();
  }

  @Test
  void manyDeadLettersInARowStopTheDelivery() {
    Consumers node = node(DeliveryMemory.usual(), new AtomicLong());
    AtomicBoolean mended = new AtomicBoolean();
    AtomicInteger taken = new AtomicInteger();
    node.start(
        consumer(
            Set.of(Lane.LANE_FINANCIAL),
            _ -> {
              if (!mended.get()) {
                throw new FailureException(Reason.REASON_BACKEND_ANSWER_INVALID, "Not mapped.");
              }
              taken.incrementAndGet();
            }));
    for (int i = 0; i < 500; i++) {
      publish(Events.posting("PO-" + i).build());
    }

    Effects.await("it is told", () -> trouble(node).contains("in a row"));
    long parked = letters(Status.WAITING);
    assertThat(parked).isBetween((long) DeliveryBreaker.IN_A_ROW, DeliveryBreaker.IN_A_ROW + 20L);

    mended.set(true);
    Effects.await("the others are delivered", () -> taken.get() + letters(Status.WAITING) == 500);
    assertThat(letters(Status.WAITING)).isLessThan(40);
    assertThat(trouble(node)).isEmpty();
  }

  @Test
  void aKeyThatFailsWithManyEventsWaitingHoldsUpNoOtherAndStaysInOrder() {
    AtomicBoolean well = new AtomicBoolean();
    Queue<String> ill = new ConcurrentLinkedQueue<>();
    AtomicInteger others = new AtomicInteger();
    Consumers node = node(DeliveryMemory.usual(), new AtomicLong());
    List<String> published = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      EventEnvelope event = Events.posting("PO-ill").build();
      published.add(event.getEventId());
      publish(event);
      if (i % 10 == 0) {
        publish(Events.posting("PO-" + i).build());
      }
    }
    for (int i = 0; i < 100; i++) {
      publish(Events.posting("PO-later-" + i).build());
    }
    node.start(
        consumer(
            Set.of(Lane.LANE_FINANCIAL),
            event -> {
              if (!event.envelope().getKey().equals("PO-ill")) {
                others.incrementAndGet();
              } else if (well.get()) {
                ill.add(event.envelope().getEventId());
              } else {
                throw new StatusRuntimeException(Code.UNAVAILABLE.toStatus());
              }
            }));

    Effects.await("all others are delivered", () -> others.get() >= 250);
    well.set(true);
    Effects.await("the ill key is delivered", () -> ill.size() >= 1_500);

    assertThat(List.copyOf(ill)).isEqualTo(published);
    Effects.await("nothing waits", () -> letters(Status.BEHIND, Status.WAITING) == 0);
  }

  @Test
  void anEventThatHangsMakesFewOthersComeAgainAfterACrash() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    Effect.Outward effect =
        event -> {
          if (event.envelope().getKey().equals("PO-hangs")) {
            never.await();
          }
          seen.add(event.envelope().getEventId());
        };
    publish(Events.posting("PO-hangs").build());
    for (int i = 0; i < 3_000; i++) {
      publish(Events.posting("PO-" + i).build());
    }
    Consumers dying = node(DeliveryMemory.usual(), new AtomicLong());
    dying.start(consumer(Set.of(Lane.LANE_FINANCIAL), effect));
    Effects.await("all but one are delivered", () -> seen.size() == 3_000);
    dying.die();
    never.countDown();

    Consumers next = node(DeliveryMemory.usual(), new AtomicLong());
    next.start(consumer(Set.of(Lane.LANE_FINANCIAL), effect));
    publish(Events.posting("PO-last").build());
    String last =
        log.read(Lane.LANE_FINANCIAL, log.newest() - 1, Selection.ALL, 1)
            .events()
            .getFirst()
            .envelope()
            .getEventId();
    Effects.await("the last one is delivered", () -> seen.contains(last));

    // 256 that were not recorded yet, those under way, and the two.
    assertThat(seen.size() - 3_000).isLessThan(300);
  }

  private Consumers node(DeliveryMemory memory, AtomicLong read) {
    DeliveryContext context =
        new DeliveryContext(
            store,
            new ConsumerPositions(store, Clock.systemUTC(), UUID.randomUUID().toString(), LEASE),
            deadLetters,
            LEASE,
            memory);
    Consumers node = Consumers.open(context, new Counting(new LogTransport(log, signal), read));
    nodes.add(node);
    return node;
  }

  private static Consumer consumer(Set<Lane> lanes, Effect.Outward effect) {
    return new Consumer("c", Set.of(), lanes, Position.START, effect, QUICK, 8);
  }

  private void publish(EventEnvelope event) {
    var _ = log.append(List.of(event));
  }

  private static String trouble(Consumers node) {
    return node.health().stream()
        .map(LaneHealth::trouble)
        .filter(each -> !each.isEmpty())
        .findFirst()
        .orElse("");
  }

  private long letters(Status... statuses) {
    return deadLetters.count(new DeadLetters.Query(Set.of(statuses), "c", "", ""));
  }

  /** Counts the bytes that are read from the log. */
  private record Counting(LogTransport log, AtomicLong read) implements Transport {

    @Override
    public List<LaneWorker> relays(DeliveryContext context) {
      return List.of();
    }

    @Override
    public LaneWorker worker(DeliveryContext context, Consumer consumer, Lane lane) {
      return new Dispatcher(
          context,
          consumer,
          lane,
          new CountingSource(new LogSource(log.log(), log.signal(), consumer, lane), read));
    }

    @Override
    public void close() {}
  }

  private record CountingSource(Source source, AtomicLong read) implements Source {

    @Override
    public Optional<Assignment> take(ConsumerPositions positions) {
      return source.take(positions);
    }

    @Override
    public void begin() {
      source.begin();
    }

    @Override
    public EventPage read(long after, long mostBytes) {
      EventPage page = source.read(after, mostBytes);
      page.events().forEach(event -> read.addAndGet(event.size()));
      return page;
    }

    @Override
    public void noted(long position) {
      source.noted(position);
    }

    @Override
    public boolean owns(Key key) {
      return source.owns(key);
    }

    @Override
    public Runnable listen(Runnable moreAvailable) {
      return source.listen(moreAvailable);
    }
  }
}
