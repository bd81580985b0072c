package io.crossdock.gateway.telemetry;

import io.crossdock.gateway.pipeline.EventLoops;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import java.util.List;

/** Tells how much memory Netty holds and how far the event loops are behind. */
public final class NettyMetrics implements AutoCloseable {

  private static final AttributeKey<String> KIND = AttributeKey.stringKey("crossdock.memory.kind");
  private static final AttributeKey<Long> LOOP = AttributeKey.longKey("crossdock.loop");

  private final List<ObservableLongGauge> gauges;

  /** Begins to tell. */
  public NettyMetrics(OpenTelemetry telemetry, ByteBufAllocatorMetric memory, EventLoops loops) {
    Meter meter = telemetry.getMeter("io.crossdock.gateway");
    this.gauges =
        List.of(
            meter
                .gaugeBuilder("crossdock.netty.memory.used")
                .ofLongs()
                .setDescription("Memory that Netty's buffer pool holds")
                .setUnit("By")
                .buildWithCallback(measurement -> {
                  measurement.record(memory.usedDirectMemory(), Attributes.of(KIND, "direct"));
                  measurement.record(memory.usedHeapMemory(), Attributes.of(KIND, "heap"));
                }),
            meter
                .gaugeBuilder("crossdock.netty.tasks.pending")
                .ofLongs()
                .setDescription("Tasks that wait for their event loop")
                .setUnit("{task}")
                .buildWithCallback(measurement -> {
                  for (int i = 0; i < loops.count(); i++) {
                    EventLoop loop = loops.loop(i);
                    if (loop instanceof SingleThreadEventExecutor executor) {
                      measurement.record(executor.pendingTasks(), Attributes.of(LOOP, (long) i));
                    }
                  }
                }));
  }

  @Override
  public void close() {
    gauges.forEach(ObservableLongGauge::close);
  }
}
