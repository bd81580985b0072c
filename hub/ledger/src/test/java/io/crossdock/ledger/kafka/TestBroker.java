package io.crossdock.ledger.kafka;

import io.crossdock.policy.v1.Lane;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker of one node within the test run, shared by its tests; it can be away for a while.
 */
public final class TestBroker {

  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static @Nullable TestBroker shared;

  private final Path dir;
  private final int port;
  private final int controllerPort;
  private KafkaRaftServer server;

  private TestBroker() throws Exception {
    this.dir = Files.createTempDirectory("kafka");
    this.port = freePort();
    this.controllerPort = freePort();
    KafkaConfig config = config();
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .addDirectory(dir.toString())
        .setMetadataLogDirectory(dir.toString())
        .run();
    this.server = new KafkaRaftServer(config, Time.SYSTEM);
    server.startup();
    Runtime.getRuntime().addShutdownHook(new Thread(this::delete));
  }

  /** The one of this test run, started when it is first asked for. */
  public static synchronized TestBroker shared() {
    TestBroker running = shared;
    if (running == null) {
      try {
        running = new TestBroker();
      } catch (Exception e) {
        throw new IllegalStateException("the test's Kafka does not start", e);
      }
      shared = running;
    }
    return running;
  }

  /** Settings with topics and groups of their own; members of groups are missed soon. */
  public KafkaSettings settings(int partitions) {
    return new KafkaSettings(
        "127.0.0.1:" + port,
        "test-" + NUMBER.incrementAndGet(),
        partitions,
        1,
        Map.of(
            "session.timeout.ms", "600",
            "heartbeat.interval.ms", "100",
            "retry.backoff.ms", "20",
            "reconnect.backoff.max.ms", "200"));
  }

  /** Everything that a lane's topic has, by partition and offset. */
  public List<ConsumerRecord<byte[], byte[]>> records(KafkaSettings settings, Lane lane) {
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(settings.consumer("reader-" + NUMBER.incrementAndGet()))) {
      List<TopicPartition> partitions =
          reader.partitionsFor(settings.topic(lane)).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      while (partitions.stream()
          .anyMatch(each -> reader.position(each) < ends.getOrDefault(each, 0L))) {
        reader.poll(Duration.ofMillis(100)).forEach(records::add);
      }
      return records;
    }
  }

  /** Sets how large a record of a lane's topic may be. */
  public void limitRecords(KafkaSettings settings, Lane lane, int bytes) {
    set(settings, lane, "max.message.bytes", Integer.toString(bytes));
  }

  /** Changes a setting of a lane's topic, as an operator does. */
  public void set(KafkaSettings settings, Lane lane, String name, String value) {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, settings.topic(lane));
    AlterConfigOp change =
        new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    try (Admin admin = Admin.create(settings.admin())) {
      admin.incrementalAlterConfigs(Map.of(topic, List.of(change))).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds partitions to a lane's topic, as an operator does. */
  public void addPartitions(KafkaSettings settings, Lane lane, int count) {
    try (Admin admin = Admin.create(settings.admin())) {
      admin
          .createPartitions(Map.of(settings.topic(lane), NewPartitions.increaseTo(count)))
          .all()
          .get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Stops it as an operator does. */
  public void stop() {
    server.shutdown();
    server.awaitShutdown();
  }

  /** Starts it again with what it had. */
  public void start() {
    server = new KafkaRaftServer(config(), Time.SYSTEM);
    server.startup();
  }

  private KafkaConfig config() {
    Properties all = new Properties();
    all.put("node.id", "1");
    all.put("process.roles", "broker,controller");
    all.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    all.put("controller.listener.names", "CONTROLLER");
    all.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,BROKER:PLAINTEXT");
    all.put("inter.broker.listener.name", "BROKER");
    all.put(
        "listeners", "BROKER://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    all.put("log.dirs", dir.toString());
    all.put("auto.create.topics.enable", "false");
    all.put("offsets.topic.replication.factor", "1");
    all.put("offsets.topic.num.partitions", "1");
    all.put("group.initial.rebalance.delay.ms", "0");
    all.put("group.min.session.timeout.ms", "100");
    all.put("broker.session.timeout.ms", "6000");
    all.put("broker.heartbeat.interval.ms", "200");
    all.put("num.network.threads", "2");
    all.put("num.io.threads", "2");
    all.put("background.threads", "1");
    all.put("log.cleaner.enable", "false");
    return KafkaConfig.fromProps(all, false);
  }

  private void delete() {
    server.shutdown();
    try (var files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // The directory of temporary files is emptied by others.
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
