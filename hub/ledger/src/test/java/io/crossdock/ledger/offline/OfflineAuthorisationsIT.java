package io.crossdock.ledger.offline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.crossdock.ledger.offline.Decision.Accepted;
import io.crossdock.ledger.offline.Decision.Beyond;
import io.crossdock.ledger.offline.Decision.Limit;
import io.crossdock.ledger.offline.Decision.OtherRequest;
import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.SettableClock;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
class OfflineAuthorisationsIT {

  private static final String OPERATION = "crossdock.loyalty.v1.LoyaltyService/CommitRedemption";
  private static final Limits LIMITS = new Limits(500, 1_000, 1_500);

  private final Engine engine;
  @TempDir Path dir;
  private final SettableClock clock = new SettableClock();
  private Database database;
  private Store store;
  private OfflineAuthorisations offline;

  OfflineAuthorisationsIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() throws Exception {
    database = TestLedger.create(engine, dir);
    store = Store.open(database, 2);
    offline = new OfflineAuthorisations(store, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatIsAcceptedIsListedUntilTheOwnerSettlesIt() {
    assertThat(claim("r1", "M-1", "S-1", 100)).isInstanceOf(Accepted.class);
    clock.advance(Duration.ofSeconds(1));
    assertThat(claim("r2", "M-2", "S-1", 200)).isInstanceOf(Accepted.class);
    List<Authorisation> first = offline.open(null, 1);

    assertThat(first.getFirst().requestId()).isEqualTo("r1");
    assertThat(first.getFirst().request()).isEqualTo(request("M-1", 100));
    assertThat(offline.open(first.getFirst(), 10))
        .extracting(Authorisation::requestId)
        .containsExactly("r2");
    assertThat(settle("r1", true)).isTrue();
    assertThat(settle("r1", false)).isFalse();
    assertThat(settle("unknown", true)).isFalse();
    assertThat(settle("r2", false)).isTrue();
    assertThat(offline.open(null, 10)).isEmpty();
  }

  @Test
  void theSameRequestAgainCountsOnce() {
    Decision first = claim("r1", "M-1", "S-1", 400);
    clock.advance(Duration.ofSeconds(5));

    assertThat(claim("r1", "M-1", "S-1", 400)).isEqualTo(first);
    assertThat(claim("r1", "M-1", "S-1", 300)).isInstanceOf(OtherRequest.class);

    assertThat(claim("r2", "M-1", "S-1", 500)).isInstanceOf(Accepted.class);
    assertThat(claim("r3", "M-1", "S-1", 101)).isEqualTo(new Beyond(Limit.MEMBER_DAY));
    assertThat(claim("r4", "M-1", "S-1", 100)).isInstanceOf(Accepted.class);
  }

  @Test
  void eachLimitHoldsToTheLastUnit() {
    assertThat(claim("a", "M-1", "S-1", 501)).isEqualTo(new Beyond(Limit.EACH));
    assertThat(claim("b", "M-1", "S-1", 500)).isInstanceOf(Accepted.class);
    assertThat(claim("c", "M-1", "S-1", 500)).isInstanceOf(Accepted.class);
    assertThat(claim("d", "M-1", "S-1", 1)).isEqualTo(new Beyond(Limit.MEMBER_DAY));
    assertThat(claim("e", "M-2", "S-1", 500)).isInstanceOf(Accepted.class);
    assertThat(claim("f", "M-3", "S-1", 1)).isEqualTo(new Beyond(Limit.STORE_HOUR));

    // What the store's limit refused does not count for the member.
    assertThat(claim("g", "M-3", "S-2", 500)).isInstanceOf(Accepted.class);
    assertThat(claim("h", "M-3", "S-2", 500)).isInstanceOf(Accepted.class);
    assertThat(offline.open(null, 100)).hasSize(5);
  }

  @Test
  void aNewHourAndANewDayCountAnew() {
    var _ = claim("a", "M-1", "S-1", 500);
    var _ = claim("b", "M-1", "S-1", 500);
    var _ = claim("c", "M-2", "S-1", 500);

    clock.advance(Duration.ofHours(1).minusMillis(1));
    assertThat(claim("d", "M-3", "S-1", 1)).isEqualTo(new Beyond(Limit.STORE_HOUR));
    clock.advance(Duration.ofMillis(1));
    assertThat(claim("d", "M-3", "S-1", 1)).isInstanceOf(Accepted.class);
    assertThat(claim("e", "M-1", "S-1", 1)).isEqualTo(new Beyond(Limit.MEMBER_DAY));
    assertThat(offline.expire(100)).isEqualTo(1);

    clock.advance(Duration.ofHours(17));
    assertThat(claim("e", "M-1", "S-1", 1)).isInstanceOf(Accepted.class);
    assertThat(offline.expire(100)).isEqualTo(4);
  }

  @Test
  void manyClaimsAtOnceNeverExceedALimit() throws Exception {
    Store other = engine == Engine.POSTGRESQL ? Store.open(database, 1) : store;
    List<OfflineAuthorisations> nodes = List.of(offline, new OfflineAuthorisations(other, clock));
    List<Future<Decision>> member = new ArrayList<>();
    List<Future<Decision>> place = new ArrayList<>();

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        OfflineAuthorisations node = nodes.get(i % 2);
        String id = "m" + i;
        member.add(
            callers.submit(() -> node.record(wish("member-" + id, "M-1", "S-" + id, 70), LIMITS)));
        place.add(
            callers.submit(() -> node.record(wish("store-" + id, "M-" + id, "S-1", 70), LIMITS)));
      }
    }
    if (other != store) {
      other.close();
    }

    assertThat(accepted(member)).isEqualTo(1_000 / 70);
    assertThat(accepted(place)).isEqualTo(1_500 / 70);
    assertThat(offline.open(null, 1_000)).hasSize(1_000 / 70 + 1_500 / 70);
  }

  @Test
  void theSameRequestOnTwoNodesAtOnceIsOne() throws Exception {
    Store other = engine == Engine.POSTGRESQL ? Store.open(database, 1) : store;
    List<OfflineAuthorisations> nodes = List.of(offline, new OfflineAuthorisations(other, clock));
    List<Future<Decision>> decisions = new ArrayList<>();

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        OfflineAuthorisations node = nodes.get(i % 2);
        decisions.add(callers.submit(() -> node.record(wish("same", "M-1", "S-1", 400), LIMITS)));
      }
    }
    if (other != store) {
      other.close();
    }

    assertThat(decisions).allMatch(each -> each.resultNow() instanceof Accepted);
    assertThat(offline.open(null, 10)).hasSize(1);
    assertThat(claim("next", "M-1", "S-1", 500)).isInstanceOf(Accepted.class);
  }

  private Decision claim(String requestId, String member, String place, long amount) {
    return offline.record(wish(requestId, member, place, amount), LIMITS);
  }

  private Authorisation wish(String requestId, String member, String place, long amount) {
    return new Authorisation(
        OPERATION,
        requestId,
        request(member, amount),
        member,
        place,
        amount,
        "sale-1",
        clock.instant());
  }

  private static ByteString request(String member, long amount) {
    return ByteString.copyFromUtf8(member + " redeems " + amount);
  }

  private boolean settle(String requestId, boolean accepted) {
    return store.write(
        connection -> offline.settle(connection, OPERATION, requestId, accepted, "E-1"));
  }

  private static long accepted(List<Future<Decision>> decisions) {
    return decisions.stream().filter(each -> each.resultNow() instanceof Accepted).count();
  }
}
