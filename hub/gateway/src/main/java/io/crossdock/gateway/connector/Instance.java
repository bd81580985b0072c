package io.crossdock.gateway.connector;

import io.crossdock.gateway.pipeline.EventLoops;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One process of a connector: a connection from each event loop, so that a call stays on the loop
 * it came in on, and one health stream.
 *
 * <p>gRPC maintains the connections: keep-alive probes and reconnection. Its back-off grows up to
 * two minutes, and it reports a failed connection only once; a till cannot wait that long for a
 * restarted connector, so a lost connection is tried again every half second until it is back.
 * Meanwhile calls of its event loop use another loop's connection, if one is ready.
 */
final class Instance {

  private static final Duration RETRY = Duration.ofMillis(500);
  // A connector's details may be larger than what goes on to a caller; here they are cut.
  private static final int MAX_METADATA_BYTES = 256 << 10;
  // What a process may send of a stream before its reader takes it: each slow reader holds this
  // much.
  private static final int WINDOW_BYTES = 256 << 10;
  private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(5);
  // gRPC drops a connection without calls after half an hour; here it must stay warm.
  private static final Duration NEVER_IDLE = Duration.ofDays(3650);

  private static final AttributeKey<String> CONNECTOR =
      AttributeKey.stringKey("crossdock.connector");
  private static final AttributeKey<String> HOST = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");

  private final String address;
  private final Attributes attributes;
  private final Reachability reachability;
  private final EventLoops loops;
  private final ManagedChannel[] channels;
  private final AtomicReferenceArray<ConnectivityState> states;
  // Whether a loop has a next try scheduled; each entry belongs to its loop.
  private final boolean[] retrying;
  private final LongAdder begun = new LongAdder();
  private final LongAdder ended = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private volatile Health health = Health.UNKNOWN;
  private volatile Instant since = Instant.now();
  private volatile @Nullable LastFailure lastFailure;
  private volatile boolean closing;

  /** Why a connection or a call failed last, and when. */
  record LastFailure(String why, Instant at) {}

  Instance(
      String connector, String address, Duration keepAlive, int maxMessageBytes, EventLoops loops) {
    this.address = address;
    this.attributes = attributes(connector, address);
    this.reachability = new Reachability(connector, address);
    this.loops = loops;
    this.channels = new ManagedChannel[loops.count()];
    this.states = new AtomicReferenceArray<>(loops.count());
    this.retrying = new boolean[loops.count()];
    for (int i = 0; i < channels.length; i++) {
      EventLoop loop = loops.loop(i);
      states.set(i, ConnectivityState.IDLE);
      channels[i] =
          NettyChannelBuilder.forTarget("dns:///" + address.replace("[", "%5B").replace("]", "%5D"))
              .usePlaintext()
              .directExecutor()
              .eventLoopGroup(loop)
              .channelType(NioSocketChannel.class)
              .withOption(ChannelOption.ALLOCATOR, EventLoops.MEMORY)
              .maxInboundMessageSize(maxMessageBytes)
              .maxInboundMetadataSize(MAX_METADATA_BYTES)
              .flowControlWindow(WINDOW_BYTES)
              .keepAliveTime(keepAlive.toMillis(), TimeUnit.MILLISECONDS)
              .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
              .keepAliveWithoutCalls(true)
              .idleTimeout(NEVER_IDLE.toDays(), TimeUnit.DAYS)
              .disableRetry()
              .disableServiceConfigLookUp()
              .build();
    }
  }

  /** Opens the connections; they stay open until {@link #close}. */
  void connect() {
    for (int i = 0; i < channels.length; i++) {
      int index = i;
      loops.loop(i).execute(() -> watch(index));
    }
    loops.loop(0).execute(this::watchHealth);
  }

  String address() {
    return address;
  }

  /** What a span says of a call to this process. */
  Attributes attributes() {
    return attributes;
  }

  /** The connection that belongs to an event loop. */
  ManagedChannel channel(int loop) {
    return channels[loop];
  }

  /** Number of the connection for a call of an event loop: its own, or one that is ready. */
  int connection(int loop) {
    if (states.get(loop) == ConnectivityState.READY) {
      return loop;
    }
    for (int i = 0; i < channels.length; i++) {
      if (states.get(i) == ConnectivityState.READY) {
        return i;
      }
    }
    return loop;
  }

  /** State of an event loop's connection, as that loop saw it last. */
  ConnectivityState state(int loop) {
    return states.get(loop);
  }

  /** The best state that any event loop's connection has. */
  ConnectivityState state() {
    ConnectivityState best = ConnectivityState.SHUTDOWN;
    for (int i = 0; i < channels.length; i++) {
      ConnectivityState state = states.get(i);
      if (rank(state) < rank(best)) {
        best = state;
      }
    }
    return best;
  }

  /** What the process says of itself. */
  Health health() {
    return health;
  }

  /** When a connection or the health last changed. */
  Instant since() {
    return since;
  }

  /** Why a connection or a call failed last; null when none ever did. */
  @Nullable LastFailure lastFailure() {
    return lastFailure;
  }

  /** Calls that ended. */
  long calls() {
    return ended.sum();
  }

  /** Calls that ended by a fault of the connector or its backend. */
  long failedCalls() {
    return failed.sum();
  }

  /** Calls that have begun and not ended. */
  long inFlight() {
    return Math.max(0, begun.sum() - ended.sum());
  }

  /** Counts a call that begins. */
  void callBegins() {
    begun.increment();
  }

  /** Counts a call that was answered, or failed by its caller's fault. */
  void callEnds() {
    ended.increment();
  }

  /** Counts a call that failed by a fault on this side. */
  void callFails(String why) {
    ended.increment();
    failed.increment();
    lastFailure = new LastFailure(why, Instant.now());
  }

  /** Lets calls in flight end and closes the connections. */
  void close() {
    closing = true;
    for (ManagedChannel channel : channels) {
      channel.shutdown();
    }
    // The health stream never ends by itself and would keep its connection.
    channels[0].shutdownNow();
  }

  private void watch(int loop) {
    ManagedChannel channel = channels[loop];
    ConnectivityState state = channel.getState(true);
    if (state != states.get(loop)) {
      states.set(loop, state);
      since = Instant.now();
      if (state == ConnectivityState.READY) {
        wakeOthers(loop);
      }
      logReachability();
    }
    if (closing || state == ConnectivityState.SHUTDOWN) {
      return;
    }
    if (state == ConnectivityState.TRANSIENT_FAILURE) {
      retryLater(loop);
    }
    channel.notifyWhenStateChanged(state, () -> loops.loop(loop).execute(() -> watch(loop)));
  }

  private void retryLater(int loop) {
    if (retrying[loop]) {
      return;
    }
    retrying[loop] = true;
    var _ =
        loops
            .loop(loop)
            .schedule(
                () -> {
                  retrying[loop] = false;
                  if (!closing && channels[loop].getState(true) != ConnectivityState.READY) {
                    channels[loop].resetConnectBackoff();
                    retryLater(loop);
                  }
                },
                RETRY.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  // The process is back: the other loops need not wait for their own next try.
  private void wakeOthers(int ready) {
    for (int i = 0; i < channels.length; i++) {
      if (i != ready) {
        ManagedChannel other = channels[i];
        loops.loop(i).execute(other::resetConnectBackoff);
      }
    }
  }

  private void watchHealth() {
    if (!closing) {
      HealthWatch.open(channels[0], this::health, this::healthStreamEnded);
    }
  }

  private void health(Health now) {
    if (now != health) {
      health = now;
      since = Instant.now();
      logReachability();
    }
  }

  private void logReachability() {
    if (closing) {
      return;
    }
    ConnectivityState best = state();
    if (best == ConnectivityState.READY && health != Health.NOT_SERVING) {
      reachability.ready();
    } else if (best == ConnectivityState.READY) {
      reachability.lost("says that it does not serve");
    } else if (best == ConnectivityState.TRANSIENT_FAILURE) {
      LastFailure last = lastFailure;
      reachability.lost(last == null ? "cannot be reached" : last.why());
    }
  }

  private void healthStreamEnded(Status why) {
    if (closing) {
      return;
    }
    if (why.getCode() == Status.Code.UNIMPLEMENTED) {
      health(Health.NOT_OFFERED);
    } else if (health != Health.NOT_SERVING || why.getCode() != Status.Code.CANCELLED) {
      health(Health.UNKNOWN);
      lastFailure = new LastFailure(describe(why), Instant.now());
    }
    var _ = loops.loop(0).schedule(this::watchHealth, RETRY.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static String describe(Status why) {
    for (Throwable cause = why.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException) {
        return "connection refused";
      }
      if (cause instanceof UnknownHostException) {
        return "host name not known";
      }
    }
    return why.getCode() == Status.Code.UNAVAILABLE
        ? "connection lost"
        : "health check ended with " + why.getCode();
  }

  private static Attributes attributes(String connector, String address) {
    int colon = address.lastIndexOf(':');
    String host = address.substring(0, colon);
    return Attributes.of(
        CONNECTOR,
        connector,
        HOST,
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        PORT,
        Long.parseLong(address.substring(colon + 1)));
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
