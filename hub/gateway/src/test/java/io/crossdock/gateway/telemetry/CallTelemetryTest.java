package io.crossdock.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.crossdock.common.v1.Reason;
import io.crossdock.config.v1.Route;
import io.crossdock.config.v1.RouteRule;
import io.crossdock.gateway.cache.AnswerCache;
import io.crossdock.gateway.cache.CachePolicy;
import io.crossdock.gateway.cache.SingleFlight;
import io.crossdock.gateway.connector.ConnectorExchange;
import io.crossdock.gateway.connector.Connectors;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Backend;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.pipeline.Pipeline;
import io.crossdock.gateway.pipeline.Till;
import io.crossdock.gateway.routing.RouteTable;
import io.crossdock.gateway.routing.Routes;
import io.crossdock.gateway.wire.Payload;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CallTelemetryTest {

  private static final Operation GET_BALANCE =
      BuildContracts.operation("LoyaltyService/GetBalance");
  private static final Operation GET_AVAILABILITY =
      BuildContracts.operation("InventoryService/GetAvailability");
  private static final byte[] REQUEST =
      GetBalanceRequest.newBuilder().setMemberId("M-1").build().toByteArray();
  private static final Metadata.Key<String> TRACEPARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";

  private final Till till = new Till();
  private final CallLog log = new CallLog();
  private final AtomicLong clock = new AtomicLong(1);
  private Observed observed = new Observed();

  @AfterEach
  void stop() {
    till.close();
    log.close();
    observed.close();
  }

  @Test
  void continuesTheCallersTrace() {
    Backend backend = Backend.answering(new byte[0]);

    send(backend, "00-" + TRACE + "-" + PARENT + "-01");

    SpanData span = theSpan();
    assertThat(span.getTraceId()).isEqualTo(TRACE);
    assertThat(span.getParentSpanId()).isEqualTo(PARENT);
    assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(span.getName()).isEqualTo("crossdock.loyalty.v1.LoyaltyService/GetBalance");
    assertThat(backend.next().call().upstreamHeaders().get(TRACEPARENT))
        .isEqualTo("00-" + TRACE + "-" + span.getSpanId() + "-01");
  }

  @Test
  void beginsATraceForACallerWithoutOne() {
    send(Backend.answering(new byte[0]), "not a trace");

    assertThat(theSpan().getParentSpanContext().isValid()).isFalse();
    assertThat(theSpan().getTraceId()).isNotEqualTo(TRACE);
  }

  @Test
  void tellsTheBackendWhenACallIsNotSampled() {
    observed.close();
    observed = new Observed(Sampler.parentBased(Sampler.alwaysOn()));
    Backend backend = Backend.answering(new byte[0]);

    send(backend, "00-" + TRACE + "-" + PARENT + "-00");

    assertThat(observed.spans()).isEmpty();
    assertThat(backend.next().call().upstreamHeaders().get(TRACEPARENT))
        .startsWith("00-" + TRACE)
        .endsWith("-00");
  }

  @Test
  void saysHowACallEnded() {
    send(Backend.answering(new byte[0]), "");
    send(failing(Reason.REASON_NOT_FOUND), "");
    send(failing(Reason.REASON_CONNECTOR_UNAVAILABLE), "");

    List<SpanData> spans = observed.spans();

    assertThat(spans).hasSize(3);
    assertThat(spans.get(0).getAttributes().asMap())
        .containsEntry(AttributeKey.stringKey("rpc.system.name"), "grpc")
        .containsEntry(
            AttributeKey.stringKey("rpc.method"), "crossdock.loyalty.v1.LoyaltyService/GetBalance")
        .containsEntry(AttributeKey.stringKey("rpc.response.status_code"), "OK")
        .doesNotContainKey(AttributeKey.stringKey("error.type"))
        .containsEntry(AttributeKey.stringKey("crossdock.connector"), "loyalty");
    assertThat(spans.get(0).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    // A caller's fault is no error of the hub.
    assertThat(spans.get(1).getAttributes().asMap())
        .containsEntry(AttributeKey.stringKey("rpc.response.status_code"), "NOT_FOUND")
        .containsEntry(AttributeKey.stringKey("crossdock.reason"), "NOT_FOUND")
        .doesNotContainKey(AttributeKey.stringKey("error.type"));
    assertThat(spans.get(1).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(spans.get(2).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(spans.get(2).getStatus().getDescription()).isEqualTo("CONNECTOR_UNAVAILABLE");
    assertThat(spans.get(2).getAttributes().asMap())
        .containsEntry(AttributeKey.stringKey("rpc.response.status_code"), "UNAVAILABLE")
        .containsEntry(AttributeKey.stringKey("crossdock.reason"), "CONNECTOR_UNAVAILABLE")
        .containsEntry(AttributeKey.stringKey("error.type"), "CONNECTOR_UNAVAILABLE");
  }

  @Test
  void endsTheSpanOfACallThatWasCancelled() {
    Backend silent = Backend.silent();
    Till.Receipt receipt = till.send(observed.pipeline(GET_BALANCE, silent), REQUEST);
    silent.next();

    receipt.cancel();
    receipt.answer();

    assertThat(theSpan().getAttributes().get(AttributeKey.stringKey("rpc.response.status_code")))
        .isEqualTo("CANCELLED");
    assertThat(count("", Status.Code.CANCELLED)).isEqualTo(1);
  }

  @Test
  void tellsHitsAndMissesAndTheirAge() {
    Pipeline pipeline = cached(served());

    till.send(pipeline, REQUEST).answer();
    clock.addAndGet(1_500_000_000L);
    till.send(pipeline, REQUEST).answer();

    assertThat(events("cache")).containsExactly(cacheEvent("miss", 0), cacheEvent("hit", 1_500));
    assertThat(observed.spans().get(1).getAttributes().asMap())
        .doesNotContainKey(AttributeKey.stringKey("crossdock.connector"));
    assertThat(count("loyalty", Status.Code.OK)).isEqualTo(1);
    assertThat(count("cache", Status.Code.OK)).isEqualTo(1);
  }

  @Test
  void tellsWhoJoinedAnothersCall() {
    Backend silent = Backend.silent();
    Pipeline pipeline = cached(silent);
    Till.Receipt leader = till.send(pipeline, REQUEST);
    Till.Receipt joined = till.send(pipeline, REQUEST);
    till.settle();

    silent.next().answer(new byte[0]);
    leader.answer();
    joined.answer();

    assertThat(events("cache"))
        .containsExactlyInAnyOrder(cacheEvent("miss", 0), cacheEvent("joined", 0));
  }

  @Test
  void tellsTheRouteOfACall() {
    Till.Answer answer = route("US-001");

    assertThat(answer.failure().reason()).isEqualTo(Reason.REASON_CONNECTOR_UNAVAILABLE);
    assertThat(events("route"))
        .containsExactly(Attributes.of(AttributeKey.stringKey("crossdock.connector"), "erp-us"));
    assertThat(count("erp-us", Status.Code.UNAVAILABLE)).isEqualTo(1);
  }

  @Test
  void findsNothingWhereNoRouteApplies() {
    Till.Answer answer = route("AP-001");

    assertThat(answer.status().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(answer.failure().reason()).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(events("route")).isEmpty();
  }

  @Test
  void countsCallsByOperationConnectorAndOutcome() {
    for (int i = 0; i < 3; i++) {
      send(served(), "");
    }
    send(failing(Reason.REASON_CONNECTOR_UNAVAILABLE), "");

    assertThat(count("loyalty", Status.Code.OK)).isEqualTo(3);
    assertThat(count("loyalty", Status.Code.UNAVAILABLE)).isEqualTo(1);
    assertThat(duration().getUnit()).isEqualTo("s");
    assertThat(duration().getHistogramData().getPoints())
        .allSatisfy(point -> {
          assertThat(point.getMax()).isBetween(0.0, 10.0);
          assertThat(point.getAttributes().size()).isEqualTo(3);
          assertThat(point.getAttributes().get(AttributeKey.stringKey("crossdock.operation")))
              .isEqualTo("crossdock.loyalty.v1.LoyaltyService/GetBalance");
        });
  }

  @Test
  void countsManyCallsAtOnce() {
    Pipeline pipeline = observed.pipeline(GET_BALANCE, served());

    List<Till.Receipt> receipts =
        IntStream.range(0, 400)
            .mapToObj(i -> till.send(pipeline, REQUEST, new Metadata(), Context.ROOT, i % 2))
            .toList();
    receipts.forEach(Till.Receipt::answer);
    till.settle();

    assertThat(count("loyalty", Status.Code.OK)).isEqualTo(400);
    assertThat(observed.spans()).hasSize(400);
  }

  @Test
  void logsALinePerCallThatABackendFailed() {
    send(failing(Reason.REASON_CONNECTOR_UNAVAILABLE), "00-" + TRACE + "-" + PARENT + "-01");

    ILoggingEvent line = log.lines().getFirst();

    assertThat(log.lines()).hasSize(1);
    assertThat(line.getLevel()).isEqualTo(Level.WARN);
    assertThat(line.getMessage()).isEqualTo("call failed");
    assertThat(line.getKeyValuePairs())
        .extracting(pair -> pair.key)
        .containsExactly(
            "call_id", "trace_id", "operation", "connector", "status", "reason", "duration_ms");
    assertThat(line.getKeyValuePairs().get(1).value).isEqualTo(TRACE);
    assertThat(line.getKeyValuePairs().get(3).value).isEqualTo("loyalty");
    assertThat(line.getKeyValuePairs().get(5).value).isEqualTo("CONNECTOR_UNAVAILABLE");
  }

  @Test
  void saysLittleOfACallersFaultAndNothingOfSuccess() {
    send(served(), "");
    assertThat(log.lines()).isEmpty();

    send(failing(Reason.REASON_NOT_FOUND), "");

    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().getFirst().getLevel()).isEqualTo(Level.DEBUG);
  }

  private Pipeline cached(Backend backend) {
    AnswerCache cache = new AnswerCache(10_000, clock::get);
    return observed.pipeline(
        GET_BALANCE, List.of(new SingleFlight(cache)), backend, new CachePolicy(cache));
  }

  private void send(Backend backend, String traceparent) {
    Metadata headers = new Metadata();
    if (!traceparent.isEmpty()) {
      headers.put(TRACEPARENT, traceparent);
    }
    Backend noting =
        Backend.doing((call, sink) -> {
          call.servedBy("loyalty");
          var _ = backend.begin(call, sink);
        });
    till.send(observed.pipeline(GET_BALANCE, noting), REQUEST, headers, Context.ROOT, 0).answer();
  }

  private Till.Answer route(String location) {
    Routes routes =
        Routes.compile(
            List.of(
                Route.newBuilder()
                    .setService("crossdock.inventory.v1.InventoryService")
                    .addRules(
                        RouteRule.newBuilder()
                            .setWhen("location.startsWith('US-')")
                            .setConnector("erp-us"))
                    .build()),
            BuildContracts.ALL);
    ManagedChannel local = InProcessChannelBuilder.forName("nobody").directExecutor().build();
    try (Connectors none = new Connectors(List.of(), 4096, till.loops())) {
      ConnectorExchange exchange =
          new ConnectorExchange(
              new RouteTable(routes), none, local, new AttemptTracing(OpenTelemetry.noop()));
      byte[] request =
          GetAvailabilityRequest.newBuilder()
              .setItemId("SKU-1001")
              .setLocationId(location)
              .build()
              .toByteArray();
      return till.send(observed.pipeline(GET_AVAILABILITY, exchange), request).answer();
    } finally {
      local.shutdownNow();
    }
  }

  private static Backend served() {
    return Backend.doing((call, sink) -> {
      call.servedBy("loyalty");
      sink.finish(new Outcome.Answered(Payload.of(new byte[] {0x0a, 0})));
    });
  }

  private static Backend failing(Reason reason) {
    return Backend.doing((call, sink) -> sink.finish(Outcome.failed(reason, "said by a vendor")));
  }

  private SpanData theSpan() {
    assertThat(observed.spans()).hasSize(1);
    return observed.spans().getFirst();
  }

  private List<Attributes> events(String name) {
    return observed.spans().stream()
        .flatMap(span -> span.getEvents().stream())
        .filter(event -> event.getName().equals(name))
        .map(EventData::getAttributes)
        .toList();
  }

  private static Attributes cacheEvent(String result, long ageMillis) {
    return Attributes.of(
        AttributeKey.stringKey("crossdock.cache.result"), result,
        AttributeKey.longKey("crossdock.cache.age_ms"), ageMillis);
  }

  private MetricData duration() {
    return observed.metrics().stream()
        .filter(metric -> metric.getName().equals("crossdock.call.duration"))
        .findFirst()
        .orElseThrow();
  }

  private long count(String connector, Status.Code outcome) {
    return duration().getHistogramData().getPoints().stream()
        .filter(point ->
            connector.equals(
                    point.getAttributes().get(AttributeKey.stringKey("crossdock.connector")))
                && outcome
                    .name()
                    .equals(point.getAttributes().get(AttributeKey.stringKey("crossdock.outcome"))))
        .mapToLong(HistogramPointData::getCount)
        .sum();
  }
}
