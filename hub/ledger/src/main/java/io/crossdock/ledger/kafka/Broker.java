package io.crossdock.ledger.kafka;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.position.Partitioning;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.policy.v1.Lane;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka as a whole: makes the topics and watches whether it can be reached. Safe for any thread.
 */
public final class Broker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
  private static final int MOST_WAIT_MILLIS = 2_000;
  private static final int MOST_LOOKS = 100;
  private static final Duration NEW_TOPIC_LOOK = Duration.ofMillis(20);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int LOOKS_PER_CHECK = 5;
  // An envelope with the headers around it.
  private static final int LARGEST_RECORD = EventCatalogue.MOST_BYTES + (16 << 10);

  // Less than any outage that an operator is called for.
  private static final Duration SHORTEST_RETENTION = Duration.ofHours(1);
  private static final long LEAST_BYTES = 64L << 20;

  private final KafkaSettings settings;
  private final Map<Lane, Topic> topics = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final BackgroundLoop watch = BackgroundLoop.of("kafka-watch", this::watch);
  private final Map<Lane, String> unfitTopics = new ConcurrentHashMap<>();
  private volatile String trouble = "";
  private int looks; // Only for the loop.
  private @Nullable Admin admin; // Guarded by this.

  /** Begins to watch. */
  public Broker(KafkaSettings settings) {
    this.settings = settings;
    watch.start();
  }

  /**
   * The topic of a lane, which is made when it is missing.
   *
   * @throws KafkaException when Kafka cannot be reached or refuses
   */
  public Topic topic(Lane lane) {
    Topic known = topics.get(lane);
    if (known != null) {
      return known;
    }
    String name = settings.topic(lane);
    Topic topic = find(name, lane).orElseGet(() -> make(name, lane));
    String unfit = unfit(topic);
    if (!unfit.isEmpty()) {
      unfitTopics.put(lane, unfit);
      throw new KafkaException(unfit);
    }
    unfitTopics.remove(lane);
    if (topics.putIfAbsent(lane, topic) == null && topic.partitions() != settings.partitions()) {
      LOG.atWarn()
          .addKeyValue(LogKeys.TOPIC, name)
          .addKeyValue(LogKeys.COUNT, topic.partitions())
          .log("the topic keeps its partitions (configured: {})", settings.partitions());
    }
    return topic;
  }

  /**
   * Whether nothing was ever written to a topic.
   *
   * @throws KafkaException when Kafka cannot be reached or refuses
   */
  public boolean isNew(Topic topic) {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (int partition = 0; partition < topic.partitions(); partition++) {
      ends.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
    }
    ListOffsetsOptions options = new ListOffsetsOptions().timeoutMs(MOST_WAIT_MILLIS);
    return get(admin().listOffsets(ends, options).all()).values().stream()
        .allMatch(end -> end.offset() == 0);
  }

  /** Looks at a lane's topic anew the next time. */
  public void forget(Lane lane) {
    var _ = topics.remove(lane);
  }

  /**
   * Makes sure that a lane's topic has not been set in a way that loses events since it was found.
   *
   * @throws KafkaException that says which setting to change
   */
  public void check(Lane lane) {
    String unfit = unfitTopics.get(lane);
    if (unfit != null) {
      throw new KafkaException(unfit);
    }
  }

  /** Whether a topic is set so that it takes every event; false when that cannot be found out. */
  boolean fits(Topic topic) {
    try {
      return unfit(topic).isEmpty();
    } catch (KafkaException e) {
      return false;
    }
  }

  /** Which setting of a lane's topic loses events or refuses them; empty when none does. */
  String unfit(Lane lane) {
    return unfitTopics.getOrDefault(lane, "");
  }

  /** Why Kafka cannot be reached, for people; empty when it can. */
  public String trouble() {
    return trouble;
  }

  @Override
  public void close() {
    closed.countDown();
    synchronized (this) {
      if (admin != null) {
        admin.close(Duration.ZERO);
      }
    }
    watch.close();
  }

  private Optional<Topic> find(String name, Lane lane) {
    try {
      int partitions =
          get(admin()
                  .describeTopics(
                      List.of(name), new DescribeTopicsOptions().timeoutMs(MOST_WAIT_MILLIS))
                  .topicNameValues()
                  .get(name))
              .partitions()
              .size();
      return Optional.of(new Topic(name, lane, new Partitioning(partitions)));
    } catch (UnknownTopicOrPartitionException e) {
      return Optional.empty();
    }
  }

  /** Which setting of a topic loses events or refuses them; empty when none does. */
  private String unfit(Topic topic) {
    String name = topic.name();
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    Config config =
        get(
            admin()
                .describeConfigs(
                    List.of(resource), new DescribeConfigsOptions().timeoutMs(MOST_WAIT_MILLIS))
                .values()
                .get(resource));
    String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
    if (policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      return "topic "
          + name
          + " has cleanup.policy="
          + policy
          + ", which deletes events of a key that nobody has read (expected: delete)";
    }
    String bytes = value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
    if (!bytes.isEmpty() && Long.parseLong(bytes) < LARGEST_RECORD) {
      return "topic "
          + name
          + " has max.message.bytes="
          + bytes
          + ", which is less than an event may have (expected: "
          + LARGEST_RECORD
          + " or more)";
    }
    String retention = value(config, TopicConfig.RETENTION_MS_CONFIG);
    if (!retention.isEmpty() && isShort(Long.parseLong(retention))) {
      return "topic "
          + name
          + " has retention.ms="
          + retention
          + ", which deletes events before a consumer that was down has read them (expected: "
          + SHORTEST_RETENTION.toMillis()
          + " or more, or -1)";
    }
    String size = value(config, TopicConfig.RETENTION_BYTES_CONFIG);
    if (!size.isEmpty() && Long.parseLong(size) >= 0 && Long.parseLong(size) < LEAST_BYTES) {
      return "topic "
          + name
          + " has retention.bytes="
          + size
          + ", which deletes events that nobody has read (expected: "
          + LEAST_BYTES
          + " or more, or -1)";
    }
    String copies = value(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    if (!copies.isEmpty() && Integer.parseInt(copies) > replicas(name)) {
      return "topic "
          + name
          + " has min.insync.replicas="
          + copies
          + ", but only "
          + replicas(name)
          + " replicas, so that nothing can be written (expected: fewer than the replicas)";
    }
    return "";
  }

  private static boolean isShort(long retentionMillis) {
    return retentionMillis >= 0 && retentionMillis < SHORTEST_RETENTION.toMillis();
  }

  /** The fewest replicas that a partition of a topic has. */
  private int replicas(String name) {
    return get(
            admin()
                .describeTopics(
                    List.of(name), new DescribeTopicsOptions().timeoutMs(MOST_WAIT_MILLIS))
                .topicNameValues()
                .get(name))
        .partitions()
        .stream()
        .mapToInt(partition -> partition.replicas().size())
        .min()
        .orElse(0);
  }

  private static String value(Config config, String name) {
    ConfigEntry entry = config.get(name);
    return entry == null || entry.value() == null ? "" : entry.value();
  }

  private Topic make(String name, Lane lane) {
    Optional<Short> copies =
        settings.replicationFactor() == KafkaSettings.BROKER_DEFAULT
            ? Optional.empty()
            : Optional.of((short) settings.replicationFactor());
    NewTopic topic = new NewTopic(name, Optional.of(settings.partitions()), copies);
    try {
      var _ =
          get(
              admin()
                  .createTopics(
                      List.of(topic), new CreateTopicsOptions().timeoutMs(MOST_WAIT_MILLIS))
                  .all());
      LOG.atInfo()
          .addKeyValue(LogKeys.TOPIC, name)
          .addKeyValue(LogKeys.COUNT, settings.partitions())
          .log("topic created");
    } catch (TopicExistsException e) {
      // Another node was quicker.
    }
    // It takes a moment until every broker knows of it.
    for (int looks = 0; looks < MOST_LOOKS; looks++) {
      Optional<Topic> made = find(name, lane);
      if (made.isPresent()) {
        return made.get();
      }
      var _ = Uninterruptibles.awaitUninterruptibly(closed, NEW_TOPIC_LOOK);
    }
    throw new KafkaException("topic " + name + " is not there yet");
  }

  private Duration watch() {
    String now = look();
    if (closed.getCount() > 0 && !now.equals(trouble)) {
      if (now.isEmpty()) {
        LOG.info("Kafka can be reached again");
      } else {
        LOG.atWarn()
            .addKeyValue(LogKeys.REASON, now)
            .log("Kafka cannot be reached, events wait in the ledger");
      }
      trouble = now;
    }
    if (now.isEmpty() && ++looks % LOOKS_PER_CHECK == 0) {
      topics.forEach((lane, topic) -> {
        String unfit = unfit(topic);
        if (!unfit.isEmpty()) {
          unfitTopics.put(lane, unfit);
        }
      });
    }
    return LOOK;
  }

  private String look() {
    try {
      DescribeClusterOptions options = new DescribeClusterOptions().timeoutMs(MOST_WAIT_MILLIS);
      var _ = get(admin().describeCluster(options).nodes());
      return "";
    } catch (RuntimeException e) {
      return String.valueOf(Throwables.getRootCause(e).getMessage());
    }
  }

  private synchronized Admin admin() {
    Admin known = admin;
    if (closed.getCount() == 0) {
      throw new KafkaException("closed");
    }
    if (known == null) {
      known = Admin.create(settings.admin());
      admin = known;
    }
    return known;
  }

  private static <T> T get(@Nullable KafkaFuture<T> answer) {
    if (answer == null) {
      throw new KafkaException("Kafka was not asked");
    }
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException(e);
    }
  }
}
