package io.crossdock.ledger.replay;

import com.google.protobuf.util.Timestamps;
import io.crossdock.event.v1.EventEnvelope;
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
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.ops.v1.StartReplayRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Events per second of a replay on SQLite to a consumer whose outward effect does nothing, and of a
 * dry run. Arguments: directory on the disk to be measured, number of events.
 */
final class ReplayRate {

  private static final int RUNS = 4;

  private ReplayRate() {}

  public static void main(String[] args) throws Exception {
    Clock clock = Clock.systemUTC();
    Path dir = Files.createTempDirectory(Path.of(args[0]), "replay");
    int events = Integer.parseInt(args[1]);
    try (Store store = Store.open(new SqliteDatabase(dir), 4)) {
      EventCatalogue catalogue = EventCatalogue.ofBuild();
      EventLog log = new EventLog(store, catalogue, clock);
      for (int done = 0; done < events; done += 500) {
        List<EventEnvelope> batch = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          batch.add(Events.posting("PO-" + (done + i) % 10_000).build());
        }
        var _ = log.append(batch);
      }
      DeadLetters deadLetters = new DeadLetters(store, catalogue, clock);
      try (EventSignal signal = EventSignal.start(log, Duration.ofSeconds(1));
          Leases leases = Leases.start(store, Duration.ofSeconds(3));
          Consumers consumers =
              Consumers.open(
                  DeliveryContext.of(store, deadLetters, clock, leases.node(), Consumers.LEASE),
                  new LogTransport(log, signal));
          Replayer replayer = Replayer.start(store, log, leases, deadLetters, consumers, clock)) {
        Effect.Outward nothing = _ -> {};
        consumers.start(
            new Consumer(
                "c",
                Set.of(),
                Set.copyOf(EventLog.LANES),
                log.tail(),
                nothing,
                RetryPolicy.USUAL,
                1));
        for (int run = 0; run < RUNS; run++) {
          for (boolean dry : new boolean[] {false, true}) {
            System.out.printf(
                Locale.ROOT,
                "%s: %.0f events/s%n",
                dry ? "dry run" : "replay",
                rate(store, log, replayer, dry));
          }
        }
      }
    }
  }

  private static double rate(Store store, EventLog log, Replayer replayer, boolean dry) {
    StartReplayRequest request =
        StartReplayRequest.newBuilder()
            .setConsumer("c")
            .setSelection(ReplaySelection.newBuilder().setOccurredFrom(Timestamps.fromMillis(0)))
            .setDryRun(dry)
            .build();
    long upTo = log.newest();
    long begun = System.nanoTime();
    long id =
        store.write(connection -> {
          long started = replayer.replays().start(connection, request, 0, upTo).orElseThrow();
          replayer.schedule(connection, started);
          return started;
        });
    replayer.scheduled();
    Effects.await("the end", () -> replayer.replays().find(id).orElseThrow().endedAt().isPresent());
    double seconds = (System.nanoTime() - begun) / 1e9;
    return replayer.replays().find(id).orElseThrow().progress().matched() / seconds;
  }
}
