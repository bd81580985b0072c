package io.crossdock.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.demo.TraceReceiver.Received;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every process sends its spans to one receiver; each call of the till is one trace. */
@Timeout(180)
final class TraceIT {

  private static final String GET_BALANCE = "crossdock.loyalty.v1.LoyaltyService/GetBalance";

  private static TraceReceiver receiver;
  private static Process demo;

  /** Runs the demo once; every process has sent its spans when it ended. */
  @BeforeAll
  static void run() throws Exception {
    receiver = new TraceReceiver();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-jar",
            Path.of(System.getProperty("crossdock.home"), "target/dist/lib/crossdock-demo.jar")
                .toString(),
            "--once",
            "--free-ports");
    builder
        .environment()
        .putAll(
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                receiver.endpoint(),
                "OTEL_BSP_SCHEDULE_DELAY",
                "200"));
    demo = builder.redirectErrorStream(true).start();
    String said = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(demo.waitFor()).as(said).isZero();
  }

  @AfterAll
  static void stop() {
    demo.destroyForcibly();
    receiver.close();
  }

  @Test
  void aCallIsOneTraceFromTheTillToTheBackend() {
    Received hub =
        find(span -> inHub(span, GET_BALANCE) && has(span, "crossdock.connector", "loyalty"));
    Received till = parentOf(hub);
    Received attempt = childOf(hub);
    Received connector = childOf(attempt);
    Received vendorCall = childOf(connector);
    Received backend = childOf(vendorCall);

    assertThat(till.process()).isEqualTo("crossdock-till");
    assertThat(till.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    assertThat(hub.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(attempt.process()).isEqualTo("crossdock-hub");
    assertThat(attempt.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    assertThat(connector.process()).isEqualTo("crossdock-connector-loyalty");
    assertThat(connector.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(vendorCall.process()).isEqualTo("crossdock-connector-loyalty");
    assertThat(vendorCall.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
    assertThat(backend.process()).isEqualTo("crossdock-estate");
    assertThat(backend.span().getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(List.of(till, hub, attempt, connector, vendorCall, backend))
        .extracting(Received::traceId)
        .containsOnly(till.traceId());
  }

  @Test
  void theHubsSpanTellsWhatThePoliciesDecided() {
    Received live =
        find(span -> inHub(span, GET_BALANCE) && has(span, "crossdock.connector", "loyalty"));
    Received cached =
        find(span ->
            inHub(span, GET_BALANCE)
                && span.span().getEventsList().stream()
                    .flatMap(event -> event.getAttributesList().stream())
                    .anyMatch(each -> each.getValue().getStringValue().equals("hit")));

    assertThat(live.span().getEventsList())
        .extracting(Span.Event::getName)
        .containsExactly("cache", "route");
    assertThat(receiver.spans()).noneMatch(span -> span.isChildOf(cached));
  }

  @Test
  void noSpanTellsWhoTheCustomerIs() {
    assertThat(receiver.spans().toString()).doesNotContain("M-1001").doesNotContain("299000001");
  }

  private static boolean inHub(Received span, String operation) {
    return span.process().equals("crossdock-hub")
        && span.name().equals(operation)
        && span.span().getKind() == Span.SpanKind.SPAN_KIND_SERVER;
  }

  private static boolean has(Received span, String attribute, String value) {
    return span.span().getAttributesList().stream()
        .anyMatch(each ->
            each.getKey().equals(attribute) && each.getValue().getStringValue().equals(value));
  }

  private static Received find(Predicate<Received> wanted) {
    return receiver.spans().stream().filter(wanted).findFirst().orElseThrow();
  }

  private static Received parentOf(Received child) {
    return find(child::isChildOf);
  }

  private static Received childOf(Received parent) {
    return find(span -> span.isChildOf(parent));
  }
}
