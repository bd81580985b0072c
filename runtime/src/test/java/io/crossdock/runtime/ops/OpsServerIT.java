package io.crossdock.runtime.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.runtime.ops.HealthChecks.State;
import io.crossdock.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpsServerIT {

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final HealthChecks health = new HealthChecks();
  private final HttpClient client = HttpClient.newHttpClient();
  private Telemetry telemetry;
  private OpsServer server;

  @BeforeEach
  void open() throws IOException {
    telemetry = Telemetry.start("crossdock-test");
    server = OpsServer.start(ANY_PORT, health, telemetry);
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    telemetry.close();
  }

  @Test
  void livesEvenWhenAPartIsDown() throws Exception {
    health.register("ledger", () -> State.DOWN);

    HttpResponse<String> answer = call("GET", "/health/live");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualToIgnoringNewLines("{\"status\":\"UP\"}");
  }

  @Test
  void isReadyWhenNothingIsDown() throws Exception {
    health.register("loyalty", () -> State.UP);
    health.register("erp-eu", () -> State.DEGRADED);

    HttpResponse<String> answer = call("GET", "/health/ready");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(answer.body())
        .isEqualToIgnoringNewLines(
            "{\"status\":\"UP\",\"checks\":{\"erp-eu\":\"DEGRADED\",\"loyalty\":\"UP\"}}");
  }

  @Test
  void isNotReadyWhenAPartIsDown() throws Exception {
    health.register("ledger", () -> State.DOWN);

    HttpResponse<String> answer = call("GET", "/health/ready");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body())
        .isEqualToIgnoringNewLines("{\"status\":\"DOWN\",\"checks\":{\"ledger\":\"DOWN\"}}");
  }

  @Test
  void takesACheckThatThrowsForDown() throws Exception {
    health.register(
        "ledger",
        () -> {
          throw new IllegalStateException("broken");
        });

    HttpResponse<String> answer = call("GET", "/health/ready");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("\"ledger\":\"DOWN\"").doesNotContain("broken");
  }

  @Test
  void givesMetricsToPrometheus() throws Exception {
    HttpResponse<String> answer = call("GET", "/metrics");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body()).contains("# TYPE jvm_memory_used_bytes gauge");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/health", "/health/live/", "/metrics/..", "/favicon.ico"})
  void knowsNothingElse(String path) throws Exception {
    HttpResponse<String> answer = call("GET", path);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).startsWith("{\"error\":\"not found\"");
  }

  @Test
  void answersHeadWithoutABody() throws Exception {
    HttpResponse<String> answer = call("HEAD", "/health/ready");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-length")).hasValue("28");
    assertThat(answer.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void onlyReads(String method) throws Exception {
    HttpResponse<String> answer = call(method, "/health/live");

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).hasValue("GET, HEAD");
  }

  @Test
  void namesAPortThatIsTaken() {
    InetSocketAddress taken =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());

    assertThatThrownBy(() -> OpsServer.start(taken, health, telemetry))
        .isInstanceOf(BindException.class)
        .hasMessage("operators' port localhost:" + server.port() + ": Address already in use");
  }

  @Test
  void refusesAnAddressThatOthersReach() {
    InetSocketAddress open = new InetSocketAddress("0.0.0.0", 0);

    assertThatThrownBy(() -> OpsServer.start(open, health, telemetry))
        .hasMessage("ops: 0.0.0.0 (expected: a loopback address)");
  }

  @Test
  void refusesANameThatWouldBreakTheAnswer() {
    assertThatThrownBy(() -> health.register("a\"b", () -> State.UP))
        .hasMessageStartingWith("name: a\"b (expected: ");
  }

  @Test
  void answersNobodyOnceClosed() {
    server.close();

    assertThatThrownBy(() -> call("GET", "/health/live")).isInstanceOf(ConnectException.class);
  }

  private HttpResponse<String> call(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    return client.send(
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).build(),
        BodyHandlers.ofString());
  }
}
