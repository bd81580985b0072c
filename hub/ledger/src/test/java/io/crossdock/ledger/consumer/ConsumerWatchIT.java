package io.crossdock.ledger.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.policy.v1.Lane;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the consumers have still to do, and what nobody reads. */
@Timeout(60)
class ConsumerWatchIT {

  private static final String POSTING = "crossdock.event.v1.PostingCompleted";
  private static final Lane MONEY = Lane.LANE_FINANCIAL;

  @TempDir Path dir;

  @ParameterizedTest
  @EnumSource(Engine.class)
  void onlyWhatAConsumerWantsIsItsLag(Engine engine) throws Exception {
    try (Store store = TestLedger.open(engine, dir)) {
      EventLog log = log(store);
      ConsumerPositions positions =
          new ConsumerPositions(store, Clock.systemUTC(), "n", Duration.ofSeconds(3));
      for (String consumer : List.of("all", "postings", "others")) {
        positions.ensureExists(consumer, MONEY, 0);
      }
      positions.setTypes("postings", Set.of(POSTING));
      positions.setTypes("others", Set.of("crossdock.event.v1.PaymentCaptured"));
      for (int i = 0; i < 3; i++) {
        var _ = log.append(List.of(Events.posting("PO-1").build()));
      }

      assertThat(Backlog.of(store, System.currentTimeMillis()))
          .extracting(Backlog::consumer, Backlog::waiting, Backlog::delivering)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("all", 3L, false),
              org.assertj.core.groups.Tuple.tuple("others", 0L, false),
              org.assertj.core.groups.Tuple.tuple("postings", 3L, false));
    }
  }

  @Test
  void whatNobodyReadsIsSaid() throws Exception {
    Clock clock = Clock.systemUTC();
    try (Store store = TestLedger.open(Engine.SQLITE, dir)) {
      EventLog log = log(store);
      EventSignal signal = EventSignal.start(log, Duration.ofMillis(50));
      DeadLetters deadLetters = new DeadLetters(store, log.catalogue(), clock);
      new ConsumerPositions(store, clock, "gone", Duration.ofSeconds(3))
          .ensureExists("gone", MONEY, 0);
      new ConsumerPositions(store, clock, "gone", Duration.ofSeconds(3))
          .setTypes("gone", Set.of(POSTING));
      try (Consumers consumers =
              Consumers.open(
                  DeliveryContext.of(store, deadLetters, clock, "here", Duration.ofSeconds(3)),
                  new LogTransport(log, signal));
          ConsumerWatch watch = ConsumerWatch.start(store, log, clock, Duration.ofMillis(20))) {
        consumers.start(
            new Consumer(
                "here",
                Set.of(POSTING),
                Set.of(MONEY),
                Position.START,
                (Effect.Outward) _ -> {},
                new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1)),
                1));
        var _ = log.append(List.of(Events.posting("PO-1").build(), Events.stock("1").build()));

        Effects.await("it is seen", () -> !watch.unattended().isEmpty());
        Effects.await("so is the type", () -> !watch.unwanted().isEmpty());

        assertThat(watch.unattended()).containsExactly(new ConsumerWatch.Lane("gone", MONEY));
        assertThat(watch.unwanted()).isEqualTo(Map.of("crossdock.event.v1.StockAdjusted", 1L));
        assertThat(watch.isFarBehind()).isFalse();
      } finally {
        signal.close();
      }
    }
  }

  private static EventLog log(Store store) {
    return new EventLog(store, EventCatalogue.ofBuild(), Clock.systemUTC());
  }
}
