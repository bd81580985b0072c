package io.crossdock.estate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.estate.Caller.Reply;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsIT {

  private static final String BALANCE = "/members/M-1001/balance";
  private static final String REDEEM = "/members/M-1001/redemptions";
  private static final String REDEMPTION = "{'points':500,'order_ref':'O-1','capture':true}";

  private static Estate estate;
  private static Caller loyalty;
  private static Caller crm;
  private static Caller control;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start();
    loyalty = new Caller(estate, "/loyalty/v2", "Authorization", "Bearer estate-loyalty-token");
    crm = new Caller(estate, "/crm/api/v1");
    control = new Caller(estate, "/control");
  }

  @AfterAll
  static void stop() {
    loyalty.close();
    crm.close();
    control.close();
    estate.close();
  }

  @BeforeEach
  void reset() {
    control.post("/reset", "");
  }

  private static void faults(String json) {
    Reply reply = control.send("PUT", "/faults/loyalty", json);
    assertThat(reply.status()).as(reply.json().toString()).isEqualTo(200);
  }

  private static JsonNode log() {
    return control.get("/requests?backend=loyalty").json();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited in vain").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  @Test
  void failsAShareOfTheRequestsTheSameEveryTime() {
    List<Integer> first = statuses(40);
    List<Integer> second = statuses(40);

    assertThat(first).contains(200, 503).isEqualTo(second);
  }

  private static List<Integer> statuses(int count) {
    faults("{'error':{'rate':0.5,'status':503},'seed':7}");
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      statuses.add(loyalty.get(BALANCE).status());
    }
    return statuses;
  }

  @Test
  void tellsErrorsInTheVendorsWords() {
    faults("{'error':{'status':500,'retry_after_seconds':2}}");
    control.send("PUT", "/faults/crm", "{'error':{}}");
    control.send("PUT", "/faults/erp-eu", "{'error':{}}");
    control.send("PUT", "/faults/erp-us", "{'error':{}}");

    assertThat(loyalty.get(BALANCE).text("/error/type")).isEqualTo("server_error");
    assertThat(loyalty.get(BALANCE).headers().firstValue("Retry-After")).contains("2");
    assertThat(crm.get("/cases/CASE-20001").text("/errors/0/status")).isEqualTo("503");
    try (Caller erp = new Caller(estate, "")) {
      assertThat(erp.get("/erp-eu/sap/opu/odata4/API_PLANT_SRV/A_Plant").text("/error/code"))
          .isEqualTo("HTTP/503");
      assertThat(erp.get("/erp-us/api/sites").text("/errorCode")).isEqualTo("GEN-0503");
    }
  }

  @Test
  void strikesOneBackendOnly() {
    faults("{'error':{}}");

    assertThat(crm.get("/contacts/C-1001").status()).isEqualTo(200);
    assertThat(loyalty.get(BALANCE).status()).isEqualTo(503);
  }

  @Test
  void endsAfterSoManyRequests() {
    faults("{'error':{},'times':2}");

    assertThat(
            List.of(
                loyalty.get(BALANCE).status(),
                loyalty.get(BALANCE).status(),
                loyalty.get(BALANCE).status()))
        .containsExactly(503, 503, 200);
  }

  @Test
  void strikesOnlyWhatMatches() {
    faults("{'error':{},'methods':['POST'],'path':'/redemptions','times':1}");

    assertThat(loyalty.get(BALANCE).status()).isEqualTo(200);
    assertThat(loyalty.post("/members/M-1001/adjustments", "{'points':10,'reason':'x'}").status())
        .isEqualTo(201);
    assertThat(loyalty.post(REDEEM, REDEMPTION).status()).isEqualTo(503);
    assertThat(loyalty.post(REDEEM, REDEMPTION).status()).isEqualTo(201);
  }

  @Test
  void delaysAnswers() {
    faults("{'latency':{'fixed_ms':150,'jitter_ms':20}}");

    long start = System.nanoTime();
    loyalty.get(BALANCE);

    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThanOrEqualTo(Duration.ofMillis(130));
  }

  @Test
  void drawsDelaysFromPercentiles() {
    faults(
        "{'latency':{'percentiles':[{'percentile':50,'ms':1},{'percentile':100,'ms':40}]},'seed':3}");
    for (int i = 0; i < 30; i++) {
      loyalty.get(BALANCE);
    }

    List<Long> times = new ArrayList<>();
    log().at("/last").forEach(line -> times.add(line.path("duration_ms").asLong()));
    assertThat(times).anyMatch(ms -> ms < 10).anyMatch(ms -> ms >= 20);
  }

  @Test
  void servesManySlowRequestsAtOnce() {
    faults("{'latency':{'fixed_ms':300}}");
    long start = System.nanoTime();

    List<CompletableFuture<Reply>> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(loyalty.later("GET", BALANCE, ""));
    }
    all.forEach(CompletableFuture::join);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void resetsAndClosesConnections() {
    faults("{'outage':'reset'}");
    assertThatThrownBy(() -> loyalty.post(REDEEM, REDEMPTION))
        .isInstanceOf(UncheckedIOException.class);
    faults("{'outage':'close'}");
    assertThatThrownBy(() -> loyalty.post(REDEEM, REDEMPTION))
        .isInstanceOf(UncheckedIOException.class);

    control.send("DELETE", "/faults/loyalty", "");

    assertThat(loyalty.get(BALANCE).number("/available")).isEqualTo(12_480);
    assertThat(log().at("/by_status/reset").asInt()).isPositive();
    assertThat(log().at("/by_status/closed").asInt()).isPositive();
  }

  @Test
  void losesTheAnswerButNotTheWork() {
    faults("{'outage':'close','when':'after','times':1}");

    assertThatThrownBy(() -> loyalty.post(REDEEM, REDEMPTION, "Idempotency-Key", "k"))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(loyalty.get(BALANCE).number("/available")).isEqualTo(11_980);
    assertThat(loyalty.post(REDEEM, REDEMPTION, "Idempotency-Key", "k").status()).isEqualTo(201);
    assertThat(loyalty.get(BALANCE).number("/available")).isEqualTo(11_980);
  }

  @Test
  void hangsUntilReleased() {
    faults("{'hang':true}");
    CompletableFuture<Reply> hanging = loyalty.later("GET", BALANCE, "");
    await(() -> log().at("/hanging").asInt() == 1);

    assertThat(hanging).isNotDone();
    control.send("DELETE", "/faults/loyalty", "");

    assertThat(hanging.join().number("/available")).isEqualTo(12_480);
    assertThat(log().at("/last/0/fault").asText()).isEqualTo("hang");
  }

  @Test
  void forgetsAHangingCallerThatLeaves() {
    faults("{'hang':true}");
    try (Caller impatient =
        new Caller(estate, "/loyalty/v2", "Authorization", "Bearer estate-loyalty-token")) {
      var _ = impatient.later("POST", REDEEM, REDEMPTION);
      await(() -> log().at("/hanging").asInt() == 1);
    }

    await(() -> log().at("/hanging").asInt() == 0);
    control.send("DELETE", "/faults/loyalty", "");

    assertThat(log().at("/by_status/gone").asInt()).isEqualTo(1);
    assertThat(loyalty.get(BALANCE).number("/available")).isEqualTo(12_480);
  }

  @Test
  void deliversWritesTwice() {
    faults("{'duplicate_writes':true}");

    assertThat(loyalty.post(REDEEM, REDEMPTION).number("/balance/available")).isEqualTo(11_480);
    assertThat(
            loyalty.post(REDEEM, REDEMPTION, "Idempotency-Key", "k").number("/balance/available"))
        .isEqualTo(10_980);
    assertThat(loyalty.get(BALANCE).number("/available")).isEqualTo(10_980);
    assertThat(log().at("/last/0/executions").asInt()).isEqualTo(1);
    assertThat(log().at("/last/1/executions").asInt()).isEqualTo(2);
    assertThat(log().at("/total").asInt()).isEqualTo(3);
  }

  @Test
  void limitsTheRate() {
    faults("{'rate_limit':{'requests_per_second':0.01,'burst':2}}");

    assertThat(loyalty.get(BALANCE).status()).isEqualTo(200);
    assertThat(loyalty.get(BALANCE).status()).isEqualTo(200);
    Reply limited = loyalty.get(BALANCE);

    assertThat(limited.status()).isEqualTo(429);
    assertThat(limited.text("/error/type")).isEqualTo("rate_limited");
    assertThat(Long.parseLong(limited.headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(90L, 100L);
    assertThat(log().at("/last/0/executions").asInt(-1)).isZero();
  }

  @Test
  void tellsTheFaultsInForce() {
    String json =
        "{'latency':{'fixed_ms':5,'jitter_ms':1},'error':{'rate':0.25,'status':502,'retry_after_seconds':3},'outage':'close','hang':true,'duplicate_writes':true,'rate_limit':{'requests_per_second':2.5,'burst':4},'methods':['GET','POST'],'path':'/x','when':'after','times':9,'seed':-4}";

    faults(json);

    Reply told = control.get("/faults/loyalty");
    assertThat(told.json().toString()).isEqualTo(json.replace('\'', '"'));
    assertThat(control.get("/faults").json().at("/crm")).isEmpty();
    assertThat(control.send("DELETE", "/faults", "").json().at("/loyalty")).isEmpty();
  }

  @Test
  void tellsAllMistakesAtOnce() {
    Reply reply =
        control.send(
            "PUT",
            "/faults/loyalty",
            "{'latency':{'fixed_ms':-1,'unit':'s'},'error':{'rate':1.5,'status':200},'outage':'maybe','hang':'yes','times':0,'methods':['FETCH'],'tpyo':1}");

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().at("/errors"))
        .extracting(JsonNode::asText)
        .containsExactlyInAnyOrder(
            "latency.fixed_ms: -1 (expected: 0..600000)",
            "latency.unit: unknown field",
            "error.rate: 1.5 (expected: 0..1)",
            "error.status: 200 (expected: 400..599)",
            "outage: maybe (expected: close, reset)",
            "hang: yes (expected: true or false)",
            "methods: FETCH (expected: DELETE, GET, PATCH, POST, PUT)",
            "times: 0 (expected: 1..2147483647)",
            "tpyo: unknown field");
    assertThat(control.get("/faults/loyalty").json()).isEmpty();
  }

  @Test
  void refusesWrongControlCalls() {
    assertThat(control.send("PUT", "/faults/erp", "{}").text("/errors/0"))
        .isEqualTo("backend: erp (expected: erp-eu, erp-us, loyalty, crm)");
    assertThat(
            control
                .send(
                    "PUT",
                    "/faults/loyalty",
                    "{'latency':{'percentiles':[{'percentile':90,'ms':5},{'percentile':50,'ms':9}]}}")
                .text("/errors/0"))
        .contains("out of order");
    assertThat(control.send("PUT", "/faults/loyalty", "{").status()).isEqualTo(400);
    assertThat(control.post("/clock", "{'advance_seconds':-5}").status()).isEqualTo(400);
    assertThat(control.get("/requests?backend=x").status()).isEqualTo(404);
    assertThat(control.get("/requests?limit=1000").status()).isEqualTo(400);
    assertThat(control.get("/reset").status()).isEqualTo(405);
  }

  @Test
  void countsWhatReachedABackend() {
    loyalty.get(BALANCE, "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    loyalty.post(REDEEM, REDEMPTION, "Idempotency-Key", "key-1");
    loyalty.get("/members/M-1/balance");

    JsonNode log = log();
    assertThat(log.at("/total").asInt()).isEqualTo(3);
    assertThat(log.at("/by_status/404").asInt()).isEqualTo(1);
    assertThat(log.at("/by_operation").path("GET /members/{id}/balance").asInt()).isEqualTo(2);
    assertThat(log.at("/last/1/idempotency_key").asText()).isEqualTo("key-1");
    assertThat(log.at("/last/2/traceparent").asText()).startsWith("00-4bf9");
    assertThat(control.get("/requests").json().at("/backends")).hasSize(4);
  }

  @Test
  void forgetsEverythingOnReset() {
    loyalty.post(REDEEM, REDEMPTION, "Idempotency-Key", "key-1");
    control.post("/clock", "{'advance_seconds':86400}");
    faults("{'error':{}}");

    control.post("/reset", "");

    assertThat(loyalty.get(BALANCE).number("/available")).isEqualTo(12_480);
    assertThat(log().at("/total").asInt()).isEqualTo(1);
    assertThat(
            loyalty
                .post(REDEEM, REDEMPTION, "Idempotency-Key", "key-1")
                .headers()
                .firstValue("Idempotent-Replayed"))
        .isEmpty();
  }
}
