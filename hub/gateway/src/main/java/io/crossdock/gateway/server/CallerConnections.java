package io.crossdock.gateway.server;

import io.crossdock.gateway.pipeline.ConnectionMemory;
import io.crossdock.gateway.pipeline.EventLoops;
import io.crossdock.gateway.pipeline.LogLimit;
import io.crossdock.gateway.pipeline.LoopMemory;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of all callers: what they hold, how many there are, and which were cut off. Safe
 * for any thread.
 */
public final class CallerConnections {

  private static final Logger log = LoggerFactory.getLogger(CallerConnections.class);
  // Far more than any caller needs, far less than what would keep a loop busy.
  private static final int MAX_CONTROL_FRAMES_PER_SECOND = 10_000;

  private final EventLoops loops;
  private final GatewaySettings settings;
  private final List<LoopMemory> memory = new ArrayList<>();
  private final ConcurrentHashMap<SocketAddress, ConnectionGuard> open = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<ConnectionGuard.Cause, Long> cutOff = new ConcurrentHashMap<>();
  private final LogLimit lines = new LogLimit();

  CallerConnections(EventLoops loops, GatewaySettings settings) {
    this.loops = loops;
    this.settings = settings;
    for (int i = 0; i < loops.count(); i++) {
      memory.add(new LoopMemory(settings.maxBufferedBytes(), memory));
    }
  }

  /** How many connections are open. */
  public int count() {
    return open.size();
  }

  /** Bytes of requests that are incomplete, unread or under way. */
  public long requestBytes() {
    return memory.stream().mapToLong(LoopMemory::requestBytes).sum();
  }

  /** Bytes of answers that their callers have not taken. */
  public long answerBytes() {
    return memory.stream().mapToLong(LoopMemory::answerBytes).sum();
  }

  /** What the connection holds that holds most, bytes. */
  public long largestBytes() {
    long largest = 0;
    for (ConnectionGuard guard : open.values()) {
      ConnectionMemory account = guard.memory();
      largest = account == null ? largest : Math.max(largest, account.held());
    }
    return largest;
  }

  /** Most that all connections may hold together, bytes. */
  public long maxBytes() {
    return settings.maxBufferedBytes();
  }

  /** How many connections were cut off so far, by the name of the cause. */
  public Map<String, Long> cutOff() {
    Map<String, Long> counts = new TreeMap<>();
    for (ConnectionGuard.Cause cause : ConnectionGuard.Cause.values()) {
      counts.put(cause.name(), cutOff.getOrDefault(cause, 0L));
    }
    return counts;
  }

  /** Makes the listening channel, whose connections are guarded. */
  ServerChannel listener() {
    return new GuardedServerChannel(this);
  }

  /** Gives each connection's account to its calls. */
  ServerTransportFilter accounts() {
    return new ServerTransportFilter() {
      @Override
      public Attributes transportReady(Attributes transport) {
        SocketAddress caller = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        ConnectionGuard guard = caller == null ? null : open.get(caller);
        ConnectionMemory account = guard == null ? null : guard.memory();
        return account == null
            ? transport
            : transport.toBuilder().set(ConnectionMemory.KEY, account).build();
      }
    };
  }

  int maxControlFrames() {
    return MAX_CONTROL_FRAMES_PER_SECOND;
  }

  int maxResets() {
    return settings.maxResetsPerSecond();
  }

  ConnectionMemory opened(Channel channel, ConnectionGuard guard, Runnable onTooMuch) {
    open.put(channel.remoteAddress(), guard);
    return new ConnectionMemory(
        memory.get(loops.current()), settings.maxConnectionBytes(), onTooMuch);
  }

  void closed(Channel channel) {
    open.remove(channel.remoteAddress());
  }

  boolean isFull() {
    return open.size() >= settings.maxConnections();
  }

  void cutOff(Channel channel, ConnectionGuard.Cause cause, long heldBytes) {
    var _ = cutOff.merge(cause, 1L, Long::sum);
    long others = lines.ask(System.nanoTime());
    if (others >= 0) {
      log.atWarn()
          .addKeyValue("caller", channel.remoteAddress())
          .addKeyValue("cause", cause)
          .addKeyValue("held_bytes", heldBytes)
          .addKeyValue("others", others)
          .log("connection cut off: {}", cause.text());
    }
  }

  /** Puts a guard in front of whatever reads a connection. */
  private static final class GuardedServerChannel extends NioServerSocketChannel {

    private final CallerConnections connections;

    GuardedServerChannel(CallerConnections connections) {
      this.connections = connections;
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
      int before = accepted.size();
      int count = super.doReadMessages(accepted);
      for (int i = accepted.size() - 1; i >= before; i--) {
        Channel channel = (Channel) accepted.get(i);
        if (connections.isFull()) {
          connections.cutOff(channel, ConnectionGuard.Cause.CONNECTIONS, 0);
          accepted.remove(i);
          channel.unsafe().closeForcibly();
        } else {
          channel.pipeline().addLast(new ConnectionGuard(connections));
        }
      }
      return count;
    }
  }
}
