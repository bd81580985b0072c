package io.crossdock.ledger.registry;

import io.crossdock.answer.Answers;
import io.crossdock.answer.PageToken;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.ledger.audit.OperatorAction;
import io.crossdock.ledger.audit.OperatorActions;
import io.crossdock.ledger.audit.Outcome;
import io.crossdock.ledger.consumer.Backlog;
import io.crossdock.ledger.consumer.Consumers;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.consumer.LaneHealth;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.replay.Replayer;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.Consumer;
import io.crossdock.ops.v1.ConsumerLane;
import io.crossdock.ops.v1.ConsumerServiceGrpc;
import io.crossdock.ops.v1.ListConsumersRequest;
import io.crossdock.ops.v1.ListConsumersResponse;
import io.crossdock.ops.v1.RemoveConsumerRequest;
import io.crossdock.ops.v1.RemoveConsumerResponse;
import io.crossdock.ops.v1.RenameConsumerRequest;
import io.crossdock.ops.v1.RenameConsumerResponse;
import io.grpc.stub.StreamObserver;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code crossdock.ops.v1.ConsumerService}. A removal or renaming, its audit record and the claim
 * of its request id are one transaction. Its handlers may block, so they run on virtual threads.
 */
public final class ConsumerEndpoint extends ConsumerServiceGrpc.ConsumerServiceImplBase {

  private static final String SUBJECT = "consumer";
  private static final int USUAL_PAGE = 50;
  private static final int MOST_IN_PAGE = 200;

  private final Store store;
  private final Consumers consumers;
  private final DeadLetters deadLetters;
  private final Replayer replayer;
  private final OperatorActions actions;
  private final Clock clock;

  /** Makes the service. */
  public ConsumerEndpoint(
      Store store,
      Consumers consumers,
      DeadLetters deadLetters,
      Replayer replayer,
      OperatorActions actions,
      Clock clock) {
    this.store = store;
    this.consumers = consumers;
    this.deadLetters = deadLetters;
    this.replayer = replayer;
    this.actions = actions;
    this.clock = clock;
  }

  @Override
  public void listConsumers(
      ListConsumersRequest request, StreamObserver<ListConsumersResponse> answer) {
    Answers.reply(answer, () -> list(request));
  }

  @Override
  public void removeConsumer(
      RemoveConsumerRequest request, StreamObserver<RemoveConsumerResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          String name = request.getName();
          var _ =
              actions.once(
                  new OperatorAction(
                      ConsumerServiceGrpc.getRemoveConsumerMethod(),
                      request.getContext(),
                      request,
                      SUBJECT,
                      request.getReason()),
                  connection -> remove(connection, name));
          return RemoveConsumerResponse.newBuilder().setDeadLetters(openLetters(name)).build();
        });
  }

  @Override
  public void renameConsumer(
      RenameConsumerRequest request, StreamObserver<RenameConsumerResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          var _ =
              actions.once(
                  new OperatorAction(
                      ConsumerServiceGrpc.getRenameConsumerMethod(),
                      request.getContext(),
                      request,
                      SUBJECT,
                      request.getReason()),
                  connection -> rename(connection, request));
          deadLetters.releaseRequested();
          return RenameConsumerResponse.newBuilder()
              .setDeadLetters(openLetters(request.getNewName()))
              .build();
        });
  }

  private ListConsumersResponse list(ListConsumersRequest request) {
    Map<String, Set<String>> types = store.read(ConsumerPositions::types);
    Map<String, Consumer.Builder> found = new TreeMap<>();
    for (Backlog each : Backlog.of(store, clock.millis())) {
      if (request.getName().isEmpty() || request.getName().equals(each.consumer())) {
        Consumer.Builder consumer =
            found.computeIfAbsent(each.consumer(), name -> consumer(name, types));
        consumer.setDelivering(consumer.getDelivering() || each.delivering()).addLanes(lane(each));
      }
    }
    String after = PageToken.place(request);
    int size = Math.min(PageToken.size(request, USUAL_PAGE), MOST_IN_PAGE);
    List<Consumer> rest =
        found.values().stream()
            .filter(each -> each.getName().compareTo(after) > 0)
            .map(Consumer.Builder::build)
            .toList();
    ListConsumersResponse.Builder response =
        ListConsumersResponse.newBuilder()
            .addAllConsumers(rest.subList(0, Math.min(size, rest.size())))
            .setFreshness(Answers.live(clock));
    if (rest.size() > size) {
      response.setNextPageToken(PageToken.of(request, rest.get(size - 1).getName()));
    }
    return response.build();
  }

  private Consumer.Builder consumer(String name, Map<String, Set<String>> types) {
    return Consumer.newBuilder()
        .setName(name)
        .setConfigured(consumers.find(name).isPresent())
        .addAllEventTypes(new TreeSet<>(types.getOrDefault(name, Set.of())));
  }

  private ConsumerLane lane(Backlog backlog) {
    ConsumerLane.Builder lane =
        ConsumerLane.newBuilder()
            .setLane(backlog.lane())
            .setLag(backlog.waiting())
            .setDeadLetters(backlog.parked());
    consumers.health().stream()
        .filter(each -> each.who().equals(backlog.consumer()) && each.lane() == backlog.lane())
        .map(LaneHealth::trouble)
        .findFirst()
        .ifPresent(lane::setTrouble);
    return lane.build();
  }

  private long openLetters(String consumer) {
    return store.read(connection ->
        DeadLetters.open(connection).stream()
            .filter(each -> each.consumer().equals(consumer))
            .mapToLong(DeadLetters.Open::count)
            .sum());
  }

  private Outcome remove(Connection connection, String name) throws SQLException {
    Optional<Failure> refusal = inUse(connection, name);
    if (refusal.isPresent()) {
      return new Outcome.Refused(refusal.get());
    }
    ConsumerPositions.remove(connection, name);
    replayer.forget(connection, name);
    deadLetters.orphan(connection, name);
    return new Outcome.Done(name);
  }

  private Outcome rename(Connection connection, RenameConsumerRequest request) throws SQLException {
    String name = request.getName();
    String to = request.getNewName();
    Optional<Failure> refusal = inUse(connection, name);
    if (refusal.isEmpty()) {
      refusal = cannotGoBack(connection, name, to);
    }
    if (refusal.isPresent()) {
      return new Outcome.Refused(refusal.get());
    }
    ConsumerPositions.rename(connection, name, to);
    replayer.rename(connection, name, to);
    deadLetters.give(connection, name, to);
    return new Outcome.Done(to);
  }

  /** Why a consumer cannot be taken away; empty when nobody delivers to it. */
  private Optional<Failure> inUse(Connection connection, String name) throws SQLException {
    if (name.equals(ConsumerPositions.RELAY)) {
      return Optional.of(invalid("The relay to Kafka is the hub's own.", name));
    }
    if (!ConsumerPositions.isKnown(connection, name)) {
      return Optional.of(
          Failure.of(Reason.REASON_NOT_FOUND, "There is no such consumer.").with(SUBJECT, name));
    }
    if (consumers.find(name).isPresent()) {
      return Optional.of(
          invalid(
              "This hub has the consumer configured: take it out of the configuration and restart"
                  + " the hub first.",
              name));
    }
    return ConsumerPositions.isDelivering(connection, name, clock.millis())
        ? Optional.of(
            invalid(
                "A hub delivers to the consumer: take it out of its configuration first.", name))
        : Optional.empty();
  }

  /** Why a consumer cannot begin where another one stopped; empty when it can. */
  private Optional<Failure> cannotGoBack(Connection connection, String name, String to)
      throws SQLException {
    if (to.equals(ConsumerPositions.RELAY)) {
      return Optional.of(invalid("The relay to Kafka is the hub's own.", to));
    }
    if (!ConsumerPositions.isKnown(connection, to)) {
      return Optional.empty();
    }
    if (ConsumerPositions.readsFromKafka(connection, name)
        || ConsumerPositions.readsFromKafka(connection, to)) {
      return Optional.of(
          invalid(
              "The other consumer has begun to read from Kafka and cannot go back: rename before"
                  + " it is configured.",
              to));
    }
    Optional<io.crossdock.ledger.consumer.Consumer> here = consumers.find(to);
    if (here.isEmpty()) {
      return Optional.of(
          invalid(
              "The other consumer has begun, but this hub does not have it configured: ask a hub"
                  + " that has.",
              to));
    }
    return here.get().effect() instanceof Effect.InLedger
        ? Optional.of(
            invalid(
                "The other consumer's effects are inside the ledger, where nothing may be done"
                    + " twice: rename before it is configured.",
                to))
        : Optional.empty();
  }

  private static Failure invalid(String message, String consumer) {
    return Failure.of(Reason.REASON_INVALID_STATE, message).with(SUBJECT, consumer);
  }
}
