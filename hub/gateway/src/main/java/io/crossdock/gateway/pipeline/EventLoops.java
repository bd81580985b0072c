package io.crossdock.gateway.pipeline;

import io.crossdock.gateway.operation.Operation;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The threads of the data plane. A call lives on one of them from its first byte to its last, its
 * connection to the connector included, so no call is ever handed from thread to thread.
 */
public final class EventLoops implements AutoCloseable {

  /** Where the data plane's buffers come from; one pool, so that its use can be told. */
  public static final PooledByteBufAllocator MEMORY = PooledByteBufAllocator.DEFAULT;

  /** Name of what a loop is busy with when it is no call. */
  static final String NO_CALL = "no call";

  private static final int APART = 16;

  private final EventLoopGroup group;
  private final List<EventLoop> loops = new ArrayList<>();
  private final List<DeadlineWheel> deadlines = new ArrayList<>();
  // Streams to callers, which may last for hours; each set belongs to its loop.
  private final List<Set<Call>> streams = new ArrayList<>();
  private final List<Thread> loopThreads = new ArrayList<>();
  // The operation that each loop is busy with; apart in memory, so that no two loops share a line.
  private final AtomicReferenceArray<String> busy;
  private volatile boolean stopping;
  private final FastThreadLocal<Integer> index = new FastThreadLocal<>();
  private final AtomicInteger next = new AtomicInteger();

  /**
   * @param threads number of event loops, 1 or more
   */
  public EventLoops(int threads) {
    group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("hub-loop"), NioIoHandler.newFactory());
    for (EventExecutor loop : group) {
      int number = loops.size();
      loops.add((EventLoop) loop);
      deadlines.add(new DeadlineWheel((EventLoop) loop));
      streams.add(Collections.newSetFromMap(new IdentityHashMap<>()));
      loopThreads.add(
          loop.submit(
                  () -> {
                    index.set(number);
                    return Thread.currentThread();
                  })
              .syncUninterruptibly()
              .getNow());
    }
    busy = new AtomicReferenceArray<>(threads * APART);
    for (int i = 0; i < busy.length(); i++) {
      busy.set(i, NO_CALL);
    }
  }

  /** All loops as Netty wants them. */
  public EventLoopGroup group() {
    return group;
  }

  /** How many loops there are. */
  public int count() {
    return loops.size();
  }

  /** The loop of that number. */
  public EventLoop loop(int number) {
    return loops.get(number);
  }

  /** Notes that a loop is busy with a call of this operation. */
  void enter(int number, Operation operation) {
    busy.setOpaque(number * APART, operation.name());
  }

  /** Notes that a loop is done with a call for now. */
  void leave(int number) {
    busy.setOpaque(number * APART, NO_CALL);
  }

  /**
   * Name of the operation that a loop is busy with; {@link #NO_CALL} when it does something else.
   */
  String busyWith(int number) {
    return busy.getOpaque(number * APART);
  }

  /** Where in the code a loop is; empty when it is nowhere. */
  String at(int number) {
    StackTraceElement[] stack = loopThreads.get(number).getStackTrace();
    return stack.length == 0 ? "" : stack[0].toString();
  }

  /** The deadlines of that loop's calls. */
  DeadlineWheel deadlines(int number) {
    return deadlines.get(number);
  }

  /** The streams to callers that run on that loop. */
  Set<Call> streams(int number) {
    return streams.get(number);
  }

  /** Whether streams are refused instead of begun. */
  boolean isStopping() {
    return stopping;
  }

  /**
   * Ends the streams that may last longer than calls in flight are waited for, and refuses others
   * from now on; their callers open them anew elsewhere.
   */
  public void endStreams(Duration drain) {
    if (stopping) {
      return;
    }
    stopping = true;
    for (int i = 0; i < loops.size(); i++) {
      Set<Call> running = streams.get(i);
      loops
          .get(i)
          .execute(() ->
              List.copyOf(running).stream()
                  .filter(call -> call.remainingNanos() > drain.toNanos())
                  .forEach(Call::stop));
    }
  }

  /** A loop for a call that comes from another thread, each in turn. */
  public EventLoop next() {
    return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
  }

  /** Number of the loop that this thread is. */
  public int current() {
    Integer number = index.getIfExists();
    if (number == null) {
      throw new IllegalStateException("not on an event loop: " + Thread.currentThread().getName());
    }
    return number;
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
