package io.crossdock.drill;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A Kafka broker of one node within the test, which says that it is at another port. */
final class TestKafka implements AutoCloseable {

  private final KafkaRaftServer server;
  private final int port;
  private final int advertised;

  private TestKafka(KafkaRaftServer server, int port, int advertised) {
    this.server = server;
    this.port = port;
    this.advertised = advertised;
  }

  /** Starts one with an empty directory. */
  static TestKafka start(Path directory) throws Exception {
    int port = freePort();
    int advertised = freePort();
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .addDirectory(directory.toString())
        .setMetadataLogDirectory(directory.toString())
        .run();
    KafkaRaftServer server =
        new KafkaRaftServer(config(directory, port, advertised, freePort()), Time.SYSTEM);
    server.startup();
    return new TestKafka(server, port, advertised);
  }

  /** Where it is. */
  int port() {
    return port;
  }

  /** Where it says that it is. */
  int advertised() {
    return advertised;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static KafkaConfig config(Path directory, int port, int advertised, int controller) {
    Properties all = new Properties();
    all.put("node.id", "1");
    all.put("process.roles", "broker,controller");
    all.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    all.put("controller.listener.names", "CONTROLLER");
    all.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,HUBS:PLAINTEXT");
    all.put("inter.broker.listener.name", "HUBS");
    all.put("listeners", "HUBS://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller);
    all.put("advertised.listeners", "HUBS://127.0.0.1:" + advertised);
    all.put("log.dirs", directory.toString());
    all.put("auto.create.topics.enable", "false");
    all.put("offsets.topic.replication.factor", "1");
    all.put("offsets.topic.num.partitions", "1");
    all.put("group.initial.rebalance.delay.ms", "0");
    all.put("num.network.threads", "2");
    all.put("num.io.threads", "2");
    all.put("background.threads", "1");
    all.put("log.cleaner.enable", "false");
    return KafkaConfig.fromProps(all, false);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
