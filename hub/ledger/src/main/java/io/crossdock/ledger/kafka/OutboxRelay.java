package io.crossdock.ledger.kafka;

import io.crossdock.ledger.consumer.DeliveryContext;
import io.crossdock.ledger.consumer.LaneHealth;
import io.crossdock.ledger.consumer.LaneWorker;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.deadletter.DeliveryFailure;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Selection;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.position.Assignment;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a lane of the log to its topic, one node of all at a time. Its place is behind the last
 * event before which Kafka confirmed every one; after whatever goes wrong it begins anew from
 * there, so that events may be sent twice but none is left out.
 */
final class OutboxRelay implements LaneWorker {

  private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
  private static final int PAGE = 512;
  // The topic may have been set right between a refusal and the look at its settings.
  private static final int MOST_REFUSALS = 3;
  private static final long NOTE_NANOS = Duration.ofMillis(25).toNanos();
  private static final Duration LAST_EVENTS = Duration.ofSeconds(3);
  // A producer gets over a broker's absence by itself, but not over a topic's.
  private static final Duration STALLED = Duration.ofSeconds(30);
  private static final Duration SLOW = Duration.ofSeconds(3);

  private final EventLog log;
  private final EventSignal signal;
  private final ConsumerPositions positions;
  private final Lane lane;
  private final long holdNanos;
  private final DeadLetters deadLetters;
  private final Broker broker;
  private final KafkaSettings settings;
  private final BackgroundLoop loop;
  private volatile boolean moreAvailable;
  private volatile boolean dying;
  // The event that was refused last because of its size, and how often; only for the loop.
  private long tooLarge;
  private int refusals;
  private volatile String trouble = "";

  OutboxRelay(
      EventLog log,
      EventSignal signal,
      DeliveryContext context,
      Lane lane,
      Broker broker,
      KafkaSettings settings) {
    this.log = log;
    this.signal = signal;
    this.positions = context.positions();
    this.deadLetters = context.deadLetters();
    this.lane = lane;
    this.holdNanos = context.lease().dividedBy(3).toNanos();
    this.broker = broker;
    this.settings = settings;
    this.loop = BackgroundLoop.of("kafka-relay-" + lane, this::step);
  }

  @Override
  public void start() {
    loop.start();
  }

  @Override
  public void stop() {
    loop.stop();
  }

  @Override
  public void close() {
    stop();
    loop.close();
  }

  @Override
  public void die() {
    dying = true;
    stop();
  }

  @Override
  public void recheckDeadLetters() {
    // None of its business.
  }

  @Override
  public LaneHealth health() {
    return List.of(broker.trouble(), loop.health().trouble(), trouble).stream()
        .filter(each -> !each.isEmpty())
        .findFirst()
        .map(each -> new LaneHealth(ConsumerPositions.RELAY, lane, each))
        .orElse(new LaneHealth(ConsumerPositions.RELAY, lane, ""));
  }

  private Duration step() {
    try {
      Topic topic = broker.topic(lane).keeping(positions.partitions(lane));
      positions
          .take(ConsumerPositions.RELAY, lane, 0)
          .ifPresent(assignment -> relay(assignment, topic));
      return Duration.ofNanos(holdNanos);
    } catch (RuntimeException e) {
      broker.forget(lane);
      throw e;
    } finally {
      trouble = "";
    }
  }

  private void relay(Assignment assignment, Topic topic) {
    moreAvailable = true;
    Runnable subscription = signal.listen(List.of(lane), this::moreAvailable);
    try (Sender sender = new Sender(settings, topic, loop::wake)) {
      long from = begin(assignment, topic);
      try {
        if (positions.advance(assignment, from)) {
          relay(assignment, from, sender);
        }
      } finally {
        recordRefusal(sender.tooLarge(), topic);
      }
    } finally {
      subscription.run();
    }
  }

  /** Counts the refusals of an event that are no fault of the topic's settings. */
  private void recordRefusal(long event, Topic topic) {
    if (event == 0 || !broker.fits(topic)) {
      return;
    }
    refusals = event == tooLarge ? refusals + 1 : 1;
    tooLarge = event;
  }

  /** A topic that is empty, because it is another one than before, needs more. */
  private long begin(Assignment assignment, Topic topic) {
    long place = assignment.position();
    if (place > 0 && broker.isNew(topic)) {
      long from = Math.min(place, positions.slowest(lane));
      LOG.atInfo()
          .addKeyValue(LogKeys.TOPIC, topic.name())
          .addKeyValue(LogKeys.POSITION, from)
          .log("the topic is empty and is filled from this position");
      return from;
    }
    return place;
  }

  private void relay(Assignment assignment, long from, Sender sender) {
    long noted = from;
    long sent = from;
    long notedAt = System.nanoTime();
    while (!loop.isStopping()) {
      boolean more = false;
      if (moreAvailable && sender.room()) {
        moreAvailable = false;
        EventPage page = log.read(lane, sent, Selection.ALL, PAGE);
        for (StoredEvent event : page.events()) {
          // The topic takes the largest event, so it is another setting that refuses this one.
          boolean sendable = event.intact() && (event.id() != tooLarge || refusals < MOST_REFUSALS);
          if (!(sendable && sender.send(event)) && !park(assignment, event)) {
            return;
          }
        }
        sent = page.upTo();
        more = page.more();
        moreAvailable |= more;
      }
      long done = sender.confirmed(sent);
      long now = System.nanoTime();
      if (now - notedAt >= (done > noted ? NOTE_NANOS : holdNanos)) {
        if (!positions.advance(assignment, done)) {
          return;
        }
        noted = done;
        notedAt = now;
        watch(sender);
      }
      if (!more || !sender.room()) {
        var _ = loop.pause(done > noted ? NOTE_NANOS : holdNanos - (now - notedAt));
      }
    }
    if (!dying) {
      end(assignment, sender, sent);
    }
  }

  /** Waits a little for what is under way, so that it is not sent again. */
  private void end(Assignment assignment, Sender sender, long sent) {
    long end = System.nanoTime() + LAST_EVENTS.toNanos();
    while (sender.confirmed(sent) < sent && System.nanoTime() < end) {
      var _ = loop.pause(NOTE_NANOS);
    }
    if (positions.advance(assignment, sender.confirmed(sent))) {
      positions.giveUp(assignment);
    }
  }

  /** Parks an event that no record can hold, so that the lane goes on; false when it was lost. */
  private boolean park(Assignment assignment, StoredEvent event) {
    LOG.atError()
        .addKeyValue(LogKeys.LANE, lane)
        .addKeyValue(LogKeys.EVENT_ID, event.envelope().getEventId())
        .addKeyValue(LogKeys.EVENT_TYPE, event.envelope().getType())
        .log("an event cannot be relayed to Kafka and becomes a dead letter");
    return deadLetters.park(
        assignment,
        event,
        event.intact()
            ? new DeliveryFailure(
                "INTERNAL", "The event cannot be written as a Kafka record; publish it anew.", 1)
            : DeliveryFailure.damaged());
  }

  private void watch(Sender sender) {
    broker.check(lane);
    Duration waiting = sender.waiting();
    if (waiting.compareTo(STALLED) > 0) {
      throw new IllegalStateException("Kafka confirms nothing");
    }
    String now = waiting.compareTo(SLOW) > 0 ? "Kafka confirms nothing" : "";
    if (!now.isEmpty() && !now.equals(trouble)) {
      LOG.atWarn()
          .addKeyValue(LogKeys.LANE, lane)
          .addKeyValue(LogKeys.REASON, now)
          .log("the relay to Kafka waits");
    }
    if (now.isEmpty()) {
      loop.recovered();
    }
    trouble = now;
  }

  private void moreAvailable() {
    moreAvailable = true;
    loop.wake();
  }
}
