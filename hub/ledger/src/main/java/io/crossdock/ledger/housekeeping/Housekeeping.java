package io.crossdock.ledger.housekeeping;

import com.google.protobuf.ByteString;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.Retention;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.lease.Completion;
import io.crossdock.ledger.lease.Lease;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.lease.Worker;
import io.crossdock.ledger.offline.OfflineAuthorisations;
import io.crossdock.ledger.replay.ReplayedEffects;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets what is over, every now and then, on one node at a time: answers of writes after 48
 * hours, counts of days and hours that are over, and events past their age, which go to compressed
 * files first. It works in small steps, so that no write waits long.
 */
public final class Housekeeping implements AutoCloseable {

  /** How often it is done. */
  public static final Duration USUAL = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final String KIND = "housekeeping";
  private static final String ID = "ledger";
  private static final int STEP = 500;

  private final Leases leases;
  private final Idempotency idempotency;
  private final OfflineAuthorisations offline;
  private final ReplayedEffects replayed;
  private final Retention retention;
  private final Map<Lane, Duration> ages;
  private final Duration every;
  private final Clock clock;
  private final Worker worker;
  private volatile boolean closing;

  private Housekeeping(
      Store store,
      EventLog log,
      Leases leases,
      Retention retention,
      Map<Lane, Duration> ages,
      Duration every,
      Clock clock) {
    this.leases = leases;
    this.idempotency = new Idempotency(store, clock);
    this.offline = new OfflineAuthorisations(store, clock);
    this.replayed = new ReplayedEffects(store, log);
    this.retention = retention;
    this.ages = Map.copyOf(ages);
    this.every = every;
    this.clock = clock;
    this.worker = Worker.start(leases, KIND, 1, this::work);
  }

  /**
   * Begins.
   *
   * @param ages after which the events of each lane are archived; a lane that is not named keeps
   *     everything
   * @param every usually {@link #USUAL}
   */
  public static Housekeeping start(
      Store store,
      EventLog log,
      Leases leases,
      Retention retention,
      Map<Lane, Duration> ages,
      Duration every,
      Clock clock) {
    var _ =
        store.write(
            connection -> leases.schedule(connection, KIND, ID, Duration.ZERO, ByteString.EMPTY));
    return new Housekeeping(store, log, leases, retention, ages, every, clock);
  }

  /** Ends after the step that is under way; another node goes on. */
  @Override
  public void close() {
    closing = true;
    worker.close();
  }

  private void work(Lease lease) {
    BooleanSupplier goesOn = () -> !closing && lease.held();
    tell("answers of writes", all(goesOn, idempotency::expire));
    tell("counts of offline authorisations", all(goesOn, offline::expire));
    for (Lane lane : EventLog.LANES) {
      Duration age = ages.get(lane);
      if (age != null) {
        tell("events of " + lane, archive(lane, age, goesOn));
      }
    }
    tell("notes of replays", all(goesOn, replayed::expire));
    // On a node that is stopping, the next one does the rest at once.
    Duration next = closing ? Duration.ZERO : every;
    var _ = leases.commit(lease, new Completion.Reschedule(next, ByteString.EMPTY), _ -> true);
  }

  private static long all(BooleanSupplier goesOn, IntUnaryOperator step) {
    long forgotten = 0;
    for (int last = STEP; last == STEP && goesOn.getAsBoolean(); ) {
      last = step.applyAsInt(STEP);
      forgotten += last;
    }
    return forgotten;
  }

  private long archive(Lane lane, Duration age, BooleanSupplier goesOn) {
    try {
      Instant moment = clock.instant().minus(age);
      long archived = retention.keepFrom(lane, moment, goesOn);
      retention
          .overdue(lane, moment)
          .forEach((holder, position) ->
              LOG.atWarn()
                  .addKeyValue(LogKeys.LANE, lane)
                  .addKeyValue(LogKeys.HOLDER, holder)
                  .addKeyValue(LogKeys.POSITION, position)
                  .log("events past their age are kept for somebody who has not read them"));
      return archived;
    } catch (IOException e) {
      // The other things do not wait for room in the archive.
      LOG.atWarn()
          .addKeyValue(LogKeys.LANE, lane)
          .addKeyValue(LogKeys.REASON, e.toString())
          .log("events cannot be archived and are kept for now");
      return 0;
    }
  }

  private static void tell(String what, long forgotten) {
    if (forgotten > 0) {
      LOG.atInfo().addKeyValue(LogKeys.COUNT, forgotten).log("housekeeping deleted {}", what);
    }
  }
}
