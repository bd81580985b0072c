package io.crossdock.gateway.connector;

import io.crossdock.config.v1.ConnectorTarget;
import io.crossdock.gateway.pipeline.EventLoops;
import io.crossdock.time.Durations;
import io.grpc.ConnectivityState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connector and its processes; calls go to the ready ones in turn. */
public final class Connector {

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

  private final String name;
  private final boolean forwardsBaggage;
  private final List<Instance> instances;
  // One counter per event loop, so that no two threads share it.
  private final int[] turns;

  /**
   * One process of a connector, as this hub sees it.
   *
   * @param address host and port
   * @param state the best state that any event loop's connection has
   * @param health what the process says of itself
   * @param since when a connection or the health last changed
   * @param lastFailure why a connection or a call failed last; empty when none ever did
   * @param lastFailureAt when that was; null when none ever did
   * @param inFlight calls that have begun and not ended
   * @param calls calls that ended
   * @param failedCalls calls that ended by a fault of the connector or its backend
   */
  public record InstanceState(
      String address,
      ConnectivityState state,
      Health health,
      Instant since,
      String lastFailure,
      @Nullable Instant lastFailureAt,
      long inFlight,
      long calls,
      long failedCalls) {

    static InstanceState of(Instance instance) {
      Instance.LastFailure last = instance.lastFailure();
      return new InstanceState(
          instance.address(),
          instance.state(),
          instance.health(),
          instance.since(),
          last == null ? "" : last.why(),
          last == null ? null : last.at(),
          instance.inFlight(),
          instance.calls(),
          instance.failedCalls());
    }
  }

  Connector(ConnectorTarget target, int maxMessageBytes, EventLoops loops) {
    this.name = target.getName();
    this.forwardsBaggage = target.getForwardBaggage();
    Duration keepAlive =
        target.hasKeepAlive() ? Durations.toJava(target.getKeepAlive()) : KEEP_ALIVE;
    this.instances =
        target.getInstancesList().stream()
            .map(address -> new Instance(name, address, keepAlive, maxMessageBytes, loops))
            .toList();
    this.turns = new int[loops.count()];
  }

  /** Name that routes use. */
  public String name() {
    return name;
  }

  /** Whether the caller's baggage and trace state go on to it. */
  boolean forwardsBaggage() {
    return forwardsBaggage;
  }

  /** Its processes, in the order of the configuration. */
  public List<InstanceState> instances() {
    return instances.stream().map(InstanceState::of).toList();
  }

  /** Whether any process can take calls. */
  public boolean isReady() {
    return instances.stream()
        .anyMatch(instance ->
            instance.state() == ConnectivityState.READY && instance.health() != Health.NOT_SERVING);
  }

  /**
   * The process for one call: one that is ready on the call's event loop, else one that is ready
   * elsewhere, else one that is just being connected to.
   *
   * @param loop the call's event loop
   * @return null when every process is down or wants no calls
   */
  @Nullable Instance pick(int loop) {
    int count = instances.size();
    int turn = turns[loop];
    turns[loop] = turn + 1 == count ? 0 : turn + 1;
    Instance elsewhere = null;
    Instance connecting = null;
    for (int i = 0; i < count; i++) {
      Instance instance = instances.get(turn + i < count ? turn + i : turn + i - count);
      if (instance.health() == Health.NOT_SERVING) {
        continue;
      }
      ConnectivityState state = instance.state(loop);
      if (state == ConnectivityState.READY) {
        return instance;
      }
      if (elsewhere == null && instance.state() == ConnectivityState.READY) {
        elsewhere = instance;
      }
      if (state == ConnectivityState.CONNECTING || state == ConnectivityState.IDLE) {
        connecting = instance;
      }
    }
    return elsewhere == null ? connecting : elsewhere;
  }

  void connect() {
    instances.forEach(Instance::connect);
  }

  void close() {
    instances.forEach(Instance::close);
  }
}
