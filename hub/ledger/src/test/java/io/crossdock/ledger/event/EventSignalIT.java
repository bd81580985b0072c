package io.crossdock.ledger.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.policy.v1.Lane;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EventSignalIT {

  @TempDir Path dir;

  @Test
  void whatAnotherNodeWritesIsSeenAtAPaceWhateverIsWrittenHere() throws Exception {
    Database database = TestLedger.create(Engine.POSTGRESQL, dir);
    AtomicBoolean stop = new AtomicBoolean();
    List<Long> millis = new ArrayList<>();
    try (Store here = Store.open(database, 2);
        Store there = Store.open(database, 1)) {
      EventLog log = log(here);
      EventLog other = log(there);
      Semaphore woken = new Semaphore(0);
      try (EventSignal signal = EventSignal.start(log, Duration.ofMillis(50))) {
        var _ = signal.listen(List.of(Lane.LANE_FINANCIAL), woken::release);
        Thread writer =
            Thread.ofPlatform()
                .start(() -> {
                  for (int i = 0; !stop.get(); i++) {
                    var _ = log.append(List.of(Events.stock("SKU-" + i % 100).build()));
                  }
                });
        for (int i = 0; i < 40; i++) {
          var _ = woken.drainPermits();
          long from = System.nanoTime();
          var _ = other.append(List.of(Events.posting("PO-" + i).build()));
          // Reads only when it is woken, as consumers do.
          do {
            assertThat(woken.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
          } while (postings(log) <= i);
          millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from));
        }
        stop.set(true);
        writer.join();
      }
    }

    millis.sort(null);
    // Looked for every 50 ms; the machine may be busy.
    assertThat(millis.get(millis.size() / 2)).as(millis.toString()).isLessThan(150);
    assertThat(millis.getLast()).as(millis.toString()).isLessThan(1_000);
  }

  private static int postings(EventLog log) {
    return log.read(Lane.LANE_FINANCIAL, 0, Selection.ALL, 100).events().size();
  }

  private static EventLog log(Store store) {
    return new EventLog(store, EventCatalogue.ofBuild(), Clock.systemUTC());
  }
}
