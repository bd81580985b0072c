package io.crossdock.runtime.telemetry;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells how much memory Netty holds and how far its event loops are behind. Read when metrics are
 * collected; costs a call nothing.
 *
 * <ul>
 *   <li>{@code crossdock.netty.memory.used}: bytes by {@code crossdock.memory.kind}, {@code direct}
 *       or {@code heap}.
 *   <li>{@code crossdock.netty.tasks.pending}: tasks by {@code crossdock.loop.group} and {@code
 *       crossdock.loop}.
 * </ul>
 */
public final class NettyMetrics implements AutoCloseable {

  private static final AttributeKey<String> KIND = AttributeKey.stringKey("crossdock.memory.kind");
  private static final AttributeKey<String> GROUP = AttributeKey.stringKey("crossdock.loop.group");
  private static final AttributeKey<Long> INDEX = AttributeKey.longKey("crossdock.loop");
  private static final Attributes DIRECT = Attributes.of(KIND, "direct");
  private static final Attributes HEAP = Attributes.of(KIND, "heap");

  private final List<ObservableLongGauge> instruments;

  private NettyMetrics(ObservableLongGauge... instruments) {
    this.instruments = List.of(instruments);
  }

  /**
   * Adds an allocator's memory; once for each process and allocator.
   *
   * @throws IllegalArgumentException when the allocator does not count what it hands out
   */
  public static NettyMetrics ofAllocator(OpenTelemetry telemetry, ByteBufAllocator allocator) {
    if (!(allocator instanceof ByteBufAllocatorMetricProvider provider)) {
      throw new IllegalArgumentException(
          "allocator: " + allocator + " (expected: one that has metrics)");
    }
    ByteBufAllocatorMetric metric = provider.metric();
    return new NettyMetrics(
        meter(telemetry)
            .gaugeBuilder("crossdock.netty.memory.used")
            .ofLongs()
            .setUnit("By")
            .setDescription("Memory that Netty's allocator holds.")
            .buildWithCallback(measurement -> {
              record(measurement, metric.usedDirectMemory(), DIRECT);
              record(measurement, metric.usedHeapMemory(), HEAP);
            }));
  }

  /**
   * Adds the event loops of a group.
   *
   * @param group name of the group. Example: {@code server}
   */
  public static NettyMetrics ofEventLoops(
      OpenTelemetry telemetry, String group, EventExecutorGroup loops) {
    List<SingleThreadEventExecutor> executors = new ArrayList<>();
    List<Attributes> attributes = new ArrayList<>();
    for (EventExecutor loop : loops) {
      if (loop instanceof SingleThreadEventExecutor executor) {
        attributes.add(Attributes.of(GROUP, group, INDEX, (long) executors.size()));
        executors.add(executor);
      }
    }
    return new NettyMetrics(
        meter(telemetry)
            .gaugeBuilder("crossdock.netty.tasks.pending")
            .ofLongs()
            .setUnit("{task}")
            .setDescription("Tasks that wait for an event loop.")
            .buildWithCallback(measurement -> {
              for (int i = 0; i < executors.size(); i++) {
                measurement.record(executors.get(i).pendingTasks(), attributes.get(i));
              }
            }));
  }

  /** Adds an allocator's memory and the event loops of a group. */
  public static NettyMetrics of(
      OpenTelemetry telemetry, ByteBufAllocator allocator, String group, EventExecutorGroup loops) {
    NettyMetrics memory = ofAllocator(telemetry, allocator);
    NettyMetrics tasks = ofEventLoops(telemetry, group, loops);
    return new NettyMetrics(memory.instruments.getFirst(), tasks.instruments.getFirst());
  }

  /** Takes the figures out of the metrics again. */
  @Override
  public void close() {
    instruments.forEach(ObservableLongGauge::close);
  }

  private static Meter meter(OpenTelemetry telemetry) {
    return telemetry.getMeter("io.crossdock.runtime.netty");
  }

  // An allocator that does not know says a negative number.
  private static void record(ObservableLongMeasurement measurement, long bytes, Attributes type) {
    if (bytes >= 0) {
      measurement.record(bytes, type);
    }
  }
}
