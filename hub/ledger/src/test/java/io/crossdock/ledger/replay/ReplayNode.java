package io.crossdock.ledger.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Consumers;
import io.crossdock.ledger.consumer.DeliveryContext;
import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.consumer.Effects;
import io.crossdock.ledger.consumer.LogTransport;
import io.crossdock.ledger.consumer.RetryPolicy;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Position;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.ops.v1.StartReplayRequest;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;

/**
 * A node in a process of its own, with a consumer {@code c} that tells the ids of the events that
 * come again. It tells {@code ready}; told {@code start} it starts a replay of everything, told
 * {@code status} it tells how that ended.
 */
final class ReplayNode {

  private static final int PER_SECOND = 1_000;

  private ReplayNode() {}

  public static void main(String[] args) throws Exception {
    Clock clock = Clock.systemUTC();
    Store store = Store.open(TestLedger.at(args[0]), 2);
    EventCatalogue catalogue = EventCatalogue.ofBuild();
    EventLog log = new EventLog(store, catalogue, clock);
    EventSignal signal = EventSignal.start(log, Duration.ofMillis(50));
    Leases leases = Leases.start(store, Duration.ofSeconds(1));
    DeadLetters deadLetters = new DeadLetters(store, catalogue, clock);
    Consumers consumers =
        Consumers.open(
            DeliveryContext.of(store, deadLetters, clock, leases.node(), Duration.ofSeconds(1)),
            new LogTransport(log, signal));
    // The regular delivery is through with them.
    Position start = log.tail();
    Effect.Outward effect =
        event -> {
          if (event.id() > start.id(event.lane())) {
            throw new FailureException(Reason.REASON_INTERNAL, "Not one of the past.");
          }
          System.out.println(event.envelope().getEventId());
        };
    consumers.start(
        new Consumer(
            "c", Set.of(), Set.copyOf(EventLog.LANES), start, effect, RetryPolicy.USUAL, 1));
    System.out.println("ready");
    Replayer replayer = Replayer.start(store, log, leases, deadLetters, consumers, clock);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      switch (line) {
        case "start" -> start(store, replayer, start.id(EventLog.LANES.getFirst()));
        case "status" -> tell(replayer);
        default -> throw new IllegalArgumentException(line);
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private static void start(Store store, Replayer replayer, long upTo) {
    StartReplayRequest request =
        StartReplayRequest.newBuilder()
            .setConsumer("c")
            .setSelection(ReplaySelection.newBuilder().setOccurredFrom(Timestamps.fromMillis(0)))
            .setEventsPerSecond(PER_SECOND)
            .build();
    var _ =
        store.write(connection -> {
          long id = replayer.replays().start(connection, request, 0, upTo).orElseThrow();
          replayer.schedule(connection, id);
          return id;
        });
    replayer.scheduled();
  }

  private static void tell(Replayer replayer) {
    Effects.await(
        "it is over", () -> replayer.replays().list("", 99, 1).getFirst().endedAt().isPresent());
    ReplayRecord replay = replayer.replays().list("", 99, 1).getFirst();
    System.out.println(replay.status() + " " + replay.progress().delivered());
  }
}
