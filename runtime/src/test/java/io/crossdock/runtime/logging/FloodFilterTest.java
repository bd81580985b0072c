package io.crossdock.runtime.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import io.crossdock.runtime.logging.FloodFilter.Bucket;
import org.junit.jupiter.api.Test;

class FloodFilterTest {

  private static final long SECOND = 1_000_000_000L;

  @Test
  void letsABurstPassAndCountsTheRest() {
    Bucket bucket = new Bucket();

    int passed = 0;
    for (int i = 0; i < 20_000; i++) {
      passed += bucket.take(0) >= 0 ? 1 : 0;
    }

    assertThat(passed).isEqualTo(FloodFilter.BURST);
    assertThat(bucket.take(SECOND)).isEqualTo(20_000 - FloodFilter.BURST);
  }

  @Test
  void refillsAtItsPaceAndNoFurtherThanABurst() {
    Bucket bucket = new Bucket();
    for (int i = 0; i < FloodFilter.BURST; i++) {
      assertThat(bucket.take(0)).isZero();
    }

    assertThat(passing(bucket, SECOND)).isEqualTo(FloodFilter.PER_SECOND);
    assertThat(passing(bucket, 3_600 * SECOND)).isEqualTo(FloodFilter.BURST);
  }

  @Test
  void keepsLoggersAndErrorsApart() {
    FloodFilter filter = new FloodFilter();

    for (int i = 0; i < 1_000; i++) {
      var _ = filter.decide(event("a.Flood", Level.WARN));
    }

    assertThat(filter.decide(event("a.Flood", Level.WARN))).isEqualTo(FilterReply.DENY);
    assertThat(filter.decide(event("a.Flood", Level.ERROR))).isEqualTo(FilterReply.NEUTRAL);
    assertThat(filter.decide(event("b.Other", Level.WARN))).isEqualTo(FilterReply.NEUTRAL);
  }

  private static int passing(Bucket bucket, long now) {
    int passing = 0;
    while (bucket.take(now) >= 0) {
      passing++;
    }
    return passing;
  }

  private static LoggingEvent event(String logger, Level level) {
    return new LoggingEvent(
        "test", new LoggerContext().getLogger(logger), level, "", null, new Object[0]);
  }
}
