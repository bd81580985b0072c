package io.crossdock.gateway.server;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.Limits;
import io.crossdock.config.v1.Listener;
import io.crossdock.time.Durations;
import java.time.Duration;

/**
 * What a gateway needs from the configuration, with the defaults filled in.
 *
 * @param host interface to listen on
 * @param port port to listen on, 0 for a free one
 * @param maxMessageBytes largest message in either direction, bytes
 * @param maxMetadataBytes largest metadata of a call, bytes
 * @param maxConcurrentStreams most calls in flight on one connection
 * @param drain how long calls in flight may take to end after a stop began
 * @param cacheBytes memory for cached answers, bytes
 */
record GatewaySettings(
    String host,
    int port,
    int maxMessageBytes,
    int maxMetadataBytes,
    int maxConcurrentStreams,
    Duration drain,
    long cacheBytes) {

  private static final int PORT = 7070;
  private static final int MAX_MESSAGE_BYTES = 4 << 20;
  private static final int MAX_METADATA_BYTES = 16 << 10;
  private static final int MAX_CONCURRENT_STREAMS = 256;
  private static final Duration DRAIN = Duration.ofSeconds(30);
  private static final long CACHE_BYTES = 64L << 20;

  static GatewaySettings of(HubConfig config) {
    Listener listen = config.getListen();
    Limits limits = config.getLimits();
    return new GatewaySettings(
        listen.getHost().isEmpty() ? "127.0.0.1" : listen.getHost(),
        listen.hasPort() ? listen.getPort() : PORT,
        limits.hasMaxMessageBytes() ? limits.getMaxMessageBytes() : MAX_MESSAGE_BYTES,
        limits.hasMaxMetadataBytes() ? limits.getMaxMetadataBytes() : MAX_METADATA_BYTES,
        limits.hasMaxConcurrentStreams()
            ? limits.getMaxConcurrentStreams()
            : MAX_CONCURRENT_STREAMS,
        limits.hasDrain() ? Durations.toJava(limits.getDrain()) : DRAIN,
        config.getCache().hasMaxBytes() ? config.getCache().getMaxBytes() : CACHE_BYTES);
  }
}
