package io.crossdock.ledger.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  @Test
  void spreadsEventsEvenly() {
    RateLimiter pace = new RateLimiter(50, 0);
    long now = 0;

    for (int event = 0; event < 100; event++) {
      now += pace.next(now);
      assertThat(now).isEqualTo(20L * event * MILLI);
    }
  }

  @Test
  void whatWasIdleHasNoBurstToGive() {
    RateLimiter pace = new RateLimiter(1_000, 0);
    var _ = pace.next(0);
    long now = 10 * SECOND;

    int atOnce = 0;
    while (pace.next(now) == 0) {
      atOnce++;
    }

    // Two milliseconds' worth, so that a thread that wakes late keeps the rate.
    assertThat(atOnce).isBetween(1, 4);
  }

  @Test
  void withoutABoundNobodyWaits() {
    RateLimiter pace = new RateLimiter(0, 0);

    assertThat(pace.next(0)).isZero();
    assertThat(pace.next(0)).isZero();
  }
}
