package io.crossdock.estate.fault;

import io.crossdock.estate.fault.Faults.Latency;
import io.crossdock.estate.fault.Faults.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Decides for each request of one backend what is done to it, and keeps those that hang. Safe for
 * any thread.
 */
public final class Sabotage {

  private Faults faults = Faults.NONE;
  private SplittableRandom random = new SplittableRandom();
  private long left = Long.MAX_VALUE;
  private double tokens;
  private long tokensAtNanos;
  private final Set<Runnable> hanging = new LinkedHashSet<>();

  /**
   * What is done to one request.
   *
   * @param retryAfterSeconds refused by the rate limit, come back then
   * @param errorStatus answered with it
   */
  public record Plan(
      Duration delay,
      OptionalLong retryAfterSeconds,
      Outage outage,
      boolean hang,
      int errorStatus,
      OptionalLong errorRetryAfterSeconds,
      boolean after,
      boolean twice) {

    public static final Plan NONE =
        new Plan(
            Duration.ZERO,
            OptionalLong.empty(),
            Outage.NONE,
            false,
            0,
            OptionalLong.empty(),
            false,
            false);
  }

  public synchronized Faults faults() {
    return faults;
  }

  /** Sets new faults; what hung under the old ones goes on. */
  public void set(Faults next) {
    List<Runnable> released;
    synchronized (this) {
      faults = next;
      random =
          next.seed().isPresent()
              ? new SplittableRandom(next.seed().getAsLong())
              : new SplittableRandom();
      left = next.times().orElse(Long.MAX_VALUE);
      tokens = next.rateLimit() == null ? 0 : (double) next.rateLimit().burst();
      tokensAtNanos = System.nanoTime();
      released = new ArrayList<>(hanging);
      hanging.clear();
    }
    released.forEach(Runnable::run);
  }

  /** Keeps a request until other faults are set. */
  public synchronized void hang(Runnable goOn) {
    hanging.add(goOn);
  }

  /** Forgets a request whose caller has gone. */
  public synchronized void forget(Runnable goOn) {
    hanging.remove(goOn);
  }

  public synchronized int hangingCount() {
    return hanging.size();
  }

  public synchronized Plan plan(String method, String path, boolean writes) {
    if (left == 0 || !faults.strike(method, path)) {
      return Plan.NONE;
    }
    left--;
    Faults now = faults;
    Duration delay = delay(now.latency());
    boolean fails = now.error() != null && random.nextDouble() < now.error().rate();
    return new Plan(
        delay,
        now.rateLimit() == null ? OptionalLong.empty() : takeToken(now.rateLimit()),
        now.outage(),
        now.hang(),
        fails && now.error() != null ? now.error().status() : 0,
        now.error() == null ? OptionalLong.empty() : now.error().retryAfterSeconds(),
        now.after(),
        now.duplicateWrites() && writes);
  }

  private Duration delay(@Nullable Latency latency) {
    return switch (latency) {
      case null -> Duration.ZERO;
      case Latency.Fixed fixed -> {
        double jitter =
            fixed.jitterMs() == 0 ? 0 : (random.nextDouble() * 2 - 1) * (double) fixed.jitterMs();
        yield Duration.ofMillis(Math.max(0, fixed.fixedMs() + Math.round(jitter)));
      }
      case Latency.Percentiles percentiles ->
          Duration.ofMillis(at(percentiles, random.nextDouble() * 100));
    };
  }

  /** The latency at a percentile: a straight line between the given ones. */
  private static long at(Latency.Percentiles latency, double percentile) {
    double fromPercentile = 0;
    long fromMs = 0;
    for (Latency.Percentile step : latency.steps()) {
      if (percentile <= step.percentile()) {
        double share =
            step.percentile() == fromPercentile
                ? 1
                : (percentile - fromPercentile) / (step.percentile() - fromPercentile);
        return fromMs + Math.round(share * (double) (step.ms() - fromMs));
      }
      fromPercentile = step.percentile();
      fromMs = step.ms();
    }
    return fromMs;
  }

  private OptionalLong takeToken(Faults.RateLimit limit) {
    long now = System.nanoTime();
    tokens =
        Math.min(
            (double) limit.burst(),
            tokens + (double) (now - tokensAtNanos) / 1e9 * limit.perSecond());
    tokensAtNanos = now;
    if (tokens >= 1) {
      tokens--;
      return OptionalLong.empty();
    }
    return OptionalLong.of(Math.max(1, (long) Math.ceil((1 - tokens) / limit.perSecond())));
  }
}
