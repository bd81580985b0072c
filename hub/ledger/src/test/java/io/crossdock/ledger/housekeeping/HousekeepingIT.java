package io.crossdock.ledger.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.crossdock.ledger.consumer.Effects;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.Retention;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.offline.Authorisation;
import io.crossdock.ledger.offline.Limits;
import io.crossdock.ledger.offline.OfflineAuthorisations;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.SettableClock;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.policy.v1.Lane;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
class HousekeepingIT {

  private static final Duration OFTEN = Duration.ofMillis(50);
  private static final Map<Lane, Duration> AGES =
      Map.of(Lane.LANE_STOCK, Duration.ofDays(7), Lane.LANE_FINANCIAL, Duration.ofDays(366));

  private final Engine engine;
  private final SettableClock clock = new SettableClock();
  @TempDir Path dir;
  private Store store;
  private EventLog log;
  private Leases leases;

  HousekeepingIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() throws Exception {
    store = TestLedger.open(engine, dir);
    log = new EventLog(store, EventCatalogue.ofBuild(), clock);
    leases = Leases.start(store, Duration.ofSeconds(1));
  }

  @AfterEach
  void close() {
    leases.close();
    store.close();
  }

  @Test
  void whatIsOverIsForgottenWhenItsTimeHasComeAndNothingElse() throws Exception {
    Idempotency idempotency = new Idempotency(store, clock);
    OfflineAuthorisations offline = new OfflineAuthorisations(store, clock);
    // More than one step.
    for (int i = 0; i < 1_100; i++) {
      var _ = idempotency.claim("op", "r" + i, new byte[] {1}, "me", Duration.ofSeconds(1));
    }
    var _ =
        offline.record(
            new Authorisation(
                "op", "r1", ByteString.EMPTY, "M-1", "EU-001", 10, "", clock.instant()),
            new Limits(100, 100, 100));
    var _ = log.append(List.of(Events.stock("SKU-1").build(), Events.posting("PO-1").build()));
    clock.advance(Duration.ofDays(8));
    var _ = log.append(List.of(Events.stock("SKU-2").build()));
    var _ = idempotency.claim("op", "new", new byte[] {1}, "me", Duration.ofSeconds(1));

    try (Housekeeping _ = start(store, leases)) {
      Effects.await("old stock is archived", () -> stock() == 1);
      Effects.await("old answers are gone", () -> count("idempotency") == 1);
      Effects.await("old counts are gone", () -> count("offline_exposure") == 0);
    }

    assertThat(log.read(Lane.LANE_FINANCIAL, 0, Selection.ALL, 10).events()).hasSize(1);
    assertThat(count("offline_authorisations")).isEqualTo(1);
    try (Stream<Path> files = Files.list(dir.resolve("archive"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactly("stock-1-1.events.gz");
    }
  }

  @Test
  void itIsDoneAgainAndAgainByOneOfTheNodes() {
    Leases others = Leases.start(store, Duration.ofSeconds(1));
    Housekeeping first = start(store, leases);
    try (Housekeeping _ = start(store, others)) {
      for (int i = 0; i < 5; i++) {
        forgetsWhatIsOver(i);
      }
      assertThat(count("work")).isEqualTo(1);
      first.close();
      forgetsWhatIsOver(99);
    } finally {
      first.close();
      others.close();
    }
  }

  @Test
  void anArchiveThatCannotBeWrittenLosesNothingAndHoldsNothingUp() throws Exception {
    Files.writeString(dir.resolve("archive"), "a file where a directory should be");
    var _ = log.append(List.of(Events.stock("SKU-1").build(), Events.stock("SKU-2").build()));
    clock.advance(Duration.ofDays(8));

    try (Housekeeping _ = start(store, leases)) {
      forgetsWhatIsOver(1);
      assertThat(stock()).isEqualTo(2);
      Files.delete(dir.resolve("archive"));
      Effects.await("old stock is archived", () -> stock() == 1);
    }
  }

  private void forgetsWhatIsOver(int number) {
    var _ =
        new Idempotency(store, clock)
            .claim("op", "r" + number, new byte[] {1}, "me", Duration.ofSeconds(1));
    clock.advance(Duration.ofDays(3));
    Effects.await("it is forgotten", () -> count("idempotency") == 0);
  }

  private Housekeeping start(Store store, Leases leases) {
    return Housekeeping.start(
        store,
        log,
        leases,
        new Retention(log, dir.resolve("archive"), List.of()),
        AGES,
        OFTEN,
        clock);
  }

  private int stock() {
    return log.read(Lane.LANE_STOCK, 0, Selection.ALL, 10).events().size();
  }

  private int count(String table) {
    return store.read(connection -> {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
        row.next();
        return row.getInt(1);
      }
    });
  }
}
