package io.crossdock.drill.hostile;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls of well-behaved tills at a fixed rate, on connections of their own: half of them for a
 * member that is cached, half for one that is not. Latency counts from the time a call was due, and
 * a call belongs to the phase in which it was due, however late it ends.
 */
final class InnocentLoad implements AutoCloseable {

  private static final int CONNECTIONS = 4;
  private static final long DEADLINE_SECONDS = 5;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final long intervalNanos;
  private final Thread thread = Thread.ofPlatform().daemon().name("innocents").unstarted(this::run);
  private final Phaser open = new Phaser(1);
  private volatile Phase phase = new Phase();
  private volatile boolean stopping;

  InnocentLoad(String hub, int perSecond) {
    this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    for (int i = 0; i < CONNECTIONS; i++) {
      channels.add(Grpc.newChannelBuilder(hub, InsecureChannelCredentials.create()).build());
    }
  }

  void start() {
    thread.start();
  }

  /** What happened to the calls that were due between two points in time. */
  static final class Phase {

    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final Map<String, Long> failures = new ConcurrentSkipListMap<>();

    /** Latencies of the calls that have ended, nanoseconds. */
    List<Long> nanos() {
      return new ArrayList<>(nanos);
    }

    /** How failed calls ended. */
    Map<String, Long> failures() {
      return Map.copyOf(failures);
    }

    long failed() {
      return failures.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** Begins a phase and returns the one before, whose last calls may still be under way. */
  Phase next() {
    Phase before = phase;
    phase = new Phase();
    return before;
  }

  /** The 99th percentile; 0 without any calls. */
  static long p99(List<Long> latencies) {
    if (latencies.isEmpty()) {
      return 0;
    }
    long[] sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted[(int) (sorted.length * 99L / 100)];
  }

  /** Begins nothing new and waits for what is under way. */
  void stop() throws InterruptedException {
    stopping = true;
    thread.join();
    open.arriveAndDeregister();
    try {
      var _ = open.awaitAdvanceInterruptibly(0, 2 * DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      var _ = phase.failures.merge("a call that never ended", 1L, Long::sum);
    }
  }

  @Override
  public void close() {
    stopping = true;
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private void run() {
    long due = System.nanoTime();
    for (long number = 0; !stopping; number++) {
      while (due > System.nanoTime()) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      begin(number, due);
      due += intervalNanos;
    }
  }

  private void begin(long number, long due) {
    String member = number % 2 == 0 ? "M-1001" : "M-" + (2_000 + number);
    open.register();
    Phase ofCall = phase;
    ListenableFuture<GetBalanceResponse> answer =
        LoyaltyServiceGrpc.newFutureStub(channels.get((int) (number % CONNECTIONS)))
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .getBalance(GetBalanceRequest.newBuilder().setMemberId(member).build());
    answer.addListener(
        () -> {
          ofCall.nanos.add(System.nanoTime() - due);
          try {
            var _ = answer.get();
          } catch (ExecutionException | InterruptedException e) {
            var _ = ofCall.failures.merge(Status.fromThrowable(e).toString(), 1L, Long::sum);
          }
          open.arriveAndDeregister();
        },
        MoreExecutors.directExecutor());
  }
}
