package io.crossdock.runtime.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NettyMetricsTest {

  private final Telemetry telemetry = Telemetry.start("crossdock-test", Map.of());
  private final DefaultEventExecutorGroup loops = new DefaultEventExecutorGroup(2);

  @AfterEach
  void close() throws InterruptedException {
    Future<?> ended = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    ended.await();
    telemetry.close();
  }

  @Test
  void tellsWhatAnAllocatorHolds() {
    PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    try (NettyMetrics _ = NettyMetrics.ofAllocator(telemetry.openTelemetry(), allocator)) {
      assertThat(figure("crossdock_netty_memory_used_bytes", "crossdock_memory_kind=\"direct\""))
          .isZero();

      ByteBuf held = allocator.directBuffer(1024);

      assertThat(figure("crossdock_netty_memory_used_bytes", "crossdock_memory_kind=\"direct\""))
          .isEqualTo(allocator.metric().usedDirectMemory())
          .isPositive();
      assertThat(figure("crossdock_netty_memory_used_bytes", "crossdock_memory_kind=\"heap\""))
          .isZero();
      held.release();
    }
  }

  @Test
  void tellsHowManyTasksWaitForEachLoop() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    var loop = loops.iterator().next();
    try (NettyMetrics _ = NettyMetrics.ofEventLoops(telemetry.openTelemetry(), "server", loops)) {
      loop.execute(() -> {
        busy.countDown();
        awaitQuietly(release);
      });
      busy.await();
      loop.execute(() -> {});
      loop.execute(() -> {});

      assertThat(figure("crossdock_netty_tasks_pending", "crossdock_loop=\"0\"")).isEqualTo(2);
      assertThat(figure("crossdock_netty_tasks_pending", "crossdock_loop=\"1\"")).isZero();
      release.countDown();
    }
  }

  @Test
  void leavesTheMetricsWhenClosed() {
    NettyMetrics.of(telemetry.openTelemetry(), new PooledByteBufAllocator(true), "server", loops)
        .close();

    assertThat(telemetry.prometheusText()).doesNotContain("netty_");
  }

  @Test
  void refusesAnAllocatorThatCountsNothing() {
    ByteBufAllocator blind =
        (ByteBufAllocator)
            java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ByteBufAllocator.class},
                (_, _, _) -> "blind");

    assertThatThrownBy(() -> NettyMetrics.ofAllocator(telemetry.openTelemetry(), blind))
        .hasMessage("allocator: blind (expected: one that has metrics)");
  }

  private long figure(String name, String label) {
    Matcher matcher =
        Pattern.compile("(?m)^" + name + "\\{[^}]*" + Pattern.quote(label) + "[^}]*} (\\S+)$")
            .matcher(telemetry.prometheusText());
    assertThat(matcher.find()).as(name + " " + label).isTrue();
    return (long) Double.parseDouble(matcher.group(1));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
