package io.crossdock.ledger.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.audit.OperatorActions;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Consumers;
import io.crossdock.ledger.consumer.DeliveryMode;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.consumer.Effects;
import io.crossdock.ledger.consumer.Nodes;
import io.crossdock.ledger.consumer.RetryPolicy;
import io.crossdock.ledger.deadletter.DeadLetterEndpoint;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.replay.Replayer;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.ConsumerServiceGrpc;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.DeadLetterStatus;
import io.crossdock.ops.v1.DiscardDeadLetterRequest;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListConsumersRequest;
import io.crossdock.ops.v1.ListDeadLettersRequest;
import io.crossdock.ops.v1.RedeliverDeadLetterRequest;
import io.crossdock.ops.v1.RemoveConsumerRequest;
import io.crossdock.ops.v1.RenameConsumerRequest;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators do about consumers that nobody has configured any more. */
@ParameterizedClass
@EnumSource(
    value = DeliveryMode.class,
    mode = EnumSource.Mode.EXCLUDE,
    names = {"SQLITE_AND_KAFKA", "POSTGRESQL_AND_KAFKA"})
@Timeout(120)
class ConsumerEndpointIT {

  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();
  private static final Duration LEASE = Duration.ofMillis(600);

  private final DeliveryMode way;
  @TempDir Path dir;
  private final List<String> delivered = new CopyOnWriteArrayList<>();
  private Store store;
  private EventLog log;
  private EventSignal signal;
  private Audit audit;
  private DeadLetters deadLetters;
  private Leases leases;
  private Nodes nodes;
  private ExecutorService threads;
  private @Nullable Node node;

  ConsumerEndpointIT(DeliveryMode way) {
    this.way = way;
  }

  /** A hub with its services. */
  private record Node(
      Consumers consumers, Replayer replayer, Server server, ManagedChannel channel) {}

  @BeforeEach
  void open() throws Exception {
    Clock clock = Clock.systemUTC();
    store = TestLedger.open(way.engine(), dir);
    Effects.prepare(store);
    log = new EventLog(store, CATALOGUE, clock);
    signal = EventSignal.start(log, Duration.ofMillis(50));
    audit = new Audit(store, clock);
    deadLetters = new DeadLetters(store, CATALOGUE, clock);
    leases = Leases.start(store, LEASE);
    nodes = way.nodes(store, log, signal, deadLetters, LEASE);
    threads = Executors.newVirtualThreadPerTaskExecutor();
    restart();
  }

  /** Another process with another configuration. */
  private void restart() throws Exception {
    stopNode();
    Clock clock = Clock.systemUTC();
    Consumers consumers = nodes.start();
    Replayer replayer = Replayer.start(store, log, leases, deadLetters, consumers, clock);
    OperatorActions actions = new OperatorActions(store, new Idempotency(store, clock), audit);
    String name = InProcessServerBuilder.generateName();
    Server server =
        InProcessServerBuilder.forName(name)
            .executor(threads)
            .addService(
                new ConsumerEndpoint(store, consumers, deadLetters, replayer, actions, clock))
            .addService(new DeadLetterEndpoint(deadLetters, consumers::isOutward, actions, clock))
            .build()
            .start();
    node = new Node(consumers, replayer, server, InProcessChannelBuilder.forName(name).build());
  }

  private void stopNode() {
    if (node != null) {
      node.channel.shutdownNow();
      node.server.shutdownNow();
      node.replayer.close();
      node.consumers.close();
    }
  }

  @AfterEach
  void close() {
    stopNode();
    threads.shutdownNow();
    leases.close();
    signal.close();
    store.close();
  }

  @Test
  void aRemovedConsumerHoldsNothingAndItsDeadLettersCanBeDealtWith() throws Exception {
    start("old", Position.START, Set.of("PO-ill"));
    publish("PO-ill", "PO-ill", "PO-ill");
    Effects.await("one failed, two wait", () -> deadLetterCount("old") == 3);
    assertThat(reason(() -> remove("old"))).isEqualTo(Reason.REASON_INVALID_STATE);
    restart();
    publish("PO-1", "PO-2");
    start("new", Position.START, Set.of());
    Effects.await("the new one is up to date", () -> delivered.size() == 5);
    assertThat(consumer("old").getDelivering()).isFalse();
    assertThat(consumer("old").getConfigured()).isFalse();
    assertThat(consumer("old").getLanes(0).getLag()).isEqualTo(2);
    assertThat(consumer("new").getDelivering()).isTrue();
    assertThat(holders()).contains("consumer old");

    RemoveConsumerRequest request = removal("old");
    assertThat(consumers().removeConsumer(request).getDeadLetters()).isEqualTo(3);
    assertThat(consumers().removeConsumer(request).getDeadLetters()).isEqualTo(3);

    assertThat(holders()).contains("consumer new").doesNotContain("consumer old");
    assertThat(reason(() -> remove("old"))).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(audit.list(ListAuditRecordsRequest.getDefaultInstance(), Long.MAX_VALUE, 9))
        .extracting(AuditRecord::getSubjectKind, AuditRecord::getSubjectId, AuditRecord::getReason)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("consumer", "old", "test"));
    List<DeadLetter> left = waiting("old");
    assertThat(left).hasSize(3);
    assertThat(reason(() -> redeliver(left.get(0), ""))).isEqualTo(Reason.REASON_INVALID_STATE);
    assertThat(reason(() -> redeliver(left.get(0), "nobody")))
        .isEqualTo(Reason.REASON_INVALID_STATE);

    DeadLetter moved = redeliver(left.get(0), "new");
    DeadLetter gone =
        letters()
            .discardDeadLetter(
                DiscardDeadLetterRequest.newBuilder()
                    .setContext(context())
                    .setDeadLetterId(left.get(1).getDeadLetterId())
                    .setReason("test")
                    .build())
            .getDeadLetter();

    assertThat(moved.getConsumer()).isEqualTo("new");
    assertThat(moved.getStatus()).isEqualTo(DeadLetterStatus.DEAD_LETTER_STATUS_DELIVERED);
    assertThat(delivered).hasSize(6).endsWith(moved.getEventId());
    assertThat(gone.getStatus()).isEqualTo(DeadLetterStatus.DEAD_LETTER_STATUS_DISCARDED);
    assertThat(waiting("old")).hasSize(1);
  }

  @Test
  void aConsumerUnderANewNameGetsWhatWaited() throws Exception {
    start("old", Position.START, Set.of());
    publish("PO-1");
    Effects.await("it is delivered", () -> delivered.size() == 1);
    restart();
    List<String> waited = publish("PO-1", "PO-2");
    delivered.clear();

    rename("old", "fresh");
    start("fresh", log.tail(), Set.of());
    List<String> later = publish("PO-1");

    Effects.await("all that waited and the later one", () -> delivered.size() == 3);
    assertThat(delivered).containsAll(waited);
    assertThat(delivered.indexOf(waited.getFirst()))
        .isLessThan(delivered.indexOf(later.getFirst()));
    assertThat(reason(() -> rename("old", "x"))).isEqualTo(Reason.REASON_NOT_FOUND);
  }

  @Test
  void aConsumerThatHasBegunGoesBackToWhereTheOldOneStopped() throws Exception {
    start("old", Position.START, Set.of("PO-ill"));
    publish("PO-1", "PO-ill");
    Effects.await("one is done, one failed", () -> deadLetterCount("old") == 1);
    restart();
    List<String> waited = publish("PO-1", "PO-2");
    delivered.clear();
    start("begun", log.tail(), Set.of());
    List<String> since = publish("PO-1");
    Effects.await("the new one has begun", () -> delivered.equals(since));

    rename("old", "begun");

    Effects.await("what waited comes, and what came since again", () -> delivered.size() == 4);
    assertThat(delivered).startsWith(since.getFirst()).containsAll(waited);
    assertThat(delivered.subList(1, 4)).doesNotHaveDuplicates().contains(since.getFirst());
    assertThat(delivered.indexOf(waited.getFirst()))
        .isLessThan(delivered.lastIndexOf(since.getFirst()));
    assertThat(waiting("begun")).hasSize(1);
    assertThat(waiting("old")).isEmpty();
    assertThat(holders()).contains("consumer begun").doesNotContain("consumer old");
  }

  @Test
  void nothingIsDoneTwiceWithinTheLedger() throws Exception {
    start("old", Position.START, Set.of());
    publish("PO-1");
    Effects.await("it is delivered", () -> delivered.size() == 1);
    restart();
    node().consumers.start(consumer("ledgered", Position.START, new Effects("ledgered")));

    assertThat(reason(() -> rename("old", "ledgered"))).isEqualTo(Reason.REASON_INVALID_STATE);
    assertThat(reason(() -> rename("old", ConsumerPositions.RELAY)))
        .isEqualTo(Reason.REASON_INVALID_STATE);
  }

  private void start(String name, Position start, Set<String> ill) {
    node()
        .consumers
        .start(
            consumer(
                name,
                start,
                (Effect.Outward)
                    event -> {
                      if (ill.contains(event.envelope().getKey())) {
                        throw new FailureException(
                            Reason.REASON_BACKEND_ANSWER_INVALID, "Cannot be mapped.");
                      }
                      delivered.add(event.envelope().getEventId());
                    }));
  }

  private static Consumer consumer(String name, Position start, Effect effect) {
    return new Consumer(
        name,
        Set.of(),
        Set.of(Lane.LANE_FINANCIAL),
        start,
        effect,
        new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1)),
        4);
  }

  private Node node() {
    return java.util.Objects.requireNonNull(node);
  }

  private List<String> publish(String... keys) {
    List<EventEnvelope> events =
        List.of(keys).stream().map(key -> Events.posting(key).build()).toList();
    var _ = log.append(events);
    return events.stream().map(EventEnvelope::getEventId).toList();
  }

  private long deadLetterCount(String consumer) {
    return store.read(connection ->
        DeadLetters.open(connection).stream()
            .filter(each -> each.consumer().equals(consumer))
            .mapToLong(DeadLetters.Open::count)
            .sum());
  }

  private Set<String> holders() {
    return store
        .read(connection -> ConsumerPositions.holders(connection, Lane.LANE_FINANCIAL))
        .keySet();
  }

  private List<DeadLetter> waiting(String consumer) {
    return letters()
        .listDeadLetters(ListDeadLettersRequest.newBuilder().setConsumer(consumer).build())
        .getDeadLettersList();
  }

  private DeadLetter redeliver(DeadLetter letter, String to) {
    return letters()
        .redeliverDeadLetter(
            RedeliverDeadLetterRequest.newBuilder()
                .setContext(context())
                .setDeadLetterId(letter.getDeadLetterId())
                .setReason("test")
                .setToConsumer(to)
                .build())
        .getDeadLetter();
  }

  private long remove(String name) {
    return consumers().removeConsumer(removal(name)).getDeadLetters();
  }

  private static RemoveConsumerRequest removal(String name) {
    return RemoveConsumerRequest.newBuilder()
        .setContext(context())
        .setName(name)
        .setReason("test")
        .build();
  }

  private long rename(String name, String to) {
    return consumers()
        .renameConsumer(
            RenameConsumerRequest.newBuilder()
                .setContext(context())
                .setName(name)
                .setNewName(to)
                .setReason("test")
                .build())
        .getDeadLetters();
  }

  private io.crossdock.ops.v1.Consumer consumer(String name) {
    return consumers()
        .listConsumers(ListConsumersRequest.newBuilder().setName(name).build())
        .getConsumers(0);
  }

  private ConsumerServiceGrpc.ConsumerServiceBlockingStub consumers() {
    return ConsumerServiceGrpc.newBlockingStub(node().channel);
  }

  private DeadLetterServiceGrpc.DeadLetterServiceBlockingStub letters() {
    return DeadLetterServiceGrpc.newBlockingStub(node().channel);
  }

  private static CommandContext context() {
    return CommandContext.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setActor(Actor.newBuilder().setKind(Actor.Kind.KIND_OPERATOR).setId("anna"))
        .build();
  }

  private static Reason reason(Supplier<?> call) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> call.get());
    assertThat(error).isNotNull();
    return Failure.from(error).orElseThrow().reason();
  }
}
