package io.crossdock.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.LoopWatchdog.Stall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LoopWatchdogTest {

  private static final Operation GET_BALANCE =
      BuildContracts.operation("LoyaltyService/GetBalance");

  private final EventLoops loops = new EventLoops(2);
  private final List<Stall> stalls = new ArrayList<>();
  private long now = TimeUnit.SECONDS.toNanos(1);
  private final LoopWatchdog watchdog = new LoopWatchdog(loops, () -> now, stalls::add);

  @AfterEach
  void stop() {
    loops.close();
  }

  @Test
  void saysNothingWhileEveryLoopIsAlive() {
    for (int i = 0; i < 100; i++) {
      pass(1);
      watchdog.beat(0);
      watchdog.beat(1);
    }

    assertThat(stalls).isEmpty();
  }

  @Test
  void tellsOnceOfALoopThatStandsStillAndOfItsOperation() {
    loops.enter(1, GET_BALANCE);

    for (int i = 0; i < 20; i++) {
      watchdog.beat(0);
      pass(1);
    }

    assertThat(stalls).hasSize(1);
    assertThat(stalls.getFirst().loop()).isEqualTo(1);
    assertThat(stalls.getFirst().operation())
        .isEqualTo("crossdock.loyalty.v1.LoyaltyService/GetBalance");
    assertThat(stalls.getFirst().nanos()).isEqualTo(LoopWatchdog.LIMIT_NANOS);
  }

  @Test
  void tellsOfTheNextStallToo() {
    for (int stall = 0; stall < 2; stall++) {
      for (int i = 0; i < 10; i++) {
        watchdog.beat(0);
        pass(1);
      }
      watchdog.beat(1);
      watchdog.beat(0);
      pass(1);
    }

    assertThat(stalls).hasSize(2);
    assertThat(stalls.getLast().operation()).isEqualTo(EventLoops.NO_CALL);
  }

  @Test
  void blamesNoOperationWhenTheWholeProcessStoodStill() {
    loops.enter(0, GET_BALANCE);

    pass(50);

    assertThat(stalls).hasSize(1);
    assertThat(stalls.getFirst().operation()).isEqualTo(LoopWatchdog.PROCESS);
    pass(1);
    assertThat(stalls).hasSize(1);
  }

  @Test
  void noticesARealLoopThatIsHeldUp() throws Exception {
    BlockingQueue<Stall> seen = new LinkedBlockingQueue<>();
    CountDownLatch release = new CountDownLatch(1);
    try (LoopWatchdog real = new LoopWatchdog(loops, seen::add)) {
      real.start();
      loops
          .loop(0)
          .execute(() -> {
            loops.enter(0, GET_BALANCE);
            awaitQuietly(release);
          });

      Stall stall = seen.poll(20, TimeUnit.SECONDS);
      while (stall != null && stall.loop() != 0) {
        stall = seen.poll(20, TimeUnit.SECONDS);
      }

      assertThat(stall).isNotNull();
      assertThat(stall.operation()).isEqualTo("crossdock.loyalty.v1.LoyaltyService/GetBalance");
      assertThat(stall.at()).isNotEmpty();
    } finally {
      release.countDown();
    }
  }

  private void pass(int periods) {
    now += periods * LoopWatchdog.PERIOD_NANOS;
    watchdog.look();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
