package io.crossdock.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.gateway.wire.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class AnswerCacheTest {

  private static final long LIFE = Duration.ofSeconds(10).toNanos();

  private final AtomicLong clock = new AtomicLong(1_000);
  private final AnswerCache cache = new AnswerCache(100_000, clock::get);

  @Test
  void givesAnAnswerAgainWhileItLives() {
    keep("M-1", bytes("one"), LIFE);

    clock.addAndGet(LIFE - 1);

    assertThat(found("M-1")).isEqualTo("one");
  }

  @Test
  void forgetsAnAnswerAtTheInstantItsLifeEnds() {
    keep("M-1", bytes("one"), LIFE);
    keep("M-2", bytes("two"), LIFE + 1);

    clock.addAndGet(LIFE);

    assertThat(found("M-1")).isNull();
    assertThat(found("M-2")).isEqualTo("two");
  }

  @Test
  void forgetsTheTagsOfAnAnswerWhoseLifeEnded() {
    keep("M-1", bytes("one"), LIFE);

    clock.addAndGet(LIFE * 2);
    cache.statistics();

    assertThat(cache.tags()).isZero();
  }

  @Test
  void givesALaterAnswerItsOwnLife() {
    keep("M-1", bytes("one"), LIFE);
    clock.addAndGet(LIFE / 2);
    keep("M-1", bytes("two"), LIFE);

    clock.addAndGet(LIFE - 1);

    assertThat(found("M-1")).isEqualTo("two");
  }

  @Test
  void findsAnAnswerByItsTagsThatFollowedOneWhoseLifeEnded() {
    keep("M-1", bytes("one"), LIFE);
    clock.addAndGet(LIFE + 1);
    keep("M-1", bytes("two"), LIFE);

    int dropped = cache.invalidate("member/M-1");

    assertThat(dropped).isEqualTo(1);
    assertThat(found("M-1")).isNull();
  }

  @Test
  void keepsOperationsApart() {
    land(lead(new CacheKey(1, bytes("M-1")), "member/M-1"), bytes("balance"), LIFE);
    land(lead(new CacheKey(2, bytes("M-1")), "member/M-1"), bytes("account"), LIFE);

    AnswerCache.Entry entry = cache.find(new CacheKey(2, bytes("M-1")));

    assertThat(entry).isNotNull();
    assertThat(entry.body()).isEqualTo(bytes("account"));
  }

  @Test
  void staysWithinItsBytes() {
    for (int i = 0; i < 1_000; i++) {
      keep("M-" + i, new byte[1_000], LIFE);
    }

    AnswerCache.OperationStatistics total = cache.statistics().total();

    assertThat(total.bytes()).isBetween(50_000L, 100_000L);
    assertThat(total.evictions()).isEqualTo(1_000 - total.entries());
    assertThat(cache.tags()).isEqualTo((int) total.entries());
  }

  @Test
  void keepsNoAnswerThatIsLargerThanAllItsRoom() {
    keep("M-1", new byte[200_000], LIFE);

    cache.statistics();

    assertThat(found("M-1")).isNull();
    assertThat(cache.tags()).isZero();
  }

  @Test
  void dropsWhatATagLeadsTo() {
    keep("M-1", bytes("one"), LIFE);
    keep("M-2", bytes("two"), LIFE);

    int dropped = cache.invalidate("member/M-1");

    assertThat(dropped).isEqualTo(1);
    assertThat(found("M-1")).isNull();
    assertThat(found("M-2")).isEqualTo("two");
    assertThat(cache.tags()).isEqualTo(1);
    assertThat(cache.invalidate("member/M-1")).isZero();
    assertThat(cache.invalidate("member/unheard-of")).isZero();
  }

  @Test
  void dropsAnAnswerByAnyOfItsTags() {
    Flight flight = lead(key("M-1"), "member/M-1", "tier/GOLD");
    land(flight, bytes("one"), LIFE);

    assertThat(cache.invalidate("tier/GOLD")).isEqualTo(1);
    assertThat(found("M-1")).isNull();
    assertThat(cache.tags()).isZero();
  }

  @Test
  void dropsEverythingAtOnce() {
    keep("M-1", bytes("one"), LIFE);
    keep("M-2", bytes("two"), LIFE);
    Flight underWay = lead(key("M-3"), "member/M-3");

    int dropped = cache.invalidateAll();
    land(underWay, bytes("three"), LIFE);

    assertThat(dropped).isEqualTo(2);
    assertThat(found("M-1")).isNull();
    assertThat(found("M-3")).isNull();
    assertThat(cache.tags()).isZero();
  }

  @Test
  void letsTheSecondJoinTheFirst() {
    Flight first = lead(key("M-1"), "member/M-1");
    Flight own = new Flight(key("M-1"), List.of("member/M-1"), 0);

    assertThat(cache.joinOrLead(own)).isSameAs(first);
    assertThat(cache.joinOrLead(new Flight(key("M-2"), List.of(), 0)).key()).isEqualTo(key("M-2"));
  }

  @Test
  void letsTheNextLeadAfterALanding() {
    land(lead(key("M-1"), "member/M-1"), bytes("one"), LIFE);
    Flight own = new Flight(key("M-1"), List.of("member/M-1"), 0);

    assertThat(cache.joinOrLead(own)).isSameAs(own);
  }

  @Test
  void keepsNothingOfAFlightThatFailed() {
    cache.complete(lead(key("M-1"), "member/M-1"), null, List.of(), 0);

    assertThat(found("M-1")).isNull();
    assertThat(cache.tags()).isZero();
  }

  @Test
  void keepsAnOlderAnswerInReachWhenALaterFlightFails() {
    Flight second = lead(key("M-1"), "member/M-1");
    Flight first = new Flight(key("M-1"), List.of("member/M-1"), 0);
    cache.complete(first, Payload.of(bytes("one")), List.of(), LIFE);

    cache.complete(second, null, List.of(), 0);

    assertThat(found("M-1")).isEqualTo("one");
    assertThat(cache.invalidate("member/M-1")).isEqualTo(1);
  }

  @Test
  void keepsNoAnswerThatAWriteOvertook() {
    Flight flight = lead(key("M-1"), "member/M-1");

    cache.invalidate("member/M-1");
    land(flight, bytes("stale"), LIFE);

    assertThat(flight.isInvalidated()).isTrue();
    assertThat(found("M-1")).isNull();
    assertThat(cache.tags()).isZero();
  }

  @Test
  void letsNobodyJoinAFlightThatAWriteOvertook() {
    Flight stale = lead(key("M-1"), "member/M-1");
    cache.invalidate("member/M-1");

    Flight fresh = lead(key("M-1"), "member/M-1");
    land(stale, bytes("stale"), LIFE);
    land(fresh, bytes("fresh"), LIFE);

    assertThat(found("M-1")).isEqualTo("fresh");
    assertThat(cache.invalidate("member/M-1")).isEqualTo(1);
  }

  @Test
  void keepsALaterAnswerWhenAnOvertakenFlightLandsAfterIt() {
    Flight stale = lead(key("M-1"), "member/M-1");
    cache.invalidate("member/M-1");
    keep("M-1", bytes("fresh"), LIFE);

    land(stale, bytes("stale"), LIFE);

    assertThat(found("M-1")).isEqualTo("fresh");
    assertThat(cache.invalidate("member/M-1")).isEqualTo(1);
  }

  @Test
  void countsWhatHappened() {
    keep("M-1", bytes("one"), LIFE);
    cache.count(1, true);
    cache.count(1, true);
    cache.count(1, false);
    cache.count(7, false);
    cache.invalidate("member/M-1");

    AnswerCache.Statistics statistics = cache.statistics();

    assertThat(statistics.maxBytes()).isEqualTo(100_000);
    assertThat(statistics.operations().get(1))
        .isEqualTo(new AnswerCache.OperationStatistics(0, 0, 2, 1, 0, 1));
    assertThat(statistics.total()).isEqualTo(new AnswerCache.OperationStatistics(0, 0, 2, 2, 0, 1));
  }

  @Test
  @Timeout(60)
  void neverGivesAnAnswerOlderThanTheLastInvalidation() throws Exception {
    AtomicLong truth = new AtomicLong();
    AtomicLong oldestAllowed = new AtomicLong();
    AtomicLong found = new AtomicLong();
    AtomicBoolean done = new AtomicBoolean();
    Callable<Boolean> reader =
        () -> {
          while (!done.get()) {
            long allowed = oldestAllowed.get();
            AnswerCache.Entry entry = cache.find(key("M-1"));
            if (entry != null) {
              assertThat(ByteBuffer.wrap(entry.body()).getLong()).isGreaterThanOrEqualTo(allowed);
              found.incrementAndGet();
              continue;
            }
            Flight own = new Flight(key("M-1"), List.of("member/M-1"), 0);
            if (cache.joinOrLead(own) == own) {
              byte[] body = ByteBuffer.allocate(8).putLong(truth.get()).array();
              Thread.onSpinWait();
              land(own, body, LIFE);
            }
          }
          return true;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<Boolean>> readers =
          List.of(threads.submit(reader), threads.submit(reader), threads.submit(reader));
      try {
        for (int i = 0; i < 5_000 && readers.stream().noneMatch(Future::isDone); i++) {
          long written = truth.incrementAndGet();
          cache.invalidate("member/M-1");
          oldestAllowed.set(written);
          // Let an answer be found between some of the writes.
          long before = found.get();
          while (i % 10 == 0
              && found.get() == before
              && readers.stream().noneMatch(Future::isDone)) {
            Thread.onSpinWait();
          }
        }
      } finally {
        done.set(true);
      }

      for (Future<Boolean> each : readers) {
        assertThat(each.get(10, TimeUnit.SECONDS)).isTrue();
      }
    }
    assertThat(found.get()).isPositive();
    cache.invalidateAll();
    assertThat(cache.tags()).isZero();
  }

  private void keep(String member, byte[] body, long life) {
    land(lead(key(member), "member/" + member), body, life);
  }

  private Flight lead(CacheKey key, String... tags) {
    Flight own = new Flight(key, List.of(tags), 0);
    assertThat(cache.joinOrLead(own)).isSameAs(own);
    return own;
  }

  private void land(Flight flight, byte[] body, long life) {
    cache.complete(flight, Payload.of(body), List.of(), life);
  }

  private @Nullable String found(String member) {
    AnswerCache.Entry entry = cache.find(key(member));
    return entry == null ? null : new String(entry.body(), StandardCharsets.UTF_8);
  }

  private static CacheKey key(String member) {
    return new CacheKey(1, bytes(member));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
