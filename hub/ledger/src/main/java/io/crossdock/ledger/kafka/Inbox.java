package io.crossdock.ledger.kafka;

import io.crossdock.ledger.consumer.DeliveryMemory;
import io.crossdock.ledger.store.LogKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's share of a topic, as a member of a group: polls into a buffer for each partition, and
 * commits the offsets of what was done. One thread runs it.
 */
public final class Inbox {

  private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);
  private static final Duration POLL = Duration.ofMillis(100);
  // While a buffer is full: it may have room soon.
  private static final Duration POLL_FULL = Duration.ofMillis(5);
  private static final long COMMIT_NANOS = Duration.ofMillis(500).toNanos();
  private static final Duration LAST_COMMIT = Duration.ofSeconds(3);

  private final DeliveryMemory memory;
  private final Topic topic;
  private final String group;
  private final Map<String, Object> properties;
  private final Listener listener;
  private final Map<TopicPartition, PartitionBuffer> buffers = new HashMap<>();
  private final Map<TopicPartition, Long> committed = new HashMap<>();
  private volatile boolean stopping;
  private volatile boolean dying;

  /** Who works on the partitions; called by the thread that runs the inbox. */
  public interface Listener {

    /** The group has taken this node in. */
    void joined();

    /** A partition is this node's. */
    void assigned(int partition, PartitionBuffer buffer);

    /** Partitions are to be left; when this returns, nothing of them is under way any more. */
    void revoked(Set<Integer> partitions);
  }

  /** Makes one; nothing happens yet. */
  public Inbox(
      KafkaSettings settings,
      Topic topic,
      String consumer,
      DeliveryMemory memory,
      Listener listener) {
    this.memory = memory;
    this.topic = topic;
    this.group = settings.group(consumer, topic.lane());
    this.properties = settings.consumer(group);
    this.listener = listener;
  }

  /**
   * Works until it is told to stop; then it leaves the group.
   *
   * @throws KafkaException when it cannot go on
   */
  public void run() {
    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties);
    Rebalance rebalance = new Rebalance(consumer);
    try {
      consumer.subscribe(List.of(topic.name()), rebalance);
      long committedAt = System.nanoTime();
      while (!stopping) {
        boolean full = flow(consumer);
        poll(consumer, full ? POLL_FULL : POLL);
        if (System.nanoTime() - committedAt >= COMMIT_NANOS) {
          commit(consumer);
          committedAt = System.nanoTime();
        }
      }
    } finally {
      // The group is left in time only when nothing is under way any more.
      rebalance.leave(Set.copyOf(buffers.keySet()), true);
      consumer.close(
          dying
              ? CloseOptions.timeout(Duration.ZERO)
                  .withGroupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP)
              : CloseOptions.timeout(LAST_COMMIT));
    }
  }

  /** Asks it to end, without waiting. */
  public void stop() {
    stopping = true;
  }

  /** Asks it to end as a process does that dies: the group is not told. */
  public void die() {
    dying = true;
    stopping = true;
  }

  private boolean flow(KafkaConsumer<byte[], byte[]> consumer) {
    boolean full = false;
    for (Map.Entry<TopicPartition, PartitionBuffer> each : buffers.entrySet()) {
      PartitionBuffer buffer = each.getValue();
      buffer.rewind().ifPresent(offset -> consumer.seek(each.getKey(), offset));
      if (buffer.isFull()) {
        consumer.pause(List.of(each.getKey()));
      } else if (buffer.isHalfEmpty()) {
        consumer.resume(List.of(each.getKey()));
      }
      full |= consumer.paused().contains(each.getKey());
    }
    return full;
  }

  private void poll(KafkaConsumer<byte[], byte[]> consumer, Duration most) {
    ConsumerRecords<byte[], byte[]> records;
    try {
      records = consumer.poll(most);
    } catch (NoOffsetForPartitionException e) {
      consumer.seekToBeginning(e.partitions());
      return;
    } catch (OffsetOutOfRangeException e) {
      LOG.atError()
          .addKeyValue(LogKeys.TOPIC, topic.name())
          .addKeyValue(LogKeys.CONSUMER, group)
          .addKeyValue(LogKeys.PARTITION, e.partitions())
          .log("Kafka deleted records that were not read yet: replay them from the ledger");
      consumer.seekToBeginning(e.partitions());
      return;
    }
    for (TopicPartition partition : records.partitions()) {
      PartitionBuffer buffer = buffers.get(partition);
      if (buffer != null) {
        List<ConsumerRecord<byte[], byte[]>> part = records.records(partition);
        buffer.add(part);
      }
    }
  }

  private void commit(KafkaConsumer<byte[], byte[]> consumer) {
    Map<TopicPartition, OffsetAndMetadata> offsets = offsets(buffers.keySet());
    if (!offsets.isEmpty()) {
      consumer.commitAsync(
          offsets,
          (done, error) -> {
            // What was not committed is tried again with the next offset; the ledger knows anyway.
            if (error == null) {
              done.forEach((partition, offset) -> committed.put(partition, offset.offset()));
            }
          });
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> offsets(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : partitions) {
      PartitionBuffer buffer = buffers.get(partition);
      if (buffer != null) {
        buffer
            .done()
            .ifPresent(offset -> {
              Long before = committed.get(partition);
              if (before == null || before != offset) {
                offsets.put(partition, new OffsetAndMetadata(offset));
              }
            });
      }
    }
    return offsets;
  }

  private final class Rebalance implements ConsumerRebalanceListener {

    private final KafkaConsumer<byte[], byte[]> consumer;

    Rebalance(KafkaConsumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      listener.joined();
      for (TopicPartition partition : partitions) {
        PartitionBuffer buffer = new PartitionBuffer(topic.lane(), memory::share);
        buffers.put(partition, buffer);
        listener.assigned(partition.partition(), buffer);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      leave(partitions, true);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      leave(partitions, false);
    }

    private void leave(Collection<TopicPartition> partitions, boolean commit) {
      if (dying) {
        return;
      }
      List<TopicPartition> held = new ArrayList<>(partitions);
      held.retainAll(buffers.keySet());
      Set<Integer> numbers = new HashSet<>();
      held.forEach(partition -> numbers.add(partition.partition()));
      listener.revoked(numbers);
      Map<TopicPartition, OffsetAndMetadata> offsets = offsets(held);
      if (commit && !offsets.isEmpty()) {
        try {
          consumer.commitSync(offsets, LAST_COMMIT);
        } catch (KafkaException e) {
          LOG.atInfo()
              .addKeyValue(LogKeys.CONSUMER, group)
              .addKeyValue(LogKeys.REASON, e.getMessage())
              .log("offsets could not be committed to Kafka, the ledger has them");
        }
      }
      held.forEach(partition -> {
        buffers.remove(partition);
        committed.remove(partition);
      });
    }
  }
}
