package io.crossdock.ledger.replay;

import com.google.protobuf.ByteString;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.lease.Completion;
import io.crossdock.ledger.lease.Lease;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.replay.ReplayRecord.Progress;
import io.crossdock.ledger.replay.ReplayRecord.Status;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A replay on this node, for as long as its lease is held. */
final class ReplayRun implements Redelivery.ReplayLease {

  // What was done since the last note is done again after a crash.
  private static final long NOTE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int NOTE_EVENTS = 20_000;

  private final Store store;
  private final Leases leases;
  private final Replays replays;
  private final Lease lease;
  private final ReplayRecord replay;
  private final MergedCursor cursor;
  private final Redelivery redelivery;
  private final RateLimiter rate;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean fenced;
  private long position;
  private long matched;
  private long delivered;
  private long deadLettered;
  private long notedMatched;
  private long notedAt = System.nanoTime();

  ReplayRun(ReplayContext context, Lease lease, ReplayRecord replay, Consumer consumer) {
    this.store = context.store();
    this.leases = context.leases();
    this.replays = context.replays();
    this.lease = lease;
    this.replay = replay;
    Progress progress = replay.progress();
    ReplayFilter wanted = new ReplayFilter(replay.selection(), consumer);
    this.cursor =
        new MergedCursor(
            wanted.cursors(context.log(), progress.position()), wanted::matches, replay.upTo());
    this.redelivery = new Redelivery(store, context.deadLetters(), consumer, this);
    this.rate = new RateLimiter(replay.perSecond(), System.nanoTime());
    this.position = progress.position();
    this.matched = progress.matched();
    this.delivered = progress.delivered();
    this.deadLettered = progress.deadLettered();
    this.notedMatched = matched;
  }

  /** Asks it to end, without waiting. */
  void stop() {
    stopped.countDown();
  }

  /** Replays until everything is done, the lease is lost or it is asked to end. */
  void run() {
    boolean more = position < replay.upTo();
    while (more && isActive()) {
      EventPage page = cursor.next();
      if (!page.events().isEmpty() && !take(page.events())) {
        break;
      }
      position = page.upTo();
      more = page.more();
      noteWhenDue();
    }
    if (!more) {
      end();
    } else {
      giveUp();
    }
  }

  @Override
  public <T> Optional<T> commit(Transaction<T> work) {
    Optional<T> result = leases.commit(lease, new Completion.Continue(), work);
    fenced |= result.isEmpty();
    return result;
  }

  @Override
  public boolean isActive() {
    return stopped.getCount() > 0 && !fenced && lease.held();
  }

  @Override
  public boolean rest(Duration time) {
    return rest(time.toNanos());
  }

  private boolean rest(long nanos) {
    long end = System.nanoTime() + nanos;
    try {
      for (long left = nanos; left > 0 && isActive(); left = end - System.nanoTime()) {
        if (!stopped.await(Math.min(left, NOTE_NANOS), TimeUnit.NANOSECONDS)) {
          noteWhenDue();
        }
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread.
    }
    return isActive();
  }

  /** Delivers a page, or only counts it; false when that was broken off. */
  private boolean take(List<StoredEvent> events) {
    if (replay.dryRun()) {
      matched += events.size();
      return true;
    }
    redelivery.turn(events);
    for (StoredEvent event : events) {
      if (!redelivery.await(event) || !rest(rate.next(System.nanoTime()))) {
        return false;
      }
      switch (redelivery.deliver(event)) {
        case DELIVERED -> delivered++;
        case DEAD_LETTERED -> deadLettered++;
        case ABORTED -> {
          return false;
        }
      }
      matched++;
      position = event.id();
      noteWhenDue();
    }
    return true;
  }

  // Also a sign of life, by which it hears that it was stopped elsewhere.
  private void noteWhenDue() {
    if (System.nanoTime() - notedAt < NOTE_NANOS && matched - notedMatched < NOTE_EVENTS) {
      return;
    }
    var _ = commit(connection -> replays.note(connection, replay.id(), Status.RUNNING, progress()));
    notedMatched = matched;
    notedAt = System.nanoTime();
  }

  private void end() {
    var _ =
        leases.commit(
            lease,
            new Completion.Done(),
            connection -> {
              var _ = replays.note(connection, replay.id(), Status.RUNNING, progress());
              return replays.end(connection, replay.id(), Status.COMPLETED, "");
            });
  }

  private void giveUp() {
    Optional<Boolean> free =
        leases.commit(
            lease,
            new Completion.Reschedule(Duration.ZERO, ByteString.EMPTY),
            connection -> replays.note(connection, replay.id(), Status.RUNNING, progress()));
    if (free.isEmpty()) {
      // A person stopped it: what was done since the last note was done all the same.
      var _ =
          store.write(
              connection -> replays.note(connection, replay.id(), Status.STOPPED, progress()));
    }
  }

  private Progress progress() {
    return new Progress(position, matched, delivered, deadLettered);
  }
}
