package io.crossdock.gateway.connector;

import io.crossdock.gateway.pipeline.EventLoops;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One process of a connector: a connection from each event loop, so that a call stays on the loop it
 * came in on.
 *
 * <p>gRPC keeps the connections: keep-alive probes, the standard health protocol (a process that
 * says NOT_SERVING gets no calls), reconnection. Its back-off grows up to two minutes; a till cannot
 * wait that long for a restarted connector, so a lost connection is tried again every second.
 */
final class Instance {

  private static final Duration RECONNECT = Duration.ofSeconds(1);
  private static final Map<String, ?> HEALTH_CHECKED =
      Map.of(
          "loadBalancingConfig", List.of(Map.of("round_robin", Map.of())),
          "healthCheckConfig", Map.of("serviceName", ""));

  private final String address;
  private final EventLoops loops;
  private final ManagedChannel[] channels;
  private final ConnectivityState[] states;
  private volatile boolean closing;
  private volatile Instant since = Instant.now();

  Instance(String address, Duration keepAlive, int maxMessageBytes, EventLoops loops) {
    this.address = address;
    this.loops = loops;
    this.channels = new ManagedChannel[loops.count()];
    this.states = new ConnectivityState[loops.count()];
    for (int i = 0; i < channels.length; i++) {
      EventLoop loop = loops.loop(i);
      states[i] = ConnectivityState.IDLE;
      channels[i] =
          NettyChannelBuilder.forTarget("dns:///" + address)
              .usePlaintext()
              .directExecutor()
              .eventLoopGroup(loop)
              .channelType(NioSocketChannel.class)
              .maxInboundMessageSize(maxMessageBytes)
              .keepAliveTime(keepAlive.toMillis(), TimeUnit.MILLISECONDS)
              .keepAliveTimeout(5, TimeUnit.SECONDS)
              .keepAliveWithoutCalls(true)
              .idleTimeout(3650, TimeUnit.DAYS)
              .disableRetry()
              .disableServiceConfigLookUp()
              .defaultServiceConfig(HEALTH_CHECKED)
              .build();
    }
  }

  /** Opens the connections; they stay open until {@link #close}. */
  void connect() {
    for (int i = 0; i < channels.length; i++) {
      int index = i;
      loops.loop(i).execute(() -> watch(index));
    }
  }

  String address() {
    return address;
  }

  /** The connection that belongs to an event loop. */
  ManagedChannel channel(int loop) {
    return channels[loop];
  }

  /** State of an event loop's connection, as that loop saw it last. */
  ConnectivityState state(int loop) {
    return states[loop];
  }

  /** When a connection last changed its state. */
  Instant since() {
    return since;
  }

  /** Lets calls in flight end and closes the connections. */
  void close() {
    closing = true;
    for (ManagedChannel channel : channels) {
      channel.shutdown();
    }
  }

  private void watch(int loop) {
    ManagedChannel channel = channels[loop];
    ConnectivityState state = channel.getState(true);
    if (state != states[loop]) {
      states[loop] = state;
      since = Instant.now();
    }
    if (closing || state == ConnectivityState.SHUTDOWN) {
      return;
    }
    if (state == ConnectivityState.TRANSIENT_FAILURE) {
      var _ =
          loops
              .loop(loop)
              .schedule(channel::resetConnectBackoff, RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
    }
    channel.notifyWhenStateChanged(state, () -> loops.loop(loop).execute(() -> watch(loop)));
  }
}
