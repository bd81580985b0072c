package io.crossdock.ledger.kafka;

import io.crossdock.ledger.event.StoredEvent;
import java.time.Duration;
import java.util.LinkedHashMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Sends a lane's events, in order. It waits for a broker that is away for as long as it takes, and
 * is of no use any more when Kafka refuses an event.
 */
public final class Sender implements AutoCloseable {

  // Most that may be under way.
  private static final int WINDOW = 4096;
  private static final int WINDOW_BYTES = 8 << 20;

  private final Topic topic;
  private final Runnable changed;
  private final KafkaProducer<byte[], byte[]> producer;

  // Guarded by this; in the order in which they were sent.
  private final LinkedHashMap<Long, Sent> pending = new LinkedHashMap<>();
  private long pendingBytes;
  private @Nullable Exception refusal;
  private boolean over;
  private long tooLarge;

  private record Sent(int bytes, long at) {}

  /**
   * Makes one; nothing is sent yet.
   *
   * @param changed told when an event was confirmed or refused; must be quick
   * @throws KafkaException when the settings are wrong
   */
  public Sender(KafkaSettings settings, Topic topic, Runnable changed) {
    this.topic = topic;
    this.changed = changed;
    this.producer = new KafkaProducer<>(settings.producer());
  }

  /**
   * Sends an event without waiting for its confirmation.
   *
   * @return false when it cannot be written as a record; nothing was sent then
   * @throws KafkaException when it, or one before it, is refused
   */
  public boolean send(StoredEvent event) {
    ProducerRecord<byte[], byte[]> written;
    try {
      written = EventRecords.of(event, topic);
    } catch (IllegalArgumentException | IllegalStateException e) {
      return false;
    }
    synchronized (this) {
      check();
      Sent sent = new Sent(written.value().length, System.nanoTime());
      pending.put(event.id(), sent);
      pendingBytes += sent.bytes();
    }
    try {
      var _ = producer.send(written, (_, error) -> answered(event.id(), error));
    } catch (IllegalStateException e) {
      // Closed because one before it was refused.
      check();
      throw e;
    }
    check();
    return true;
  }

  /** Whether there is room for more. */
  public synchronized boolean room() {
    return pending.size() < WINDOW && pendingBytes < WINDOW_BYTES;
  }

  /**
   * The id up to which everything is confirmed.
   *
   * @param sent id up to which everything was handed to {@link #send}
   * @throws KafkaException when an event was refused
   */
  public synchronized long confirmed(long sent) {
    check();
    return pending.isEmpty() ? sent : pending.firstEntry().getKey() - 1;
  }

  /** The id of the event that was refused because no record may be so large; 0 when none was. */
  synchronized long tooLarge() {
    return tooLarge;
  }

  /** How long the oldest event has been waiting for its confirmation. */
  public synchronized Duration waiting() {
    return pending.isEmpty()
        ? Duration.ZERO
        : Duration.ofNanos(System.nanoTime() - pending.firstEntry().getValue().at());
  }

  /** Ends at once: what is not confirmed yet may get there or not. */
  @Override
  public void close() {
    synchronized (this) {
      over = true;
    }
    producer.close(Duration.ZERO);
  }

  private void answered(long id, @Nullable Exception error) {
    boolean first = false;
    synchronized (this) {
      if (error == null) {
        Sent sent = pending.remove(id);
        pendingBytes -= sent == null ? 0 : sent.bytes();
      } else if (!over) {
        first = true;
        over = true;
        refusal = error;
        tooLarge = error instanceof RecordTooLargeException ? id : 0;
      }
    }
    if (first) {
      // On the thread that sends: nothing that came after the refused event goes out any more.
      producer.close(Duration.ZERO);
    }
    changed.run();
  }

  private synchronized void check() {
    Exception error = refusal;
    if (error != null) {
      throw new KafkaException("an event was not taken: " + error.getMessage(), error);
    }
  }
}
