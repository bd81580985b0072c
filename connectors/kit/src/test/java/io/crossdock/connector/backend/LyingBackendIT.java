package io.crossdock.connector.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossdock.common.v1.Reason;
import io.crossdock.config.v1.Backend;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that answers with what no backend should cannot hurt the connector. */
@Timeout(20)
class LyingBackendIT {

  private static final BackendRequest READ = BackendRequest.get("/things");
  private static final BackendRequest WRITE =
      BackendRequest.post("/things").json(BackendJson.object());

  private ScriptedBackend backend;
  private BackendClient client;

  @BeforeEach
  void start() throws IOException {
    backend = new ScriptedBackend();
    client =
        new BackendClient(
            Backend.newBuilder()
                .setBaseUrl(backend.url())
                .setTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(1))
                .build(),
            (_, _, _) -> Optional.empty(),
            OpenTelemetry.noop());
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    backend.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1E+99999999",
        "-1E+99999999",
        "1E-99999999",
        "\"1E+99999999\"",
        "\"1e2147483647\"",
        "\"1e2147483648\"",
        "\"1E-2147483648\"",
        "\"0E+2147483647\"",
        "12345678901234567890123456789012345678901",
        "\"12345678901234567890123456789012345678901\"",
        "\"0.00000000000000000000000000000000000000001\""
      })
  void refusesANumberBeforeItIsCalculatedWith(String number) throws InterruptedException {
    backend.answersJson("{\"n\":" + number + "}");
    BackendData data = client.send(READ).data();

    assertThat(failure(() -> data.decimal("n")).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
    assertThat(failure(() -> data.integer("n")).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
  }

  @Test
  void refusesANumberOfMillionsOfDigits() throws InterruptedException {
    String nines = "9".repeat(3_900_000);

    backend.answersJson("{\"n\":" + nines + "}");
    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);

    backend.answersJson("{\"n\":\"" + nines.substring(0, 200_000) + "\"}");
    BackendData data = client.send(READ).data();
    assertThat(failure(() -> data.decimal("n")).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"at\":\"+10000-01-01T00:00:00Z\"}",
        "{\"at\":\"+999999999-12-31T23:59:59Z\"}",
        "{\"at\":\"-0001-01-01T00:00:00Z\"}",
        "{\"at\":253402300800000}",
        "{\"at\":9223372036854775807}",
        "{\"at\":-62135596800001}"
      })
  void refusesAMomentOutsideOfTheContractsYears(String document) throws InterruptedException {
    backend.answersJson(document);
    BackendData data = client.send(READ).data();

    Call read =
        data.node().path("at").isTextual()
            ? () -> data.instant("at")
            : () -> data.epochMillis("at");

    assertThat(failure(read).reason()).isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
  }

  @Test
  void refusesADayOutsideOfTheContractsYears() throws InterruptedException {
    backend.answersJson("{\"on\":\"+10000-01-01\",\"last\":\"9999-12-31\"}");
    BackendData data = client.send(READ).data();

    assertThat(failure(() -> data.day("on")).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
    assertThat(data.day("last")).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "1795861939000, 3600",
    "99999999999999999999999999, 3600",
    "-5, 1",
    "5, 5",
    "'Fri, 31 Dec 9999 23:59:59 GMT', 3600",
    "'Thu, 01 Jan 1970 00:00:00 GMT', 0",
    "٣, 1",
    "'Fri, 31 Dec 999999999 23:59:59 GMT', 3600"
  })
  void capsTheTimeToComeBack(String header, long seconds) {
    backend.answers(out ->
        out.head(429, "Content-Type: application/json", "Retry-After: " + header).body("{}"));

    assertThat(failure(() -> client.send(READ)).retryAfter())
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "'[', 100000, ''",
    "'{\"a\":', 100000, ''",
    "'[],', 400000, '0'",
    "'0,', 400000, '0'"
  })
  void refusesDocumentsThatAreTooDeepOrTooMany(String part, int times, String last) {
    backend.answersJson("[" + part.repeat(times) + last + "]");

    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
  }

  // Of an exponent of eleven digits the JSON parser says something else than of other bad numbers.
  @ParameterizedTest
  @ValueSource(strings = {"1E+99999999999", "1e-99999999795000000000", "-0E+12345678901"})
  void refusesAnExponentThatIsNoNumber(String number) {
    backend.answersJson("{\"n\":" + number + "}");

    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"points\":1,\"points\":1000000}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "{\"a\":1}{\"a\":2}",
        "{\"a\":1} trailing",
        "{\"a\":1",
        "nul",
        "{\"a\":NaN}"
      })
  void refusesDocumentsThatCanBeReadInTwoWays(String document) {
    backend.answersJson(document);

    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
    assertThat(failure(() -> client.send(WRITE)).unknownOutcome()).isNotNull();
  }

  @Test
  void endsAnAnswerThatIsTooLarge() {
    backend.answers(out -> {
      out.head(200, "Content-Type: application/json", "Transfer-Encoding: chunked").raw("\r\n");
      String chunk = "10000\r\n" + " ".repeat(0x10000) + "\r\n";
      for (int i = 0; i < 4096; i++) {
        out.raw(chunk);
      }
    });

    Failure failure = failure(() -> client.send(READ));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
    assertThat(failure.message()).contains(Integer.toString(BackendClient.MAX_ANSWER_BYTES));
  }

  @Test
  void endsABodyThatHangsOrTrickles() {
    backend.answers(out -> {
      out.head(200, "Content-Type: application/json", "Content-Length: 1000").raw("\r\n{");
      out.hang();
    });

    long before = System.nanoTime();
    Failure failure = failure(() -> client.send(WRITE));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    assertThat(failure.unknownOutcome()).isNotNull();
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void takesAnotherTypeOfContentForNoAnswer() {
    backend.answers(out -> out.head(200, "Content-Type: text/html").body("{\"points\":5}"));
    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);

    backend.answers(out -> out.head(404, "Content-Type: text/html").body("{}"));
    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/json;charset=utf-8", "application/problem+json", "text/json"})
  void readsEveryTypeOfJson(String type) throws InterruptedException {
    backend.answers(out -> out.head(200, "Content-Type: " + type).body("{\"n\":1}"));

    assertThat(client.send(READ).data().integer("n")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void followsNoRedirect(int status) throws IOException {
    try (ScriptedBackend elsewhere = new ScriptedBackend()) {
      elsewhere.answersJson("{\"n\":1}");
      backend.answers(out -> out.head(status, "Location: " + elsewhere.url() + "/things").body(""));

      assertThat(failure(() -> client.send(READ)).reason())
          .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
      assertThat(failure(() -> client.send(WRITE)).unknownOutcome()).isNotNull();

      assertThat(elsewhere.requests()).isEmpty();
    }
  }

  @Test
  void sendsNothingTwiceWhenTheConnectionIsReset() throws InterruptedException {
    backend.answersJson("{}");
    client.send(READ);
    backend.answers(ScriptedBackend.Answer::reset);

    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);
    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);
    assertThat(failure(() -> client.send(WRITE)).reason())
        .isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);

    assertThat(backend.requests()).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 abc X\r\n\r\n",
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"
      })
  void survivesWhatIsNoHttp(String bytes) {
    backend.answers(out -> {
      out.raw(bytes);
      out.reset();
    });

    assertThat(failure(() -> client.send(READ)).reason())
        .isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);
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
