package io.crossdock.gateway.connector;

import io.crossdock.config.v1.ConnectorTarget;
import io.crossdock.gateway.pipeline.EventLoops;
import io.grpc.Channel;
import io.grpc.ConnectivityState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connector and its processes; calls go to the ready ones in turn. */
public final class Connector {

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

  private final String name;
  private final List<Instance> instances;
  // One counter per event loop, so that no two threads share it.
  private final int[] turns;

  /**
   * One process of a connector.
   *
   * @param address host and port
   * @param state the best state that any event loop's connection has
   * @param since when a connection last changed its state
   */
  public record InstanceState(String address, ConnectivityState state, Instant since) {}

  Connector(ConnectorTarget target, int maxMessageBytes, EventLoops loops) {
    this.name = target.getName();
    Duration keepAlive =
        target.hasKeepAlive()
            ? Duration.ofSeconds(
                target.getKeepAlive().getSeconds(), target.getKeepAlive().getNanos())
            : KEEP_ALIVE;
    this.instances =
        target.getInstancesList().stream()
            .map(address -> new Instance(address, keepAlive, maxMessageBytes, loops))
            .toList();
    this.turns = new int[loops.count()];
  }

  /** Name that routes use. */
  public String name() {
    return name;
  }

  /** Its processes, in the order of the configuration. */
  public List<InstanceState> instances() {
    return instances.stream()
        .map(
            instance ->
                new InstanceState(instance.address(), best(instance), instance.since()))
        .toList();
  }

  /** Whether any process can take calls. */
  public boolean isReady() {
    return instances.stream().anyMatch(instance -> best(instance) == ConnectivityState.READY);
  }

  /**
   * A connection for one call: a ready process, else one that is just being connected to.
   *
   * @param loop the call's event loop
   * @return null when every process is down
   */
  @Nullable Channel pick(int loop) {
    int count = instances.size();
    int turn = turns[loop];
    turns[loop] = turn + 1 == count ? 0 : turn + 1;
    Instance connecting = null;
    for (int i = 0; i < count; i++) {
      Instance instance = instances.get(turn + i < count ? turn + i : turn + i - count);
      ConnectivityState state = instance.state(loop);
      if (state == ConnectivityState.READY) {
        return instance.channel(loop);
      }
      if (state == ConnectivityState.CONNECTING || state == ConnectivityState.IDLE) {
        connecting = instance;
      }
    }
    return connecting == null ? null : connecting.channel(loop);
  }

  void connect() {
    instances.forEach(Instance::connect);
  }

  void close() {
    instances.forEach(Instance::close);
  }

  private ConnectivityState best(Instance instance) {
    ConnectivityState best = ConnectivityState.SHUTDOWN;
    for (int i = 0; i < turns.length; i++) {
      ConnectivityState state = instance.state(i);
      if (rank(state) < rank(best)) {
        best = state;
      }
    }
    return best;
  }

  private static int rank(ConnectivityState state) {
    return switch (state) {
      case READY -> 0;
      case CONNECTING -> 1;
      case IDLE -> 2;
      case TRANSIENT_FAILURE -> 3;
      case SHUTDOWN -> 4;
    };
  }
}
