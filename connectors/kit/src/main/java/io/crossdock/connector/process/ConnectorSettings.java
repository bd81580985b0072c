package io.crossdock.connector.process;

import io.crossdock.config.v1.ConnectorConfig;
import io.crossdock.config.v1.ConnectorLimits;
import io.crossdock.config.v1.Dedupe;
import io.crossdock.config.v1.Listener;
import io.crossdock.time.Durations;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A connector's configuration with its defaults filled in. */
record ConnectorSettings(
    InetSocketAddress listen,
    InetSocketAddress ops,
    int maxMessageBytes,
    int maxMetadataBytes,
    Duration drain,
    int dedupeEntries,
    Duration dedupeTtl) {

  private static final String LOOPBACK = "127.0.0.1";
  private static final int OPS_ABOVE_LISTEN = 10;

  /**
   * @param port the connector's own port
   */
  static ConnectorSettings of(ConnectorConfig config, int port) {
    ConnectorLimits limits = config.getLimits();
    Dedupe dedupe = config.getDedupe();
    return new ConnectorSettings(
        address(config.getListen(), port),
        address(config.getOps(), port + OPS_ABOVE_LISTEN),
        limits.hasMaxMessageBytes() ? limits.getMaxMessageBytes() : 4 << 20,
        limits.hasMaxMetadataBytes() ? limits.getMaxMetadataBytes() : 16 << 10,
        limits.hasDrain() ? Durations.toJava(limits.getDrain()) : Duration.ofSeconds(30),
        dedupe.hasMaxEntries() ? dedupe.getMaxEntries() : 20_000,
        dedupe.hasTtl() ? Durations.toJava(dedupe.getTtl()) : Duration.ofHours(24));
  }

  private static InetSocketAddress address(Listener listener, int port) {
    return new InetSocketAddress(
        listener.getHost().isEmpty() ? LOOPBACK : listener.getHost(),
        listener.hasPort() ? listener.getPort() : port);
  }
}
