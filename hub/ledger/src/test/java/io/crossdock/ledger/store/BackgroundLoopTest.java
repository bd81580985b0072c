package io.crossdock.ledger.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class BackgroundLoopTest {

  private final BlockingQueue<Integer> steps = new LinkedBlockingQueue<>();
  private final AtomicInteger count = new AtomicInteger();

  @Test
  void repeatsAStepThatFailedAndCountsIt() throws Exception {
    try (BackgroundLoop loop =
        BackgroundLoop.of(
            "failing",
            () -> {
              int step = count.incrementAndGet();
              steps.add(step);
              if (step < 3) {
                throw new IllegalStateException("not yet");
              }
              return BackgroundLoop.UNTIL_WOKEN;
            })) {
      loop.start();

      assertThat(steps.poll(10, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(steps.poll(10, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(steps.poll(10, TimeUnit.SECONDS)).isEqualTo(3);
      loop.wake();
      assertThat(steps.poll(10, TimeUnit.SECONDS)).isEqualTo(4);
      assertThat(loop.health()).isEqualTo(new BackgroundLoop.Health("failing", 2, ""));
      assertThat(BackgroundLoop.all()).contains(loop.health());
    }
    assertThat(BackgroundLoop.all()).noneMatch(each -> each.name().equals("failing"));
  }

  @Test
  void saysWhyItsLastStepFailed() throws Exception {
    CountDownLatch failed = new CountDownLatch(2);
    try (BackgroundLoop loop =
        BackgroundLoop.of(
            "ill",
            () -> {
              failed.countDown();
              throw new IllegalStateException("the disk is full");
            })) {
      loop.start();

      assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(loop.health().trouble()).isEqualTo("the disk is full");
    }
  }

  @Test
  void leavesAnErrorToTheHandlerThatEndsTheProcess() throws Exception {
    AtomicReference<Throwable> uncaught = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(1);
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((_, e) -> {
      uncaught.set(e);
      ended.countDown();
    });
    try (BackgroundLoop loop =
        BackgroundLoop.of(
            "dying",
            () -> {
              throw new OutOfMemoryError("a test");
            })) {
      loop.start();

      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(uncaught.get()).isInstanceOf(OutOfMemoryError.class);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void wakesWhoeverWaitsNextAndOnlyOnce() {
    Wakeup wakeup = new Wakeup();
    wakeup.wake();
    wakeup.wake();

    assertThat(wakeup.await(Duration.ofSeconds(10).toNanos())).isTrue();
    assertThat(wakeup.await(0)).isFalse();
  }
}
