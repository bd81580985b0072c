package io.crossdock.ledger.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeliveryBreakerTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final DeliveryBreaker breaker = new DeliveryBreaker();

  @Test
  void letsEventsThroughUntilTooManyInARowFail() {
    fail(DeliveryBreaker.IN_A_ROW - 1, 0);

    assertThat(breaker.waitNanos(0)).isZero();
    assertThat(breaker.deadLettered(0)).isTrue();
    assertThat(breaker.waitNanos(0)).isEqualTo(SECOND);
  }

  @Test
  void aSingleSuccessStartsTheCountAgain() {
    fail(DeliveryBreaker.IN_A_ROW - 1, 0);
    assertThat(breaker.taken()).isFalse();

    fail(DeliveryBreaker.IN_A_ROW - 1, 0);

    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void letsOneEventThroughAfterAPauseThatGrowsToAMinute() {
    fail(DeliveryBreaker.IN_A_ROW, 0);
    long now = 0;
    for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
      assertThat(breaker.waitNanos(now)).isEqualTo(seconds * SECOND);
      now += seconds * SECOND;
      assertThat(breaker.waitNanos(now)).isZero();
      assertThat(breaker.waitNanos(now)).isPositive();
      assertThat(breaker.deadLettered(now)).isFalse();
    }

    assertThat(breaker.taken()).isTrue();
    assertThat(breaker.waitNanos(now)).isZero();
  }

  private void fail(int times, long now) {
    for (int i = 0; i < times; i++) {
      var _ = breaker.deadLettered(now);
    }
  }
}
