package io.crossdock.ledger.kafka;

import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.policy.v1.Lane;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between the thread that polls Kafka and the one that delivers a partition: holds what is
 * read ahead, a bounded amount, and knows which offset may be committed.
 */
public final class PartitionBuffer {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionBuffer.class);
  private static final int FULL = 1024;
  private static final int FULL_BYTES = 4 << 20;
  private static final int MOST_MARKS = 4096;
  private static final long UNKNOWN = -1;

  private final Lane lane;
  private final LongSupplier share;
  private final SequenceGaps gaps = new SequenceGaps();
  private volatile Runnable moreAvailable = () -> {};

  // Guarded by this.
  private final ArrayDeque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
  private Deque<Mark> marks = new ArrayDeque<>();
  private long bytes;
  // Where to read again: everything before it is done and noted.
  private long base = UNKNOWN;
  private boolean rewind;

  /** When everything up to an id is done, reading goes on at the offset. */
  private record Mark(long id, long offset, boolean wanted) {}

  PartitionBuffer(Lane lane) {
    this(lane, () -> FULL_BYTES);
  }

  /**
   * @param share most bytes that it may hold now
   */
  PartitionBuffer(Lane lane, LongSupplier share) {
    this.lane = lane;
    this.share = share;
  }

  /** Begins again behind what was noted last. */
  public synchronized void begin() {
    waiting.clear();
    bytes = 0;
    marks.clear();
    rewind = base != UNKNOWN;
  }

  /**
   * Takes the next events out, in order and without repetitions.
   *
   * @param after id up to which everything was read
   * @param types that are wanted; empty means all
   * @param most records to look at
   * @param mostBytes of events; the page ends with the one that goes beyond
   */
  public synchronized EventPage read(long after, Set<String> types, int most, long mostBytes) {
    List<StoredEvent> events = new ArrayList<>();
    long upTo = after;
    long taken = 0;
    for (int looked = 0; looked < most && taken < mostBytes && !waiting.isEmpty(); looked++) {
      ConsumerRecord<byte[], byte[]> read = waiting.remove();
      bytes -= read.serializedValueSize();
      long id = EventRecords.id(read);
      if (id == 0) {
        LOG.atWarn()
            .addKeyValue(LogKeys.TOPIC, read.topic())
            .addKeyValue(LogKeys.PARTITION, read.partition())
            .addKeyValue(LogKeys.OFFSET, read.offset())
            .log("a record is not an event of the hub and is skipped");
      }
      boolean wanted = false;
      if (id > 0) {
        gaps.look(read);
      }
      if (id > upTo) {
        upTo = id;
        wanted = types.isEmpty() || types.contains(EventRecords.type(read));
        if (wanted) {
          taken += read.serializedValueSize();
          events.add(EventRecords.event(read, lane));
        }
      }
      mark(new Mark(upTo, read.offset() + 1, wanted));
    }
    return new EventPage(events, upTo, !waiting.isEmpty());
  }

  /** The records that were found missing. */
  SequenceGaps gaps() {
    return gaps;
  }

  /** Everything up to an id is done, and that is safe in the ledger. */
  public synchronized void noted(long id) {
    while (!marks.isEmpty() && marks.getFirst().id() <= id) {
      base = marks.removeFirst().offset();
    }
  }

  /**
   * Registers who is told that there is more to read; the call must be quick.
   *
   * @return ends it
   */
  public Runnable listen(Runnable listener) {
    moreAvailable = listener;
    return () -> moreAvailable = () -> {};
  }

  /** Adds what was polled. */
  void add(List<ConsumerRecord<byte[], byte[]>> records) {
    synchronized (this) {
      if (rewind) {
        return;
      }
      if (base == UNKNOWN) {
        base = records.getFirst().offset();
      }
      for (ConsumerRecord<byte[], byte[]> each : records) {
        waiting.add(each);
        bytes += each.serializedValueSize();
      }
    }
    moreAvailable.run();
  }

  /** The offset to go back to before the next poll, if that is asked for. */
  synchronized OptionalLong rewind() {
    OptionalLong offset = rewind ? OptionalLong.of(base) : OptionalLong.empty();
    rewind = false;
    return offset;
  }

  synchronized boolean isFull() {
    return waiting.size() >= FULL || bytes >= mostBytes();
  }

  synchronized boolean isHalfEmpty() {
    return waiting.size() < FULL / 2 && bytes < mostBytes() / 2;
  }

  private long mostBytes() {
    return Math.max(1, Math.min(FULL_BYTES, share.getAsLong()));
  }

  /** The offset that may be committed; empty while nothing was read. */
  synchronized OptionalLong done() {
    return base == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(base);
  }

  private void mark(Mark mark) {
    // A run of records that nobody waits for needs one mark.
    if (!marks.isEmpty()
        && (mark.id() == marks.getLast().id() || !(mark.wanted() || marks.getLast().wanted()))) {
      marks.removeLast();
    }
    marks.add(mark);
    if (marks.size() > MOST_MARKS) {
      // One key is stuck and many others go on: every second mark is exact enough.
      ArrayDeque<Mark> kept = new ArrayDeque<>();
      boolean keep = marks.size() % 2 == 1;
      for (Mark each : marks) {
        if (keep) {
          kept.add(each);
        }
        keep = !keep;
      }
      marks = kept;
    }
  }
}
