package io.crossdock.gateway.server;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.Limits;
import io.crossdock.config.v1.Listener;
import io.crossdock.time.Durations;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;

/**
 * What a gateway needs from the configuration, with the defaults filled in.
 *
 * @param host interface to listen on
 * @param port port to listen on, 0 for a free one
 * @param maxMessageBytes largest message in either direction, bytes
 * @param maxMetadataBytes largest metadata of a call, bytes
 * @param maxConcurrentStreams most calls in flight on one connection
 * @param maxConnections most connections of callers at a time
 * @param maxConnectionBytes most memory that one connection may hold, bytes
 * @param maxBufferedBytes most memory that all connections may hold together, bytes
 * @param maxResetsPerSecond most streams that one connection may reset within a second
 * @param drain how long calls in flight may take to end after a stop began
 * @param cacheBytes memory for cached answers, bytes
 */
record GatewaySettings(
    String host,
    int port,
    int maxMessageBytes,
    int maxMetadataBytes,
    int maxConcurrentStreams,
    int maxConnections,
    long maxConnectionBytes,
    long maxBufferedBytes,
    int maxResetsPerSecond,
    Duration drain,
    long cacheBytes) {

  private static final int PORT = 7070;
  private static final int MAX_MESSAGE_BYTES = 4 << 20;
  private static final int MAX_METADATA_BYTES = 16 << 10;
  private static final int MAX_CONCURRENT_STREAMS = 256;
  private static final int MAX_CONNECTIONS = 10_000;
  private static final long MAX_CONNECTION_BYTES = 32 << 20;
  // A connection has room for a few messages, however large one may be.
  private static final int MESSAGES_PER_CONNECTION = 4;
  private static final int MAX_RESETS_PER_SECOND = 500;
  private static final Duration DRAIN = Duration.ofSeconds(30);
  private static final long CACHE_BYTES = 64L << 20;

  static GatewaySettings of(HubConfig config) {
    Listener listen = config.getListen();
    Limits limits = config.getLimits();
    int maxMessageBytes =
        limits.hasMaxMessageBytes() ? limits.getMaxMessageBytes() : MAX_MESSAGE_BYTES;
    return new GatewaySettings(
        listen.getHost().isEmpty() ? "127.0.0.1" : listen.getHost(),
        listen.hasPort() ? listen.getPort() : PORT,
        maxMessageBytes,
        limits.hasMaxMetadataBytes() ? limits.getMaxMetadataBytes() : MAX_METADATA_BYTES,
        limits.hasMaxConcurrentStreams()
            ? limits.getMaxConcurrentStreams()
            : MAX_CONCURRENT_STREAMS,
        limits.hasMaxConnections() ? limits.getMaxConnections() : MAX_CONNECTIONS,
        limits.hasMaxConnectionBytes()
            ? limits.getMaxConnectionBytes()
            : Math.max(MAX_CONNECTION_BYTES, (long) MESSAGES_PER_CONNECTION * maxMessageBytes),
        limits.hasMaxBufferedBytes()
            ? limits.getMaxBufferedBytes()
            : PlatformDependent.maxDirectMemory() / 2,
        limits.hasMaxResetsPerSecond() ? limits.getMaxResetsPerSecond() : MAX_RESETS_PER_SECOND,
        limits.hasDrain() ? Durations.toJava(limits.getDrain()) : DRAIN,
        config.getCache().hasMaxBytes() ? config.getCache().getMaxBytes() : CACHE_BYTES);
  }
}
