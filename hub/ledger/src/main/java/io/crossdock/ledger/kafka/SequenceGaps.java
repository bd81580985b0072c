package io.crossdock.ledger.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.crossdock.ledger.store.LogKeys;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that records of a key are missing in a partition: somebody deleted or compacted them, or
 * the relay parked an event that no record can hold. It remembers the keys that were read last, so
 * a gap behind a key that was not seen for long goes unnoticed. Reading is for one thread, the
 * figures for any.
 */
final class SequenceGaps {

  private static final Logger LOG = LoggerFactory.getLogger(SequenceGaps.class);
  private static final int MOST_KEYS = 10_000;
  private static final long LOG_EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final Map<String, Long> last =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST_KEYS;
        }
      };
  private final AtomicLong missing = new AtomicLong();
  private long loggedAt = System.nanoTime() - LOG_EVERY_NANOS;
  private volatile String trouble = "";

  /** Looks at a record; those without a sequence are older than this check. */
  void look(ConsumerRecord<byte[], byte[]> read) {
    long sequence = EventRecords.sequence(read);
    if (sequence == 0 || read.key() == null) {
      return;
    }
    Long before = last.get(new String(read.key(), UTF_8));
    if (before == null || sequence > before) {
      last.put(new String(read.key(), UTF_8), sequence);
    }
    if (before != null && sequence > before + 1) {
      tell(read, sequence - before - 1);
    }
  }

  /** How many records were found missing. */
  long missing() {
    return missing.get();
  }

  /** What is wrong, for people; empty while no record was found missing. */
  String trouble() {
    return trouble;
  }

  private void tell(ConsumerRecord<byte[], byte[]> read, long count) {
    long all = missing.addAndGet(count);
    trouble =
        all
            + (all == 1 ? " event is" : " events are")
            + " missing in topic "
            + read.topic()
            + ": replay them from the ledger";
    long now = System.nanoTime();
    if (now - loggedAt >= LOG_EVERY_NANOS) {
      loggedAt = now;
      LOG.atError()
          .addKeyValue(LogKeys.TOPIC, read.topic())
          .addKeyValue(LogKeys.PARTITION, read.partition())
          .addKeyValue(LogKeys.OFFSET, read.offset())
          .addKeyValue(LogKeys.COUNT, all)
          .log("a key's sequence has a gap in Kafka: replay its events from the ledger");
    }
  }
}
