package io.crossdock.drill;

import io.crossdock.drill.process.FaultProxy;
import io.crossdock.policy.v1.Lane;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** The Kafka cluster of a drill, with topics of its own; or none. */
final class DrillBroker implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 30;

  // Bootstrap address for the hubs; empty for none.
  private final String near;
  private final String prefix;
  private final List<FaultProxy> proxies;

  private DrillBroker(String near, String prefix, List<FaultProxy> proxies) {
    this.near = near;
    this.prefix = prefix;
    this.proxies = List.copyOf(proxies);
  }

  /**
   * Connects to it.
   *
   * @param number of the drill
   */
  static DrillBroker open(DrillSettings settings, long number) throws IOException {
    List<FaultProxy> proxies = new ArrayList<>();
    String near = settings.kafka();
    if (settings.kafkaProxy() > 0) {
      int colon = settings.kafka().lastIndexOf(':');
      InetSocketAddress broker =
          new InetSocketAddress(
              settings.kafka().substring(0, colon),
              Integer.parseInt(settings.kafka().substring(colon + 1)));
      proxies.add(new FaultProxy(settings.kafkaProxy(), broker));
      near = "127.0.0.1:" + settings.kafkaProxy();
    }
    String prefix = String.format(Locale.ROOT, "crossdock-drill-%016x", number);
    return new DrillBroker(near, prefix, proxies);
  }

  /** The part of a hub's configuration that names it, to follow that of the database. */
  String configuration() {
    if (near.isEmpty()) {
      return "";
    }
    return String.format(
        Locale.ROOT, ", kafka: {bootstrap_servers: \"%s\", topic_prefix: %s}", near, prefix);
  }

  /** What can be cut. */
  List<FaultProxy> proxies() {
    return proxies;
  }

  /** Deletes the topics. */
  void drop() throws IOException, InterruptedException {
    if (near.isEmpty()) {
      return;
    }
    List<String> topics =
        List.of(Lane.LANE_FINANCIAL, Lane.LANE_BUSINESS, Lane.LANE_STOCK).stream()
            .map(lane ->
                prefix + "." + lane.name().substring("LANE_".length()).toLowerCase(Locale.ROOT))
            .toList();
    try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, near))) {
      admin.deleteTopics(topics).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      throw new IOException("the topics " + topics + " could not be deleted: " + e, e);
    }
  }

  @Override
  public void close() {
    proxies.forEach(FaultProxy::close);
  }
}
