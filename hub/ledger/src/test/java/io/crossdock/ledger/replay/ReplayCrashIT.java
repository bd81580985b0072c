package io.crossdock.ledger.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.store.ChildProcess;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that are real processes, killed in the middle of a replay. */
@ParameterizedClass
@EnumSource(Engine.class)
@Timeout(120)
class ReplayCrashIT {

  private static final int EVENTS = 3_000;
  // What is done between two notes is done again: half a second's worth, and some for a busy
  // machine.
  private static final int AGAIN = 1_500;
  private static final long START_SECONDS = 60;

  private final Engine engine;
  @TempDir Path dir;

  ReplayCrashIT(Engine engine) {
    this.engine = engine;
  }

  @Test
  void aReplayWhoseNodeIsKilledGoesOnFromTheLastNoteAndLosesNothing() throws Exception {
    String address = TestLedger.address(engine, dir);
    List<String> published = publish(address);
    List<String> first = new ArrayList<>();
    try (ChildProcess node = ready(address)) {
      node.tell("start");
      while (first.size() < EVENTS / 2) {
        first.add(node.next(START_SECONDS));
      }
      first.addAll(node.kill());
    }
    assertThat(first).isEqualTo(published.subList(0, first.size()));
    assertThat(first.size()).isLessThan(EVENTS);

    List<String> second = new ArrayList<>();
    try (ChildProcess node = ready(address)) {
      while (second.isEmpty() || !second.getLast().equals(published.getLast())) {
        second.add(node.next(START_SECONDS));
      }
      // It tells an event before it notes it, so it is asked once more when all is noted.
      node.tell("status");
      assertThat(node.next(START_SECONDS)).isEqualTo("COMPLETED " + EVENTS);
    }

    int from = published.indexOf(second.getFirst());
    assertThat(from).isBetween(first.size() - AGAIN, first.size());
    assertThat(second).isEqualTo(published.subList(from, EVENTS));
  }

  private List<String> publish(String address) throws Exception {
    List<String> ids = new ArrayList<>();
    try (Store store = Store.open(TestLedger.at(address), 1)) {
      EventLog log = new EventLog(store, EventCatalogue.ofBuild(), Clock.systemUTC());
      while (ids.size() < EVENTS) {
        List<EventEnvelope> batch = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          batch.add(Events.posting("PO-" + i).build());
        }
        var _ = log.append(batch);
        batch.forEach(event -> ids.add(event.getEventId()));
      }
    }
    return ids;
  }

  private static ChildProcess ready(String address) throws Exception {
    ChildProcess node = ChildProcess.start(ReplayNode.class, address);
    String line = node.next(START_SECONDS);
    assertThat(line).isEqualTo("ready");
    return node;
  }
}
