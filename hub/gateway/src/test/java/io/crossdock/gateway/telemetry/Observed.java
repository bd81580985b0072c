package io.crossdock.gateway.telemetry;

import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Exchange;
import io.crossdock.gateway.pipeline.ExchangeDecorator;
import io.crossdock.gateway.pipeline.Pipeline;
import io.crossdock.gateway.pipeline.Policy;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** OpenTelemetry that keeps in memory what it is told. */
final class Observed implements AutoCloseable {

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk;

  Observed(Sampler sampler) {
    this.sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .setSampler(sampler)
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
  }

  Observed() {
    this(Sampler.alwaysOn());
  }

  /** A pipeline with the policies of this package in front of others. */
  Pipeline pipeline(Operation operation, Exchange exchange, Policy... others) {
    return pipeline(operation, List.of(), exchange, others);
  }

  /** The same with decorators around the exchange. */
  Pipeline pipeline(
      Operation operation,
      List<ExchangeDecorator> decorators,
      Exchange exchange,
      Policy... others) {
    List<Policy> policies = new ArrayList<>();
    policies.add(new TracePolicy(sdk));
    policies.add(new MetricsPolicy(sdk));
    policies.add(new CallLogPolicy());
    policies.addAll(List.of(others));
    return Pipeline.of(operation, policies, decorators, exchange);
  }

  List<SpanData> spans() {
    return spans.getFinishedSpanItems();
  }

  Collection<MetricData> metrics() {
    return metrics.collectAllMetrics();
  }

  @Override
  public void close() {
    sdk.close();
  }
}
