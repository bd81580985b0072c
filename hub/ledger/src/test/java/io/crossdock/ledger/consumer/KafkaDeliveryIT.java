package io.crossdock.ledger.consumer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossdock.common.v1.Date;
import io.crossdock.common.v1.Identifier;
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
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.kafka.Broker;
import io.crossdock.ledger.kafka.KafkaSettings;
import io.crossdock.ledger.kafka.KafkaTransport;
import io.crossdock.ledger.kafka.TestBroker;
import io.crossdock.ledger.kafka.Topic;
import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.position.Key;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Statements;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.policy.v1.Lane;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is special about Kafka; {@link ConsumersIT} has what holds on every way. */
@Timeout(120)
class KafkaDeliveryIT {

  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();
  private static final Duration LEASE = Duration.ofMillis(600);
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(2), Duration.ofMillis(10));
  private static final Lane MONEY = Lane.LANE_FINANCIAL;

  private final KafkaSettings settings = TestBroker.shared().settings(3);
  private final List<Consumers> nodes = new ArrayList<>();
  @TempDir Path dir;
  private Store store;
  private EventLog log;
  private EventSignal signal;
  private DeadLetters deadLetters;

  @BeforeEach
  void open() throws Exception {
    store = TestLedger.open(Engine.POSTGRESQL, dir);
    Effects.prepare(store);
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
  void aRecordTellsInItsHeadersWhatTheEventIsAndWhereItBelongs() {
    String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    EventEnvelope event =
        Events.posting("PO-1").setCorrelationId("T-17").setTraceparent(trace).build();
    var _ = log.append(List.of(event));
    var _ = node();

    awaitRelayed(1);

    List<ConsumerRecord<byte[], byte[]>> records = TestBroker.shared().records(settings, MONEY);
    assertThat(records).hasSize(1);
    Map<String, String> headers = new HashMap<>();
    records
        .getFirst()
        .headers()
        .forEach(each -> headers.put(each.key(), new String(each.value(), UTF_8)));
    assertThat(headers)
        .containsEntry("ce_specversion", "1.0")
        .containsEntry("ce_id", event.getEventId())
        .containsEntry("ce_type", "crossdock.event.v1.PostingCompleted")
        .containsEntry("ce_source", "erp-eu")
        .containsEntry("ce_subject", "PO-1")
        .containsEntry("ce_time", "2026-11-21T08:00:00Z")
        .containsEntry("content-type", "application/protobuf")
        .containsEntry("traceparent", trace)
        .containsEntry("crossdock-correlation-id", "T-17")
        .containsEntry("crossdock-ledger-id", "1")
        .containsEntry("crossdock-aggregate", "posting");
    assertThat(new String(records.getFirst().key(), UTF_8)).isEqualTo("posting/PO-1");
    StoredEvent stored = log.read(MONEY, 0, Selection.ALL, 1).events().getFirst();
    assertThat(records.getFirst().value()).isEqualTo(stored.envelope().toByteArray());
  }

  @Test
  void whileTheBrokerIsDownCallsGoOnAndAfterwardsTheEventsComeInOrder() {
    Consumers node = node();
    node.start(ledgered("c"));
    List<String> published = new ArrayList<>();
    publish("PO-1", 20, published);
    awaitDone("PO-1", published);
    assertThat(node.health()).allMatch(LaneHealth::works);

    TestBroker.shared().stop();
    try {
      publish("PO-1", 200, published);
      Effects.await(
          "the outage is told", () -> node.health().stream().noneMatch(LaneHealth::works));
      assertThat(Effects.of(store, "c", "PO-1")).hasSize(20);
      assertThat(waiting(ConsumerPositions.RELAY)).isEqualTo(200);
      // A hub that starts now takes part as well.
      node().start(ledgered("c"));
      publish("PO-1", 20, published);
    } finally {
      TestBroker.shared().start();
    }

    awaitDone("PO-1", published);
    Effects.await("all is well", () -> node.health().stream().allMatch(LaneHealth::works));
    Effects.await("nothing waits", () -> waiting(ConsumerPositions.RELAY) + waiting("c") == 0);
  }

  @Test
  void whatWasSentButNotNotedIsSentAgainAndTakesEffectOnce() {
    Consumers first = node();
    first.start(ledgered("c"));
    List<String> published = new ArrayList<>();
    publish("PO-1", 50, published);
    awaitDone("PO-1", published);
    first.die();
    setRelay(10);

    node().start(ledgered("c"));
    publish("PO-1", 10, published);

    awaitDone("PO-1", published);
    awaitRelayed(60);
    assertThat(TestBroker.shared().records(settings, MONEY)).hasSize(50 + 40 + 10);
    assertThat(Effects.of(store, "c", "PO-1")).isEqualTo(published);
  }

  @Test
  void aRelayThatLostItsLaneGoesOnOnlyWhenItIsFreeAgain() {
    Consumers node = node();
    node.start(ledgered("c"));
    List<String> published = new ArrayList<>();
    publish("PO-1", 5, published);
    awaitDone("PO-1", published);
    awaitRelayed(5);

    ConsumerPositions other = later();
    Assignment held = other.take(ConsumerPositions.RELAY, MONEY, 0).orElseThrow();
    publish("PO-1", 5, published);
    assertThat(other.advance(held, 5)).isTrue();
    other.giveUp(held);

    awaitDone("PO-1", published);
    awaitRelayed(10);
    Assignment last = later().take(ConsumerPositions.RELAY, MONEY, 0).orElseThrow();
    assertThat(last.epoch()).isEqualTo(held.epoch() + 2);
  }

  @Test
  void nodesShareTheKeysAndTheOthersTakeOverFromOneThatDies() {
    Set<String> workers = new HashSet<>();
    Consumers first = node();
    Consumers second = node();
    first.start(ledgered("c"));
    second.start(ledgered("c"));
    Effects.await(
        "both have partitions",
        () -> {
          workers.clear();
          workers.addAll(owners("c"));
          return workers.size() == 2;
        });
    Map<String, List<String>> published = new HashMap<>();
    for (int i = 0; i < 600; i++) {
      String key = "PO-" + i % 12;
      publish(key, 1, published.computeIfAbsent(key, _ -> new ArrayList<>()));
      if (i == 300) {
        first.die();
      }
    }

    published.forEach(this::awaitDone);
  }

  @Test
  void aPartitionThatWasLostIsNotWorkedOnAndGoesOnWhereItWas() {
    Consumers node = node();
    node.start(ledgered("c"));
    List<String> published = new ArrayList<>();
    List<String> elsewhere = new ArrayList<>();
    publish("PO-1", 20, published);
    awaitDone("PO-1", published);
    Topic topic = topic();
    int partition = topic.partitioning().of(new Key("posting", "PO-1"));
    String other = keyOutside(topic, partition);
    ConsumerPositions thief = later();
    Assignment zombie = assignment(partition);

    Assignment held = thief.take("c", MONEY, partition, topic.partitioning()).orElseThrow();
    publish("PO-1", 20, published);
    publish(other, 20, elsewhere);
    awaitDone(other, elsewhere);

    StoredEvent event = log.read(MONEY, 20, Selection.ALL, 1).events().getFirst();
    assertThat(
            store.<ConsumerPositions.Disposition>write(
                connection -> ConsumerPositions.recordDone(connection, zombie, event)))
        .isEqualTo(ConsumerPositions.Disposition.FENCED);
    assertThat(deadLetters.park(zombie, event, null)).isFalse();
    assertThat(Effects.of(store, "c", "PO-1")).hasSize(20);
    thief.giveUp(held);
    awaitDone("PO-1", published);
  }

  @Test
  void goesOverToKafkaWithoutDoingAnythingTwiceOrNotAtAllAndNotBack() {
    List<String> published = new ArrayList<>();
    Consumers embedded = embedded();
    embedded.start(ledgered("c"));
    publish("PO-1", 10, published);
    awaitDone("PO-1", published);

    // While one node still reads the log, the other waits.
    Consumers moved = node();
    moved.start(ledgered("c"));
    publish("PO-1", 10, published);
    awaitDone("PO-1", published);
    Topic topic = topic();
    ConsumerPositions another =
        new ConsumerPositions(store, Clock.systemUTC(), UUID.randomUUID().toString(), LEASE);
    assertThat(another.take("c", MONEY, 0, topic.partitioning())).isEmpty();
    assertThat(owners("c")).isEmpty();
    embedded.close();
    publish("PO-1", 10, published);

    awaitDone("PO-1", published);
    FailureException refused =
        catchThrowableOfType(FailureException.class, () -> embedded().start(ledgered("c")));
    assertThat(refused.failure().reason()).isEqualTo(Reason.REASON_INVALID_STATE);
    assertThat(refused.failure().message()).contains("ledger.kafka");
  }

  @Test
  void keysThatAreFurtherThanTheirLaneStaySoOnKafka() {
    AtomicBoolean down = new AtomicBoolean(true);
    Effects effects = new Effects("c");
    Effect.InLedger stuck =
        (connection, event) -> {
          if (down.get() && event.envelope().getKey().equals("PO-stuck")) {
            throw new FailureException(Reason.REASON_BACKEND_UNAVAILABLE, "Down.");
          }
          effects.apply(connection, event);
        };
    Consumers embedded = embedded();
    embedded.start(consumer("c", Position.START, stuck));
    List<String> waiting = new ArrayList<>();
    List<String> published = new ArrayList<>();
    publish("PO-stuck", 2, waiting);
    publish("PO-1", 5, published);
    awaitDone("PO-1", published);
    embedded.close();

    Consumers moved = node();
    moved.start(consumer("c", Position.START, stuck));
    publish("PO-1", 5, published);
    awaitDone("PO-1", published);
    down.set(false);

    awaitDone("PO-stuck", waiting);
    assertThat(Effects.of(store, "c", "PO-1")).isEqualTo(published);
  }

  @Test
  void aNewConsumerBeginsWhereItIsToldTo() throws Exception {
    BlockingQueue<String> all = new LinkedBlockingQueue<>();
    BlockingQueue<String> rest = new LinkedBlockingQueue<>();
    publish("PO-1", 1, new ArrayList<>());
    publish("PO-2", 1, new ArrayList<>());
    Consumers node = node();

    node.start(outward("rest", log.tail(), event -> rest.add(event.envelope().getKey())));
    node.start(outward("all", Position.START, event -> all.add(event.envelope().getKey())));
    publish("PO-3", 1, new ArrayList<>());

    assertThat(rest.poll(20, TimeUnit.SECONDS)).isEqualTo("PO-3");
    Effects.await("all three", () -> all.size() == 3);
    assertThat(all).containsExactlyInAnyOrder("PO-1", "PO-2", "PO-3");
    assertThat(rest).isEmpty();
  }

  @Test
  void theLogForgetsWhatKafkaHas() {
    CountDownLatch gate = new CountDownLatch(1);
    node().start(outward("c", Position.START, _ -> gate.await()));
    publish("PO-1", 3, new ArrayList<>());
    Effects.await("it has left the log", () -> !owners("c").isEmpty());
    awaitRelayed(3);

    assertThat(log.forget(MONEY, 3, List.of(ConsumerPositions::holders))).isEqualTo(2);
    gate.countDown();
  }

  @Test
  void aTopicWithAnotherNumberOfPartitionsIsUsedAsItIs() {
    List<String> published = new ArrayList<>();
    publish("PO-1", 5, published);
    assertThat(topic().partitions()).isEqualTo(3);
    KafkaSettings more =
        new KafkaSettings(
            settings.bootstrapServers(), settings.topicPrefix(), 7, 1, settings.properties());

    try (Broker broker = new Broker(more)) {
      assertThat(broker.topic(MONEY).partitions()).isEqualTo(3);
    }
    Consumers node = node(more);
    node.start(ledgered("c"));

    awaitDone("PO-1", published);
  }

  @Test
  void newTopicsGetWhatAnyConsumerHasNotDone() {
    AtomicBoolean down = new AtomicBoolean(true);
    Effects effects = new Effects("c");
    Effect.InLedger stuck =
        (connection, event) -> {
          if (down.get() && event.envelope().getKey().equals("PO-stuck")) {
            throw new FailureException(Reason.REASON_BACKEND_UNAVAILABLE, "Down.");
          }
          effects.apply(connection, event);
        };
    Consumers before = node();
    before.start(consumer("c", Position.START, stuck));
    List<String> waiting = new ArrayList<>();
    List<String> published = new ArrayList<>();
    publish("PO-stuck", 3, waiting);
    publish("PO-1", 5, published);
    awaitDone("PO-1", published);
    awaitRelayed(8);
    before.close();

    Consumers after = node(TestBroker.shared().settings(3));
    down.set(false);
    after.start(consumer("c", Position.START, stuck));

    awaitDone("PO-stuck", waiting);
    publish("PO-1", 5, published);
    awaitDone("PO-1", published);
  }

  @Test
  void manyMoreEventsThanTheHubKeepsInMemoryGetThrough() {
    Map<String, List<String>> published = new HashMap<>();
    for (int i = 0; i < 25; i++) {
      List<EventEnvelope> batch = new ArrayList<>();
      for (int j = 0; j < 100; j++) {
        EventEnvelope event = Events.posting("PO-" + j % 20).build();
        batch.add(event);
        published.computeIfAbsent(event.getKey(), _ -> new ArrayList<>()).add(event.getEventId());
      }
      var _ = log.append(batch);
    }

    node(TestBroker.shared().settings(1)).start(ledgered("c"));

    published.forEach(this::awaitDone);
  }

  @Test
  void nothingPassesAnEventThatKafkaRefuses() {
    Consumers node = node();
    node.start(ledgered("c"));
    List<String> published = new ArrayList<>();
    publish("PO-1", 5, published);
    awaitDone("PO-1", published);
    TestBroker.shared().limitRecords(settings, MONEY, 4_000);

    List<EventEnvelope> batch = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      batch.add(i == 20 ? large("PO-1") : Events.posting("PO-1").build());
    }
    long refused = log.newest() + 21;
    var _ = log.append(batch);
    awaitDone("PO-1", with(published, batch.subList(0, 20)));
    Effects.await(
        "the refusal and its cause are told",
        () -> trouble(node, ConsumerPositions.RELAY).contains("max.message.bytes=4000"));

    assertThat(TestBroker.shared().records(settings, MONEY)).allMatch(each -> id(each) < refused);
    TestBroker.shared().limitRecords(settings, MONEY, 1_000_000);
    awaitDone("PO-1", with(published, batch));
    Effects.await("all is well", () -> trouble(node, ConsumerPositions.RELAY).isEmpty());
  }

  @Test
  void aTopicThatForgetsEventsIsNotWrittenTo() throws Exception {
    assertThat(topic().partitions()).isEqualTo(3);
    TestBroker.shared().set(settings, MONEY, "cleanup.policy", "compact");
    Consumers node = node();
    node.start(ledgered("c"));
    List<String> published = new ArrayList<>();
    publish("PO-1", 5, published);

    Effects.await("it is told", () -> !trouble(node, ConsumerPositions.RELAY).isEmpty());
    assertThat(trouble(node, ConsumerPositions.RELAY)).contains("cleanup.policy=compact");
    assertThat(TestBroker.shared().records(settings, MONEY)).isEmpty();

    TestBroker.shared().set(settings, MONEY, "cleanup.policy", "delete");
    awaitDone("PO-1", published);

    // And while it runs.
    TestBroker.shared().set(settings, MONEY, "cleanup.policy", "compact,delete");
    Effects.await("it is told", () -> !trouble(node, ConsumerPositions.RELAY).isEmpty());
    TestBroker.shared().set(settings, MONEY, "cleanup.policy", "delete");
    publish("PO-1", 5, published);
    awaitDone("PO-1", published);
  }

  @Test
  void partitionsThatWereAddedDoNotMoveKeys() throws Exception {
    Consumers before = node();
    before.start(ledgered("c"));
    List<List<String>> published = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      published.add(new ArrayList<>());
      publish("PO-" + i, 3, published.get(i));
      awaitDone("PO-" + i, published.get(i));
    }
    before.close();

    TestBroker.shared().addPartitions(settings, MONEY, 8);
    Consumers after = node();
    after.start(ledgered("c"));
    for (int i = 0; i < 10; i++) {
      publish("PO-" + i, 3, published.get(i));
    }

    for (int i = 0; i < 10; i++) {
      awaitDone("PO-" + i, published.get(i));
    }
    assertThat(TestBroker.shared().records(settings, MONEY)).allMatch(each -> each.partition() < 3);
  }

  @Test
  void anEventThatNoRecordCanHoldBecomesADeadLetterAndTheLaneGoesOn() {
    Consumers node = node();
    node.start(ledgered("c"));
    List<String> published = new ArrayList<>();
    publish("PO-1", 2, published);
    awaitDone("PO-1", published);
    EventEnvelope odd = Events.posting("PO-odd").build();
    // As an earlier version may have accepted it: the year 10000.
    var _ =
        store.write(connection -> {
          var _ = log.append(connection, List.of(CATALOGUE.check(odd)));
          return io.crossdock.ledger.store.Sql.update(
              connection,
              "UPDATE events SET envelope = ?, checksum = NULL WHERE key = 'PO-odd'",
              odd.toBuilder()
                  .setOccurredAt(
                      com.google.protobuf.Timestamp.newBuilder().setSeconds(253_402_300_800L))
                  .build()
                  .toByteArray());
        });
    publish("PO-1", 2, published);

    awaitDone("PO-1", published);
    assertThat(
            deadLetters.list(
                new DeadLetters.Query(
                    Set.of(Status.WAITING), ConsumerPositions.RELAY, "", "PO-odd"),
                0,
                10))
        .hasSize(1);
  }

  @Test
  void anEventThatAClientMayNotSendBecomesADeadLetterAndTheLaneGoesOn() {
    Consumers node =
        node(
            new KafkaSettings(
                settings.bootstrapServers(),
                settings.topicPrefix(),
                settings.partitions(),
                settings.replicationFactor(),
                Map.of("max.request.size", "4000")));
    node.start(ledgered("c"));
    List<String> published = new ArrayList<>();
    publish("PO-1", 2, published);
    var _ = log.append(List.of(large("PO-large")));
    publish("PO-1", 2, published);

    awaitDone("PO-1", published);

    assertThat(
            deadLetters.list(
                new DeadLetters.Query(
                    Set.of(Status.WAITING), ConsumerPositions.RELAY, "", "PO-large"),
                0,
                10))
        .hasSize(1);
  }

  @Test
  void aTopicThatForgetsTooSoonOrCannotBeWrittenIsNotUsed() {
    Consumers node = node();
    var _ = topic();
    TestBroker.shared().set(settings, MONEY, "retention.ms", "60000");
    node.start(ledgered("c"));
    List<String> published = new ArrayList<>();
    publish("PO-1", 1, published);
    Effects.await(
        "it is told", () -> trouble(node, ConsumerPositions.RELAY).contains("retention.ms=60000"));

    TestBroker.shared().set(settings, MONEY, "retention.ms", "-1");
    TestBroker.shared().set(settings, MONEY, "min.insync.replicas", "2");
    Effects.await(
        "the next one is told",
        () -> trouble(node, ConsumerPositions.RELAY).contains("min.insync.replicas=2"));
    assertThat(trouble(node, "c")).contains("min.insync.replicas=2");

    TestBroker.shared().set(settings, MONEY, "min.insync.replicas", "1");
    awaitDone("PO-1", published);
  }

  @Test
  void aLetterThatIsReleasedIsDeliveredByOnePartitionOnly() {
    AtomicBoolean well = new AtomicBoolean();
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    Effect.Outward effect =
        event -> {
          if (!well.get()) {
            throw new FailureException(Reason.REASON_BACKEND_ANSWER_INVALID, "Cannot be mapped.");
          }
          seen.add(event.envelope().getEventId());
        };
    Consumers node = node();
    node.start(outward("c", Position.START, effect));
    List<String> published = new ArrayList<>();
    publish("PO-1", 1, published);
    publish("PO-2", 1, published);
    publish("PO-3", 1, published);
    Effects.await("three letters", () -> letters(Status.WAITING).size() == 3);
    well.set(true);

    letters(Status.WAITING)
        .forEach(letter -> deadLetters.release(letter.id(), "anna", "well again"));

    Effects.await("three are delivered", () -> letters(Status.DELIVERED).size() == 3);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(published);
  }

  private Consumers node() {
    return node(settings);
  }

  private Consumers node(KafkaSettings which) {
    Consumers node =
        Consumers.open(
            DeliveryContext.of(
                store, deadLetters, Clock.systemUTC(), UUID.randomUUID().toString(), LEASE),
            new KafkaTransport(log, signal, which));
    nodes.add(node);
    return node;
  }

  private Consumers embedded() {
    Consumers node =
        Consumers.open(
            DeliveryContext.of(
                store, deadLetters, Clock.systemUTC(), UUID.randomUUID().toString(), LEASE),
            new LogTransport(log, signal));
    nodes.add(node);
    return node;
  }

  /** Somebody whose clock is ahead, so that every lease is over. */
  private ConsumerPositions later() {
    return new ConsumerPositions(
        store,
        Clock.offset(Clock.systemUTC(), Duration.ofHours(1)),
        UUID.randomUUID().toString(),
        LEASE);
  }

  private static Consumer ledgered(String name) {
    return consumer(name, Position.START, new Effects(name));
  }

  private static Consumer outward(String name, Position start, Effect.Outward effect) {
    return consumer(name, start, effect);
  }

  private static Consumer consumer(String name, Position start, Effect effect) {
    return new Consumer(name, Set.of(), Set.of(MONEY), start, effect, QUICK, 8);
  }

  private void publish(String key, int count, List<String> published) {
    for (int i = 0; i < count; i++) {
      EventEnvelope event = Events.posting(key).build();
      var _ = log.append(List.of(event));
      published.add(event.getEventId());
    }
  }

  private void awaitDone(String key, List<String> events) {
    Effects.await(key + " is done", () -> Effects.of(store, "c", key).size() >= events.size());
    assertThat(Effects.of(store, "c", key)).isEqualTo(events);
  }

  private List<DeadLetter> letters(Status status) {
    return deadLetters.list(new DeadLetters.Query(Set.of(status), "c", "", ""), 0, 100);
  }

  private static EventEnvelope large(String key) {
    PostingCompleted.Builder posting =
        PostingCompleted.newBuilder()
            .setPostingId(key)
            .setSourceKind(SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER)
            .setSourceId("EU-001:till-03:000123:2026-11-21")
            .setAccountingDate(Date.newBuilder().setYear(2026).setMonth(11).setDay(21));
    // As much as the contract allows: three bytes a character.
    for (int i = 0; i < 16; i++) {
      posting.addExternalIds(Identifier.newBuilder().setValue("€".repeat(128)));
    }
    return Events.envelope(key, posting.build()).build();
  }

  private static List<String> with(List<String> published, List<EventEnvelope> more) {
    List<String> all = new ArrayList<>(published);
    more.forEach(event -> all.add(event.getEventId()));
    return all;
  }

  private static long id(ConsumerRecord<byte[], byte[]> read) {
    return Long.parseLong(
        new String(read.headers().lastHeader("crossdock-ledger-id").value(), UTF_8));
  }

  private static String trouble(Consumers node, String who) {
    return node.health().stream()
        .filter(each -> each.who().equals(who) && each.lane() == MONEY)
        .findFirst()
        .orElseThrow()
        .trouble();
  }

  private long waiting(String consumer) {
    return Backlog.of(store, System.currentTimeMillis()).stream()
        .filter(each -> each.consumer().equals(consumer))
        .mapToLong(Backlog::waiting)
        .sum();
  }

  private void awaitRelayed(long id) {
    Effects.await("relayed up to " + id, () -> relayed() == id);
  }

  private long relayed() {
    return number(
        "SELECT position FROM consumers WHERE consumer = 'kafka-relay' AND lane = "
            + MONEY.getNumber());
  }

  private void setRelay(long id) {
    var _ =
        store.write(connection ->
            Statements.of(
                    connection,
                    "UPDATE consumers SET fence = fence + 1, lease_until = 0, position = "
                        + id
                        + " WHERE consumer = 'kafka-relay' AND lane = "
                        + MONEY.getNumber())
                .executeUpdate());
  }

  private Assignment assignment(int partition) {
    long fence =
        number(
            "SELECT fence FROM consumers WHERE consumer = 'c' AND lane = "
                + MONEY.getNumber()
                + " AND partition = "
                + partition);
    return new Assignment("c", MONEY, partition, fence, 0, Map.of());
  }

  /** Who delivers something to a consumer over Kafka. */
  private Set<String> owners(String consumer) {
    return store.read(connection -> {
      Set<String> owners = new HashSet<>();
      try (var rows =
          Statements.of(
                  connection,
                  "SELECT owner FROM consumers WHERE consumer = '"
                      + consumer
                      + "' AND partition >= 0 AND owner <> ''")
              .executeQuery()) {
        while (rows.next()) {
          owners.add(rows.getString(1));
        }
      }
      return owners;
    });
  }

  private long number(String query) {
    return store.read(connection -> {
      try (var row = Statements.of(connection, query).executeQuery()) {
        return row.next() ? row.getLong(1) : -1L;
      }
    });
  }

  private Topic topic() {
    try (Broker broker = new Broker(settings)) {
      return broker.topic(MONEY);
    }
  }

  private static String keyOutside(Topic topic, int partition) {
    for (int i = 0; ; i++) {
      if (topic.partitioning().of(new Key("posting", "PX-" + i)) != partition) {
        return "PX-" + i;
      }
    }
  }
}
