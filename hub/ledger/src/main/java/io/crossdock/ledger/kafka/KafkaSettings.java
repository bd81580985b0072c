package io.crossdock.ledger.kafka;

import io.crossdock.policy.v1.Lane;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Which Kafka, and how to use it.
 *
 * @param bootstrapServers addresses to begin with. Example: {@code kafka-1:9092,kafka-2:9092}
 * @param topicPrefix what topics and consumer groups begin with
 * @param partitions of a topic that has to be made, 1 or more
 * @param replicationFactor of a topic that has to be made; -1 means as the brokers are set
 * @param properties further properties of every client, such as {@code security.protocol}; what the
 *     hub's promises stand on cannot be changed by them
 */
public record KafkaSettings(
    String bootstrapServers,
    String topicPrefix,
    int partitions,
    int replicationFactor,
    Map<String, String> properties) {

  /** Prefix of topics and groups unless told otherwise. */
  public static final String USUAL_PREFIX = "crossdock";

  /** Partitions of a topic unless told otherwise. */
  public static final int USUAL_PARTITIONS = 12;

  /** Leaves the number of copies to the brokers. */
  public static final int BROKER_DEFAULT = -1;

  public KafkaSettings {
    properties = Map.copyOf(properties);
    if (bootstrapServers.isBlank()) {
      throw new IllegalArgumentException("bootstrapServers: none (expected: host:port,…)");
    }
    if (!topicPrefix.matches("[A-Za-z0-9._-]{1,100}")) {
      throw new IllegalArgumentException(
          "topicPrefix: "
              + topicPrefix
              + " (expected: 1 to 100 letters, digits, dots, dashes and underscores)");
    }
    if (partitions < 1) {
      throw new IllegalArgumentException("partitions: " + partitions + " (expected: 1 or more)");
    }
    if (replicationFactor != BROKER_DEFAULT
        && (replicationFactor < 1 || replicationFactor > Short.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "replicationFactor: " + replicationFactor + " (expected: -1, or 1 or more)");
    }
  }

  /** What is usual. */
  public KafkaSettings(String bootstrapServers) {
    this(bootstrapServers, USUAL_PREFIX, USUAL_PARTITIONS, BROKER_DEFAULT, Map.of());
  }

  /** The topic of a lane. Example: {@code crossdock.financial}. */
  String topic(Lane lane) {
    return topicPrefix + "." + suffix(lane);
  }

  /** The group of a consumer in a lane, so that lanes are shared out without each other. */
  String group(String consumer, Lane lane) {
    return topicPrefix + "." + consumer + "." + suffix(lane);
  }

  Map<String, Object> admin() {
    Map<String, Object> all = usual();
    all.putAll(properties);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    return all;
  }

  Map<String, Object> producer() {
    Map<String, Object> all = usual();
    // Records gather while the request before them is under way.
    all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    all.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
    all.putAll(properties);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    // What package-info promises.
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    all.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    var _ = all.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
    return all;
  }

  Map<String, Object> consumer(String group) {
    Map<String, Object> all = usual();
    // The shortest that brokers allow unless they are told otherwise.
    all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    all.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_500);
    all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 500);
    all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 8 << 20);
    all.putAll(properties);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    all.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    all.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // Where the offset is unknown is for us to say, and to tell when something is missing.
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return all;
  }

  private static Map<String, Object> usual() {
    Map<String, Object> all = new HashMap<>();
    all.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    all.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
    // Kafka's own telemetry for its operators is of no use here.
    all.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
    return all;
  }

  private static String suffix(Lane lane) {
    return lane.name().substring("LANE_".length()).toLowerCase(Locale.ROOT);
  }
}
