package io.crossdock.ledger.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.policy.v1.Lane;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
@Timeout(120)
class RetentionIT {

  private static final Instant NOW = Instant.parse("2026-11-27T06:00:00Z");

  private final Engine engine;
  @TempDir Path dir;
  private Store store;

  RetentionIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() throws Exception {
    store = TestLedger.open(engine, dir);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatIsOldIsInAFileBeforeItIsForgottenAndOtherLanesStay() throws Exception {
    for (int hour = 0; hour < 10; hour++) {
      var _ =
          at(hour)
              .append(
                  List.of(
                      Events.posting("PO-" + hour).build(), Events.stock("SKU-" + hour).build()));
    }
    EventLog log = at(10);
    List<EventEnvelope> before = stock(log);
    Path archive = dir.resolve("archive");

    long forgotten =
        new Retention(log, archive, List.of())
            .keepFrom(Lane.LANE_STOCK, NOW.plus(Duration.ofHours(4)));

    assertThat(forgotten).isEqualTo(4);
    assertThat(stock(log)).isEqualTo(before.subList(4, 10));
    assertThat(archived(archive)).isEqualTo(before.subList(0, 4));
    assertThat(log.read(Lane.LANE_FINANCIAL, 0, Selection.ALL, 100).events()).hasSize(10);
  }

  @Test
  void aSecondRunGoesOnInAFileOfItsOwnAndAnIdleOneLeavesNothing() throws Exception {
    for (int hour = 0; hour < 10; hour++) {
      var _ = at(hour).append(List.of(Events.stock("SKU-1").build()));
    }
    EventLog log = at(10);
    List<EventEnvelope> before = stock(log);
    Path archive = dir.resolve("archive");
    Retention retention = new Retention(log, archive, List.of());
    var _ = retention.keepFrom(Lane.LANE_STOCK, NOW.plus(Duration.ofHours(3)));

    assertThat(retention.keepFrom(Lane.LANE_STOCK, NOW.plus(Duration.ofHours(3)))).isZero();
    assertThat(retention.keepFrom(Lane.LANE_STOCK, NOW.plus(Duration.ofHours(99)))).isEqualTo(6);

    // The newest event of the log always stays.
    assertThat(stock(log)).isEqualTo(before.subList(9, 10));
    assertThat(archived(archive)).isEqualTo(before.subList(0, 9));
    try (Stream<Path> files = Files.list(archive)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("stock-1-3.events.gz", "stock-4-9.events.gz");
    }
  }

  @Test
  void nothingIsMadeWhereNothingIsOld() throws Exception {
    EventLog log = at(0);
    var _ = log.append(List.of(Events.stock("SKU-1").build(), Events.stock("SKU-2").build()));
    Path archive = dir.resolve("archive");

    assertThat(new Retention(log, archive, List.of()).keepFrom(Lane.LANE_STOCK, NOW)).isZero();

    assertThat(archive).doesNotExist();
  }

  private EventLog at(int hour) {
    return new EventLog(
        store,
        EventCatalogue.ofBuild(),
        Clock.fixed(NOW.plus(Duration.ofHours(hour)), ZoneOffset.UTC));
  }

  private static List<EventEnvelope> stock(EventLog log) {
    return log.read(Lane.LANE_STOCK, 0, Selection.ALL, 1000).events().stream()
        .map(StoredEvent::envelope)
        .toList();
  }

  private static List<EventEnvelope> archived(Path archive) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(archive)) {
      files = all.sorted().toList();
    }
    List<EventEnvelope> events = new ArrayList<>();
    for (Path file : files) {
      try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
        for (EventEnvelope event = EventEnvelope.parseDelimitedFrom(in);
            event != null;
            event = EventEnvelope.parseDelimitedFrom(in)) {
          events.add(event);
        }
      }
    }
    return events;
  }
}
