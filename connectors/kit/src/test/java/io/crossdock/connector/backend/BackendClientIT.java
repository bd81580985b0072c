package io.crossdock.connector.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.crossdock.common.v1.Reason;
import io.crossdock.config.v1.Backend;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.runtime.ops.HealthChecks;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendClientIT {

  private static final BackendRequest READ =
      BackendRequest.get("/things/{thing}", "a/b?ä").about("thing").query("q", "x+y");
  private static final BackendRequest WRITE =
      BackendRequest.post("/things").json(BackendJson.object());

  private HttpServer server;
  private BackendClient client;
  private volatile int status = 200;
  private volatile String body = "{}";
  private volatile String retryAfter = "";
  private volatile String asked = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked = exchange.getRequestURI().toASCIIString();
          if (!retryAfter.isEmpty()) {
            exchange.getResponseHeaders().set("Retry-After", retryAfter);
          }
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    client =
        new BackendClient(
            Backend.newBuilder()
                .setBaseUrl("http://127.0.0.1:" + server.getAddress().getPort() + "/api/")
                .build(),
            (_, _, _) -> Optional.empty(),
            OpenTelemetry.noop());
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void encodesWhatStandsInThePathAndTheQuery() throws InterruptedException {
    client.send(READ);

    assertThat(asked).isEqualTo("/api/things/a%2Fb%3F%C3%A4?q=x%2By");
  }

  @Test
  void keepsEveryDigit() throws InterruptedException {
    body = "{\"n\":0.10000000000000000000000001,\"s\":\"24.000\"}";

    BackendData data = client.send(READ).data();

    assertThat(data.decimal("n")).isEqualTo(new BigDecimal("0.10000000000000000000000001"));
    assertThat(data.decimal("s")).isEqualTo(new BigDecimal("24.000"));
  }

  @Test
  void saysWhatOfTheAnswerItCannotUnderstand() throws InterruptedException {
    body = "{\"rows\":[{\"n\":\"many\"}]}";
    BackendData row = client.send(READ).data().list("rows").getFirst();

    Failure failure = failure(() -> row.integer("n"));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
    assertThat(failure.metadata()).containsEntry("field", "rows[0].n");
    assertThat(failure.message()).doesNotContain("many");
  }

  @Test
  void refusesAnAnswerThatIsNoJson() {
    body = "<html>welcome</html>";

    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
    assertThat(failure(() -> client.send(WRITE)).unknownOutcome()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "400, REASON_RULE_VIOLATED",
    "401, REASON_BACKEND_DENIED",
    "404, REASON_NOT_FOUND",
    "409, REASON_REFUSED_BY_POLICY",
    "412, REASON_ETAG_MISMATCH",
    "429, REASON_BACKEND_BUSY",
    "500, REASON_BACKEND_UNAVAILABLE",
    "501, REASON_NOT_SUPPORTED",
    "503, REASON_BACKEND_UNAVAILABLE",
    "504, REASON_DEADLINE_EXCEEDED",
    "302, REASON_BACKEND_ANSWER_INVALID"
  })
  void turnsStatusesIntoReasons(int given, Reason reason) {
    status = given;

    assertThat(failure(() -> client.send(READ)).reason()).isEqualTo(reason);
  }

  @Test
  void doesNotTakeAProxysNotFoundForTheBackends() {
    status = 404;
    body = "no such page";

    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
  }

  @Test
  void saysWhenToComeBack() {
    status = 429;
    retryAfter = "3";

    assertThat(failure(() -> client.send(READ)).retryAfter()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void isDegradedUntilTheBackendAnswersAgain() throws InterruptedException {
    status = 503;
    assertThat(failure(() -> client.send(READ)).metadata()).containsEntry("http_status", "503");
    assertThat(client.state()).isEqualTo(HealthChecks.State.DEGRADED);

    status = 200;
    client.send(READ);
    assertThat(client.state()).isEqualTo(HealthChecks.State.UP);
  }

  private interface Call {
    Object run() throws InterruptedException;
  }

  private static Failure failure(Call call) {
    FailureException thrown = catchThrowableOfType(FailureException.class, call::run);
    assertThat(thrown).isNotNull();
    return thrown.failure();
  }
}
