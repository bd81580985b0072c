package io.crossdock.ledger.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
class IdempotencyIT {

  private static final String OPERATION = "crossdock.loyalty.v1.LoyaltyService/AccruePoints";
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final byte[] REQUEST = "accrue 10".getBytes(UTF_8);
  private static final byte[] ANSWER = "done".getBytes(UTF_8);

  private final Engine engine;
  @TempDir Path dir;
  private final SettableClock clock = new SettableClock();
  private Store store;
  private Idempotency idempotency;

  IdempotencyIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() throws Exception {
    store = TestLedger.open(engine, dir);
    idempotency = new Idempotency(store, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void theFirstClaimIsNewAndTheSecondIsInFlight() {
    assertThat(claim("r1", "a")).isInstanceOf(Claim.New.class);
    assertThat(claim("r1", "b")).isInstanceOf(Claim.InFlight.class);
    assertThat(claim("r2", "b")).isInstanceOf(Claim.New.class);
  }

  @Test
  void aRepetitionGetsTheFirstAnswer() {
    var _ = claim("r1", "a");

    assertThat(idempotency.complete(OPERATION, "r1", "a", ANSWER)).isTrue();

    assertThat(claim("r1", "b"))
        .isInstanceOfSatisfying(
            Claim.Done.class, done -> assertThat(done.answer()).isEqualTo(ANSWER));
  }

  @Test
  void theSameIdWithAnotherBodyIsAMistake() {
    var _ = claim("r1", "a");

    Claim other = idempotency.claim(OPERATION, "r1", "accrue 99".getBytes(UTF_8), "b", LEASE);

    assertThat(other).isInstanceOf(Claim.OtherRequest.class);
    clock.advance(LEASE);
    assertThat(idempotency.claim(OPERATION, "r1", "accrue 99".getBytes(UTF_8), "b", LEASE))
        .isInstanceOf(Claim.OtherRequest.class);
  }

  @Test
  void aDeadHoldersClaimIsTakenOverAfterItsLeaseAndItsLateAnswerRefused() {
    var _ = claim("r1", "dead");
    clock.advance(LEASE.minusMillis(1));
    assertThat(claim("r1", "next")).isInstanceOf(Claim.InFlight.class);

    clock.advance(Duration.ofMillis(1));

    assertThat(claim("r1", "next")).isInstanceOf(Claim.New.class);
    assertThat(idempotency.complete(OPERATION, "r1", "dead", ANSWER)).isFalse();
    assertThat(idempotency.complete(OPERATION, "r1", "next", ANSWER)).isTrue();
  }

  @Test
  void aReleasedClaimIsFreeAtOnce() {
    var _ = claim("r1", "a");

    assertThat(idempotency.release(OPERATION, "r1", "a")).isTrue();

    assertThat(claim("r1", "b")).isInstanceOf(Claim.New.class);
    assertThat(idempotency.release(OPERATION, "r1", "a")).isFalse();
  }

  @Test
  void anAnswerIsForgottenAfterFortyEightHours() {
    var _ = claim("r1", "a");
    var _ = idempotency.complete(OPERATION, "r1", "a", ANSWER);

    clock.advance(Idempotency.KEEP.minusMillis(1));
    assertThat(claim("r1", "b")).isInstanceOf(Claim.Done.class);
    assertThat(idempotency.expire(100)).isZero();
    clock.advance(Duration.ofMillis(1));

    assertThat(idempotency.expire(100)).isEqualTo(1);
    assertThat(claim("r1", "b")).isInstanceOf(Claim.New.class);
  }

  @Test
  void ofManyClaimsAtOnceExactlyOneIsNew() throws Exception {
    List<Future<Claim>> claims = new ArrayList<>();

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        String owner = "o" + i;
        claims.add(callers.submit(() -> claim("same", owner)));
      }
    }

    long won = claims.stream().filter(each -> each.resultNow() instanceof Claim.New).count();
    assertThat(won).isEqualTo(1);
  }

  private Claim claim(String requestId, String owner) {
    return idempotency.claim(OPERATION, requestId, REQUEST, owner, LEASE);
  }
}
