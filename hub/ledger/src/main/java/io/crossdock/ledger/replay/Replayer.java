package io.crossdock.ledger.replay;

import com.google.protobuf.ByteString;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.consumer.Consumers;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.RetentionHold;
import io.crossdock.ledger.lease.Completion;
import io.crossdock.ledger.lease.Lease;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.lease.Worker;
import io.crossdock.ledger.replay.ReplayRecord.Status;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.ledger.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does the replays that are due, on this node. */
public final class Replayer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Replayer.class);
  private static final String KIND = "replay";
  // On this node at the same time, each to another consumer.
  private static final int MOST = 4;
  // A node may start before its consumers do, and another node may have the consumer.
  private static final Duration UNKNOWN_AGAIN = Duration.ofSeconds(1);
  private static final int UNKNOWN_TIMES = 300;
  private static final int FAILED_TIMES = 5;

  /** Keeps the events that running replays have not come to. */
  public static final RetentionHold HOLD = Replays::holders;

  private final ReplayContext context;
  private final Leases leases;
  private final Consumers consumers;
  private final Replays replays;
  private final Map<Long, ReplayRun> running = new ConcurrentHashMap<>();
  private final Worker worker;
  private volatile boolean closing;

  private Replayer(ReplayContext context, Consumers consumers) {
    this.context = context;
    this.leases = context.leases();
    this.consumers = consumers;
    this.replays = context.replays();
    this.worker = Worker.start(leases, KIND, MOST, this::work);
  }

  /** Begins; replays that another node or an earlier process left go on. */
  public static Replayer start(
      Store store,
      EventLog log,
      Leases leases,
      DeadLetters deadLetters,
      Consumers consumers,
      Clock clock) {
    return new Replayer(
        new ReplayContext(store, log, leases, new Replays(store, clock), deadLetters), consumers);
  }

  /** Leaves what is under way to others, or to the next process. */
  @Override
  public void close() {
    closing = true;
    running.values().forEach(ReplayRun::stop);
    worker.close();
  }

  Replays replays() {
    return replays;
  }

  /** Has a replay done, within the transaction that writes it down. */
  void schedule(Connection connection, long id) throws SQLException {
    var _ = leases.schedule(connection, KIND, Long.toString(id), Duration.ZERO, ByteString.EMPTY);
  }

  /** Takes a replay back, within the transaction that ends it. */
  void cancel(Connection connection, long id) throws SQLException {
    var _ = leases.cancel(connection, KIND, Long.toString(id));
  }

  /** One was scheduled. */
  void scheduled() {
    worker.wake();
  }

  /** One was cancelled; on other nodes it ends within half a second. */
  void cancelled(long id) {
    ReplayRun run = running.get(id);
    if (run != null) {
      run.stop();
    }
  }

  /** Forgets a consumer's replays, within the transaction that removes it; one that runs ends. */
  public void forget(Connection connection, String consumer) throws SQLException {
    end(connection, consumer, "The consumer was removed.");
    ReplayedEffects.remove(connection, consumer);
  }

  /** The same within the transaction that gives a consumer another name. */
  public void rename(Connection connection, String consumer, String to) throws SQLException {
    end(connection, consumer, "The consumer was renamed to " + to + ".");
    ReplayedEffects.rename(connection, consumer, to);
  }

  private void end(Connection connection, String consumer, String failure) throws SQLException {
    Optional<ReplayRecord> running = replays.running(connection, consumer);
    if (running.isPresent()
        && replays.end(connection, running.get().id(), Status.FAILED, failure)) {
      cancel(connection, running.get().id());
    }
  }

  private void work(Lease lease) {
    long id = Long.parseLong(lease.id());
    ReplayRecord replay = replays.find(id).orElse(null);
    if (replay == null || replay.status() != Status.RUNNING) {
      var _ = leases.commit(lease, new Completion.Done(), _ -> true);
      return;
    }
    Optional<Consumer> consumer = consumers.find(replay.consumer());
    if (consumer.isEmpty()) {
      if (lease.attempts() < UNKNOWN_TIMES) {
        var _ = leases.commit(lease, new Completion.Retry(UNKNOWN_AGAIN), _ -> true);
      } else {
        fail(lease, replay, "No node of the hub has the consumer.");
      }
      return;
    }
    try {
      run(lease, replay, consumer.get());
    } catch (FailureException e) {
      // The ledger cannot be reached: it goes on from the last note when it is back.
      throw e;
    } catch (RuntimeException e) {
      if (lease.attempts() < FAILED_TIMES) {
        throw e;
      }
      LOG.atError()
          .addKeyValue(LogKeys.CONSUMER, replay.consumer())
          .addKeyValue(LogKeys.WORK_ID, "RP-" + id)
          .setCause(e)
          .log("replay failed for good");
      fail(lease, replay, "It failed with " + e.getClass().getSimpleName() + " again and again.");
    }
  }

  private void run(Lease lease, ReplayRecord replay, Consumer consumer) {
    ReplayRun run = new ReplayRun(context, lease, replay, consumer);
    running.put(replay.id(), run);
    try {
      if (closing) {
        run.stop();
      }
      run.run();
    } finally {
      running.remove(replay.id(), run);
    }
  }

  private void fail(Lease lease, ReplayRecord replay, String failure) {
    var _ =
        leases.commit(
            lease,
            new Completion.Done(),
            connection -> replays.end(connection, replay.id(), Status.FAILED, failure));
  }
}
