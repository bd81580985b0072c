package io.crossdock.ledger.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
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
import io.crossdock.ledger.position.Key;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.policy.v1.Lane;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;

/**
 * Whatever is published, crashes and is done at the desk, in whatever order: each event that was
 * not discarded takes effect exactly once, in the order of its key.
 */
abstract class DeliveryProperties {

  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();
  private static final Duration LEASE = Duration.ofMillis(150);
  private static final RetryPolicy QUICK =
      new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1));

  private final DeliveryMode way;

  DeliveryProperties(DeliveryMode way) {
    this.way = way;
  }

  /** Something that happens. */
  sealed interface Step {

    record Publish(int key, boolean sound) implements Step {}

    record Crash() implements Step {}

    record Restart() implements Step {}

    record Settle() implements Step {}

    record Desk(Act act, int which) implements Step {}

    enum Act {
      RELEASE,
      MEND,
      DISCARD
    }
  }

  void play(List<Step> steps) throws Exception {
    Path dir = Files.createTempDirectory("ledger-property");
    try (Store store = TestLedger.open(way.engine(), dir)) {
      Effects.prepare(store);
      new Run(store, way).play(steps);
    } finally {
      delete(dir);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> publish =
        Arbitraries.integers()
            .between(0, 2)
            .flatMap(key ->
                Arbitraries.integers().between(0, 4).map(n -> new Step.Publish(key, n != 0)));
    Arbitrary<Step> desk =
        Arbitraries.of(Step.Act.values())
            .flatMap(act -> Arbitraries.integers().between(0, 5).map(n -> new Step.Desk(act, n)));
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(10, publish),
            net.jqwik.api.Tuple.of(4, desk),
            net.jqwik.api.Tuple.of(1, Arbitraries.just(new Step.Crash())),
            net.jqwik.api.Tuple.of(1, Arbitraries.just(new Step.Restart())),
            net.jqwik.api.Tuple.of(2, Arbitraries.just(new Step.Settle())))
        .list()
        .ofMinSize(5)
        .ofMaxSize(60);
  }

  private static final class Run {

    private final Store store;
    private final EventLog log;
    private final EventSignal signal;
    private final DeadLetters deadLetters;
    private final Map<String, List<String>> published = new HashMap<>();
    private final Map<String, EventEnvelope> sick = new HashMap<>();
    private final Set<String> discarded = new HashSet<>();
    private final Nodes nodes;
    private Consumers consumers;

    Run(Store store, DeliveryMode way) {
      this.store = store;
      this.log = new EventLog(store, CATALOGUE, Clock.systemUTC());
      this.signal = EventSignal.start(log, Duration.ofMillis(20));
      this.deadLetters = new DeadLetters(store, CATALOGUE, Clock.systemUTC());
      this.nodes = way.nodes(store, log, signal, deadLetters, LEASE);
      this.consumers = begin();
    }

    void play(List<Step> steps) {
      try {
        steps.forEach(this::step);
        resolve();
        published.forEach((key, events) -> {
          List<String> expected = new ArrayList<>(events);
          expected.removeAll(discarded);
          assertThat(Effects.of(store, "c", key)).isEqualTo(expected);
        });
      } finally {
        consumers.close();
        signal.close();
      }
    }

    private void step(Step step) {
      switch (step) {
        case Step.Publish(int number, boolean sound) -> {
          EventEnvelope event = Events.posting("PO-" + number).build();
          if (!sound) {
            event = with(event, Effects.POISON);
            sick.put(event.getEventId(), event);
          }
          var _ = log.append(List.of(event));
          published.computeIfAbsent(event.getKey(), _ -> new ArrayList<>()).add(event.getEventId());
        }
        case Step.Crash() -> {
          consumers.die();
          consumers = begin();
        }
        case Step.Restart() -> {
          consumers.close();
          consumers = begin();
        }
        case Step.Settle() -> settle();
        case Step.Desk(Step.Act act, int which) -> {
          List<DeadLetter> waiting = waiting();
          if (!waiting.isEmpty()) {
            act(act, waiting.get(which % waiting.size()));
          }
        }
      }
      assertOrder();
    }

    private void act(Step.Act act, DeadLetter letter) {
      String id = letter.event().envelope().getEventId();
      try {
        switch (act) {
          case RELEASE -> deadLetters.release(letter.id(), "anna", "again");
          case MEND ->
              deadLetters.edit(
                  letter.id(),
                  with(letter.event().envelope(), SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER),
                  "anna",
                  "mended");
          case DISCARD -> {
            deadLetters.discard(letter.id(), "anna", "by hand");
            discarded.add(id);
          }
        }
      } catch (FailureException e) {
        // Somebody was quicker: a person would look again.
      }
    }

    /** Mends and releases until nobody waits. */
    private void resolve() {
      settle();
      for (List<DeadLetter> waiting = waiting(); !waiting.isEmpty(); waiting = waiting()) {
        waiting.forEach(letter -> act(Step.Act.MEND, letter));
        waiting.forEach(letter -> act(Step.Act.RELEASE, letter));
        settle();
      }
    }

    /** Waits until every event is done, given up, or stands with a sick one before it. */
    private void settle() {
      Effects.await(
          "nothing moves",
          () -> {
            for (Map.Entry<String, List<String>> key : published.entrySet()) {
              Set<String> open = new HashSet<>();
              for (Status status : List.of(Status.RELEASED, Status.BEHIND, Status.WAITING)) {
                deadLetters
                    .list(new DeadLetters.Query(Set.of(status), "c", "", key.getKey()), 0, 1000)
                    .stream()
                    .map(letter -> letter.event().envelope().getEventId())
                    .forEach(open::add);
              }
              Status head =
                  deadLetters
                      .blockedKeys("c", Lane.LANE_FINANCIAL)
                      .get(new Key("posting", key.getKey()));
              Set<String> seen = new HashSet<>(Effects.of(store, "c", key.getKey()));
              seen.addAll(open);
              seen.addAll(discarded);
              if (!seen.containsAll(key.getValue()) || (head != null && head != Status.WAITING)) {
                return false;
              }
            }
            return true;
          });
    }

    /** At every moment: nothing twice, nothing before what came earlier and is not given up. */
    private void assertOrder() {
      published.forEach((key, events) -> {
        List<String> done = Effects.of(store, "c", key);
        List<String> expected = new ArrayList<>(events);
        expected.removeAll(discarded);
        assertThat(done).isEqualTo(expected.subList(0, Math.min(done.size(), expected.size())));
      });
    }

    private List<DeadLetter> waiting() {
      return deadLetters.list(new DeadLetters.Query(Set.of(Status.WAITING), "c", "", ""), 0, 1000);
    }

    private Consumers begin() {
      Consumers begun = nodes.start();
      begun.start(
          new Consumer(
              "c",
              Set.of(),
              Set.of(Lane.LANE_FINANCIAL),
              io.crossdock.ledger.event.Position.START,
              new Effects("c"),
              QUICK,
              4));
      return begun;
    }
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

  private static void delete(Path dir) throws java.io.IOException {
    try (var files = Files.walk(dir)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
