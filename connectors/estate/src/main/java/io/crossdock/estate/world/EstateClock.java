package io.crossdock.estate.world;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/** The estate's time: the real one, moved forward on demand. */
public final class EstateClock extends Clock {

  private final Clock real;
  private final LocalDate startDay;
  private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

  public EstateClock(Clock real) {
    this.real = real;
    this.startDay = LocalDate.ofInstant(real.instant(), ZoneOffset.UTC);
  }

  /** The day that computed data is relative to. */
  public LocalDate startDay() {
    return startDay;
  }

  /** A moment of a day relative to the first. */
  public Instant day(long days, int hour) {
    return startDay.plusDays(days).atTime(hour, 0).toInstant(ZoneOffset.UTC);
  }

  public void advance(Duration more) {
    ahead.updateAndGet(so -> so.plus(more));
  }

  public void reset() {
    ahead.set(Duration.ZERO);
  }

  @Override
  public Instant instant() {
    return real.instant().plus(ahead.get());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return Clock.fixed(instant(), zone);
  }
}
