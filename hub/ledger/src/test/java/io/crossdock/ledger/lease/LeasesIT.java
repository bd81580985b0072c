package io.crossdock.ledger.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
class LeasesIT {

  private static final Duration LENGTH = Duration.ofMillis(900);
  private static final ByteString PAYLOAD = ByteString.copyFromUtf8("step 1");

  private final Engine engine;
  @TempDir Path dir;
  private Database database;
  private Store store;
  private Leases leases;

  LeasesIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() throws Exception {
    database = TestLedger.create(engine, dir);
    store = Store.open(database, 2);
    leases = Leases.start(store, LENGTH);
  }

  @AfterEach
  void close() {
    leases.close();
    store.close();
  }

  @Test
  void workIsClaimedOnceAndInTheOrderThatItIsDue() {
    assertThat(schedule("b", Duration.ofMinutes(-1))).isTrue();
    assertThat(schedule("a", Duration.ofMinutes(-2))).isTrue();
    assertThat(schedule("later", Duration.ofMinutes(1))).isTrue();
    assertThat(schedule("a", Duration.ZERO)).isFalse();

    List<Lease> first = leases.claim("timer", 1);

    assertThat(first).extracting(Lease::id).containsExactly("a");
    assertThat(first.getFirst().payload()).isEqualTo(PAYLOAD);
    assertThat(first.getFirst().attempts()).isEqualTo(1);
    assertThat(leases.claim("timer", 10)).extracting(Lease::id).containsExactly("b");
    assertThat(leases.claim("timer", 10)).isEmpty();
    assertThat(leases.claim("other", 10)).isEmpty();
  }

  @Test
  void ofManyWhoClaimAtOnceEachGetsOther() throws Exception {
    for (int i = 0; i < 200; i++) {
      var _ = schedule("w" + i, Duration.ZERO);
    }
    Store other = engine == Engine.POSTGRESQL ? Store.open(database, 1) : store;
    List<Leases> nodes = List.of(leases, Leases.start(other, LENGTH));
    List<Future<List<Lease>>> claims = new ArrayList<>();

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 40; i++) {
        Leases node = nodes.get(i % 2);
        claims.add(callers.submit(() -> node.claim("timer", 5)));
      }
    }
    nodes.get(1).close();
    if (other != store) {
      other.close();
    }

    assertThat(claims.stream().flatMap(each -> each.resultNow().stream()).map(Lease::id))
        .hasSize(200)
        .doesNotHaveDuplicates();
  }

  @Test
  void aStepIsDoneOnceWithTheWorksEnd() {
    var _ = schedule("a", Duration.ZERO);
    Lease lease = leases.claim("timer", 1).getFirst();

    assertThat(leases.commit(lease, new Completion.Continue(), _ -> "one")).contains("one");
    assertThat(leases.commit(lease, new Completion.Done(), _ -> "two")).contains("two");

    assertThat(leases.commit(lease, new Completion.Done(), _ -> "three")).isEmpty();
    assertThat(lease.held()).isFalse();
    assertThat(schedule("a", Duration.ZERO)).isTrue();
  }

  @Test
  void aLeaseIsRenewedWhileTheNodeLives() {
    Leases other = Leases.start(store, LENGTH);
    var _ = schedule("a", Duration.ZERO);
    Lease lease = leases.claim("timer", 1).getFirst();

    long end = System.nanoTime() + LENGTH.multipliedBy(3).toNanos();
    while (System.nanoTime() < end) {
      assertThat(other.claim("timer", 1)).isEmpty();
    }

    assertThat(lease.held()).isTrue();
    assertThat(leases.commit(lease, new Completion.Done(), _ -> "done")).contains("done");
    other.close();
  }

  @Test
  void aLateWriterIsRefusedAfterTakeover() {
    var _ = schedule("a", Duration.ZERO);
    Leases late = Leases.start(store, LENGTH);
    Lease old = late.claim("timer", 1).getFirst();
    late.close();

    Lease taken = await(() -> leases.claim("timer", 1));

    assertThat(taken.fence()).isGreaterThan(old.fence());
    assertThat(taken.attempts()).isEqualTo(2);
    assertThat(old.held()).isFalse();
    assertThat(late.commit(old, new Completion.Done(), _ -> "late")).isEmpty();
    assertThat(leases.commit(taken, new Completion.Done(), _ -> "mine")).contains("mine");
  }

  @Test
  void aCancelledLeaseCannotCommitEvenWhenTheSameIdComesAgain() {
    var _ = schedule("a", Duration.ZERO);
    Lease old = leases.claim("timer", 1).getFirst();
    boolean cancelled = store.write(connection -> leases.cancel(connection, "timer", "a"));
    assertThat(cancelled).isTrue();
    assertThat(schedule("a", Duration.ZERO)).isTrue();
    Lease fresh = await(() -> leases.claim("timer", 1));

    assertThat(leases.commit(old, new Completion.Done(), _ -> "old")).isEmpty();
    assertThat(leases.commit(fresh, new Completion.Done(), _ -> "new")).contains("new");
  }

  @Test
  void whatIsDueAgainKeepsItsNewPayload() {
    var _ = schedule("a", Duration.ZERO);
    Lease first = leases.claim("timer", 1).getFirst();
    ByteString second = ByteString.copyFromUtf8("step 2");

    assertThat(
            leases.commit(
                first, new Completion.Reschedule(Duration.ofSeconds(3), second), _ -> true))
        .contains(true);

    assertThat(leases.claim("timer", 1)).isEmpty();
    Lease again = await(() -> leases.claim("timer", 1));
    assertThat(again.payload()).isEqualTo(second);
    assertThat(again.attempts()).isEqualTo(1);
    assertThat(leases.commit(again, new Completion.Retry(Duration.ZERO), _ -> true)).contains(true);
    assertThat(await(() -> leases.claim("timer", 1)).attempts()).isEqualTo(2);
  }

  @Test
  void aWorkerRepeatsWhatFailsAndGoesOnWithTheRest() throws Exception {
    BlockingQueue<String> done = new LinkedBlockingQueue<>();
    Worker worker =
        Worker.start(
            leases,
            "timer",
            2,
            lease -> {
              if (lease.id().equals("sick") && lease.attempts() < 3) {
                throw new IllegalStateException("attempt " + lease.attempts());
              }
              var _ =
                  leases.commit(
                      lease,
                      new Completion.Done(),
                      _ -> done.add(lease.id() + " " + lease.attempts()));
            });

    for (String id : List.of("sick", "a", "b", "c")) {
      var _ = schedule(id, Duration.ZERO);
    }
    worker.wake();

    List<String> told = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      told.add(done.poll(10, TimeUnit.SECONDS));
    }
    worker.close();
    assertThat(told).containsExactlyInAnyOrder("a 1", "b 1", "c 1", "sick 3");
    assertThat(told.getLast()).isEqualTo("sick 3");
  }

  private boolean schedule(String id, Duration delay) {
    return store.write(connection -> leases.schedule(connection, "timer", id, delay, PAYLOAD));
  }

  private static Lease await(Supplier<List<Lease>> claim) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (System.nanoTime() < end) {
      List<Lease> leases = claim.get();
      if (!leases.isEmpty()) {
        return leases.getFirst();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("nothing to claim within 10 s");
  }
}
