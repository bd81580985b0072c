package io.crossdock.estate;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.estate.Caller.Reply;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class EstateIT {

  private static String raw(Estate estate, String request) throws IOException {
    try (Socket socket = new Socket(estate.address().getAddress(), estate.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  @Test
  void tellsSomeoneLostWhereToGo() throws Exception {
    try (Estate estate = Estate.start();
        Caller caller = new Caller(estate, "")) {
      assertThat(caller.get("/").status()).isEqualTo(404);
      assertThat(caller.get("/").text("/paths/0")).isEqualTo("/erp-eu");
      assertThat(caller.get("/erp-europe").status()).isEqualTo(404);
      assertThat(caller.get("/crm").text("/errors/0/code")).isEqualTo("not_found");
      assertThat(caller.get("/control/health").text("/status")).isEqualTo("UP");
    }
  }

  @Test
  void refusesMalformedJsonInEachVendorsWords() throws Exception {
    try (Estate estate = Estate.start();
        Caller caller = new Caller(estate, "", "Authorization", "Bearer estate-loyalty-token")) {
      assertThat(caller.post("/loyalty/v2/members/M-1001/redemptions", "{").text("/error/type"))
          .isEqualTo("invalid_request");
      assertThat(caller.post("/crm/api/v1/cases", "[1]").text("/errors/0/code"))
          .isEqualTo("bad_request");
      assertThat(caller.post("/erp-us/api/reservations", "{'a':1,'a':2}").text("/errorCode"))
          .isEqualTo("GEN-0400");
      Reply deep =
          caller.post(
              "/erp-eu/sap/opu/odata4/API_SALES_ORDER_SRV/A_SalesOrder", "{'a':".repeat(100));
      assertThat(deep.status()).isEqualTo(400);
      assertThat(deep.text("/error/code")).isEqualTo("/IWBEP/CM_MGW_RT/020");
    }
  }

  @Test
  void refusesBodiesThatAreTooLarge() throws Exception {
    try (Estate estate = Estate.start()) {
      String tooLarge =
          raw(
              estate,
              "POST /loyalty/v2/members/M-1001/redemptions HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");

      assertThat(tooLarge).startsWith("HTTP/1.1 413").contains("too_large");
    }
  }

  @Test
  void refusesWhatIsNotHttp() throws Exception {
    try (Estate estate = Estate.start()) {
      assertThat(raw(estate, "nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
      assertThat(raw(estate, "GET /crm/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void answersPipelinedRequestsInOrder() throws Exception {
    try (Estate estate = Estate.start();
        Caller control = new Caller(estate, "/control")) {
      control.send("PUT", "/faults/crm", "{'latency':{'fixed_ms':100}}");

      String answers =
          raw(
              estate,
              "GET /crm/api/v1/contacts/C-1001 HTTP/1.1\r\nHost: x\r\n\r\nGET /control/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

      assertThat(answers.indexOf("C-1001")).isPositive().isLessThan(answers.indexOf("\"UP\""));
    }
  }

  @Test
  void keepsConnectionsOpenUntilToldOtherwise() throws Exception {
    try (Estate estate = Estate.start()) {
      String answers =
          raw(
              estate,
              "GET /control/health HTTP/1.1\r\nHost: x\r\n\r\nGET /control/health HTTP/1.0\r\nHost: x\r\n\r\n");

      assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(3);
    }
  }

  @Test
  void servesManyCallersAtOnce() throws Exception {
    try (Estate estate = Estate.start();
        Caller caller = new Caller(estate, "")) {
      List<CompletableFuture<Reply>> all = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        all.add(caller.later("GET", "/crm/api/v1/contacts/C-" + (2001 + i), ""));
      }

      assertThat(all).allMatch(each -> each.join().status() == 200);
    }
  }

  @Test
  void tellsTheSameAfterEveryStart() throws Exception {
    List<Object> told = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      try (Estate estate = Estate.start();
          Caller caller = new Caller(estate, "", "Authorization", "Bearer estate-loyalty-token")) {
        told.add(
            List.of(
                caller.get("/loyalty/v2/members/M-54321/ledger").json(),
                caller.get("/crm/api/v1/contacts/C-54321").json(),
                caller.get("/erp-us/api/items/20999").json()));
      }
    }

    assertThat(told.get(0)).isEqualTo(told.get(1));
  }

  @Test
  void saysThatAPortIsTaken() throws Exception {
    try (Estate estate = Estate.start()) {
      assertThatThrownBy(
              () -> Estate.start(estate.address(), io.opentelemetry.api.OpenTelemetry.noop()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(":" + estate.address().getPort())
          .hasRootCauseInstanceOf(java.net.BindException.class);
    }
  }

  @Test
  void makesOneServerSpanPerRequestInTheCallersTrace() throws Exception {
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    OpenTelemetrySdk telemetry =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    InetSocketAddress where = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (telemetry;
        Estate estate = Estate.start(where, telemetry);
        Caller caller =
            new Caller(
                estate,
                "",
                "Authorization",
                "Bearer estate-loyalty-token",
                "traceparent",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")) {
      caller.send("PUT", "/control/faults/loyalty", "{'error':{},'methods':['POST']}");
      caller.get("/loyalty/v2/members/M-1001/balance?card=1");
      caller.post("/loyalty/v2/members/M-1001/redemptions", "{}");

      List<SpanData> found = spans.getFinishedSpanItems();
      assertThat(found)
          .hasSize(2)
          .allSatisfy(span -> {
            assertThat(span.getKind()).isEqualTo(SpanKind.SERVER);
            assertThat(span.getTraceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
            assertThat(span.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
          });
      assertThat(found.get(0).getName()).isEqualTo("GET /loyalty/v2/members/{id}/balance");
      assertThat(found.get(0).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
      assertThat(found.get(0).getAttributes().toString()).doesNotContain("card");
      assertThat(found.get(1).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }
  }
}
