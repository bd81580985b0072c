package io.crossdock.hub.gateway;

import io.crossdock.gateway.cache.AnswerCache;
import io.crossdock.gateway.connector.Connector;
import io.crossdock.gateway.connector.Connector.InstanceState;
import io.crossdock.gateway.connector.Health;
import io.crossdock.gateway.server.CallerConnections;
import io.crossdock.gateway.server.Gateway;
import io.grpc.ConnectivityState;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * What operators watch of the gateway: for each instance of a connector {@code
 * crossdock.connector.ready} (1 or 0), {@code .in_flight}, {@code .calls} and {@code .failures}; of
 * the cache {@code crossdock.cache.entries}, {@code .bytes}, {@code .max_bytes}, {@code .hits},
 * {@code .misses}, {@code .evictions} and {@code .invalidations}; of the callers {@code
 * crossdock.caller.connections}, how many of them were cut off, and what memory they hold. Read
 * when they are asked for.
 */
public final class GatewayMetrics implements AutoCloseable {

  private static final AttributeKey<String> CONNECTOR =
      AttributeKey.stringKey("crossdock.connector");
  private static final AttributeKey<String> CAUSE = AttributeKey.stringKey("crossdock.cause");
  private static final AttributeKey<String> MEMORY =
      AttributeKey.stringKey("crossdock.memory.kind");
  private static final AttributeKey<String> INSTANCE = AttributeKey.stringKey("crossdock.instance");

  private final Gateway gateway;
  private final Meter meter;
  private final List<AutoCloseable> instruments = new ArrayList<>();

  private GatewayMetrics(Gateway gateway, OpenTelemetry telemetry) {
    this.gateway = gateway;
    this.meter = telemetry.getMeter("io.crossdock.gateway");
  }

  /** Registers the instruments; they read the gateway until {@link #close}. */
  public static GatewayMetrics start(Gateway gateway, OpenTelemetry telemetry) {
    GatewayMetrics metrics = new GatewayMetrics(gateway, telemetry);
    metrics.connectors();
    metrics.cache();
    metrics.callers();
    return metrics;
  }

  @Override
  public void close() {
    for (AutoCloseable instrument : instruments) {
      try {
        instrument.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void connectors() {
    gauge(
        "crossdock.connector.ready",
        "Whether an instance of a connector takes calls",
        each(instance -> isReady(instance) ? 1 : 0));
    gauge(
        "crossdock.connector.in_flight",
        "Calls to an instance of a connector that have not ended",
        each(InstanceState::inFlight));
    counter(
        "crossdock.connector.calls",
        "Calls to an instance of a connector that have ended",
        each(InstanceState::calls));
    counter(
        "crossdock.connector.failures",
        "Calls that ended by a fault of the connector or its backend",
        each(InstanceState::failedCalls));
  }

  private void cache() {
    gauge("crossdock.cache.entries", "Answers in the cache", total(each -> each.entries()));
    gauge("crossdock.cache.bytes", "Memory that the cache takes", total(each -> each.bytes()));
    gauge(
        "crossdock.cache.max_bytes",
        "Memory that the cache may take",
        of -> of.record(gateway.cache().statistics().maxBytes()));
    counter("crossdock.cache.hits", "Calls answered from the cache", total(each -> each.hits()));
    counter("crossdock.cache.misses", "Calls that were not", total(each -> each.misses()));
    counter(
        "crossdock.cache.evictions",
        "Answers dropped for lack of room",
        total(each -> each.evictions()));
    counter(
        "crossdock.cache.invalidations",
        "Answers dropped by writes, events and operators",
        total(each -> each.invalidations()));
  }

  private void callers() {
    CallerConnections connections = gateway.connections();
    gauge(
        "crossdock.caller.connections",
        "Connections of callers that are open",
        of -> of.record(connections.count()));
    counter(
        "crossdock.caller.connections.cut_off",
        "Connections that were cut off because they asked for more than their share",
        of ->
            connections
                .cutOff()
                .forEach((cause, count) -> of.record(count, Attributes.of(CAUSE, cause))));
    gauge(
        "crossdock.caller.memory.held",
        "Bytes of requests that are incomplete or under way, and of answers that nobody has taken",
        of -> {
          of.record(connections.requestBytes(), Attributes.of(MEMORY, "requests"));
          of.record(connections.answerBytes(), Attributes.of(MEMORY, "answers"));
        });
    gauge(
        "crossdock.caller.memory.largest",
        "Bytes that the connection holds which holds most",
        of -> of.record(connections.largestBytes()));
    gauge(
        "crossdock.caller.memory.max",
        "Bytes that all connections may hold together",
        of -> of.record(connections.maxBytes()));
  }

  private void gauge(String name, String description, Consumer<ObservableLongMeasurement> read) {
    instruments.add(
        meter.gaugeBuilder(name).setDescription(description).ofLongs().buildWithCallback(read));
  }

  private void counter(String name, String description, Consumer<ObservableLongMeasurement> read) {
    instruments.add(meter.counterBuilder(name).setDescription(description).buildWithCallback(read));
  }

  private Consumer<ObservableLongMeasurement> each(ToLongFunction<InstanceState> figure) {
    return of -> {
      for (Connector connector : gateway.connectors().all()) {
        for (InstanceState instance : connector.instances()) {
          of.record(
              figure.applyAsLong(instance),
              Attributes.of(CONNECTOR, connector.name(), INSTANCE, instance.address()));
        }
      }
    };
  }

  private Consumer<ObservableLongMeasurement> total(
      ToLongFunction<AnswerCache.OperationStatistics> figure) {
    return of -> of.record(figure.applyAsLong(gateway.cache().statistics().total()));
  }

  private static boolean isReady(InstanceState instance) {
    return instance.state() == ConnectivityState.READY && instance.health() != Health.NOT_SERVING;
  }
}
