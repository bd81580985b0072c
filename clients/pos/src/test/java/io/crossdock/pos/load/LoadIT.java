package io.crossdock.pos.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Message;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityResponse;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.pos.Ran;
import io.crossdock.pos.ScriptedHub;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class LoadIT {

  @Test
  void stopsAfterTheCallsItWasGiven() throws IOException {
    try (ScriptedHub hub = new ScriptedHub(LoadIT::answer)) {
      JsonObject report = json(Ran.pos(hub, "load", "--calls", "200", "--json"));

      assertThat(report.get("calls").getAsInt()).isEqualTo(200);
      assertThat(report.getAsJsonObject("status").get("OK").getAsInt()).isEqualTo(200);
      assertThat(report.getAsJsonObject("freshness").keySet()).containsExactly("CACHED", "LIVE");
      // One more at the start, to see that the hub is there.
      assertThat(hub.asked).hasSize(201);
      assertThat(hub.asked).hasAtLeastOneElementOfType(GetBalanceRequest.class);
      assertThat(hub.asked).hasAtLeastOneElementOfType(GetAvailabilityRequest.class);
    }
  }

  @Test
  void stopsAfterTheTimeItWasGiven() throws IOException {
    try (ScriptedHub hub = new ScriptedHub(LoadIT::answer)) {
      JsonObject report =
          json(Ran.pos(hub, "load", "--duration", "300ms", "--rate", "100", "--json"));

      assertThat(report.get("calls").getAsInt()).isEqualTo(30);
      assertThat(report.get("seconds").getAsDouble()).isBetween(0.28, 3.0);
    }
  }

  @Test
  void asksOnlyForWhatTheScenarioHas() throws IOException {
    try (ScriptedHub hub = new ScriptedHub(LoadIT::answer)) {
      Ran.pos(hub, "load", "--calls", "50", "--scenario", "stock");

      assertThat(hub.asked.subList(1, 51)).hasOnlyElementsOfType(GetAvailabilityRequest.class);
    }
  }

  @Test
  void asksForTheSameThingsWithTheSameSeed() throws IOException {
    String[] arguments = {
      "load", "--calls", "50", "--connections", "1", "--in-flight", "1", "--seed", "7"
    };
    try (ScriptedHub first = new ScriptedHub(LoadIT::answer);
        ScriptedHub second = new ScriptedHub(LoadIT::answer)) {
      Ran.pos(first, arguments);
      Ran.pos(second, arguments);

      assertThat(second.asked).isEqualTo(first.asked);
    }
  }

  @Test
  void countsTheWaitBehindAStall() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    Function<Message, Message> stallsOnce =
        request -> {
          if (calls.incrementAndGet() == 10) {
            pause(600);
          }
          return answer(request);
        };
    try (ScriptedHub hub = new ScriptedHub(stallsOnce)) {
      JsonObject report =
          json(
              Ran.pos(
                  hub,
                  "load",
                  "--rate",
                  "100",
                  "--duration",
                  "1s",
                  "--connections",
                  "1",
                  "--in-flight",
                  "1",
                  "--json"));

      // One call of a hundred was slow. Sixty had to wait for it, and a tenth of all for over 500
      // ms.
      JsonObject latency = report.getAsJsonObject("latency_ms");
      assertThat(latency.get("max").getAsDouble()).isGreaterThan(550);
      assertThat(latency.get("p90").getAsDouble()).isGreaterThan(400);
    }
  }

  @Test
  void countsCallsThatFoundNoPlaceAsErrors() throws IOException {
    try (ScriptedHub hub =
        new ScriptedHub(request -> {
          pause(250);
          return answer(request);
        })) {
      Ran ran =
          Ran.pos(
              hub,
              "load",
              "--rate",
              "100",
              "--duration",
              "500ms",
              "--connections",
              "1",
              "--in-flight",
              "1",
              "--json");

      JsonObject report = json(ran);
      assertThat(report.get("calls").getAsInt() + report.get("unsent").getAsInt()).isEqualTo(50);
      assertThat(report.get("unsent").getAsInt()).isGreaterThan(40);
      assertThat(report.get("passed").getAsBoolean()).isFalse();
      assertThat(ran.exit()).isEqualTo(5);
    }
  }

  @Test
  void failsWhenMoreCallsFailThanAllowed() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    Function<Message, Message> everyTenthFails =
        request -> {
          if (calls.incrementAndGet() % 10 == 0) {
            throw Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "Down.").toException();
          }
          return answer(request);
        };
    try (ScriptedHub hub = new ScriptedHub(everyTenthFails)) {
      Ran strict = Ran.pos(hub, "load", "--calls", "200", "--max-error-rate", "5");
      Ran lax = Ran.pos(hub, "load", "--calls", "200", "--max-error-rate", "15");

      assertThat(strict.exit()).isEqualTo(5);
      assertThat(strict.out())
          .contains("UNAVAILABLE 20", "errors     10.000 % (allowed: 5.000 %) TOO MANY");
      assertThat(lax.exit()).isZero();
    }
  }

  @Test
  void takesNotFoundForAnAnswer() throws IOException {
    try (ScriptedHub hub =
        new ScriptedHub(request -> {
          throw Failure.of(Reason.REASON_NOT_FOUND, "None.").toException();
        })) {
      Ran ran = Ran.pos(hub, "load", "--calls", "20", "--max-error-rate", "0");

      assertThat(ran.out()).contains("NOT_FOUND 20");
      assertThat(ran.exit()).isZero();
    }
  }

  @Test
  void tellsEachSecondHowItGoes() throws IOException {
    try (ScriptedHub hub = new ScriptedHub(LoadIT::answer)) {
      Ran ran = Ran.pos(hub, "load", "--duration", "1500ms", "--rate", "50");

      assertThat(ran.err().lines()).isNotEmpty();
      assertThat(ran.err()).contains("   1 s  ", "calls/s", "errors 0");
      assertThat(ran.out()).contains("75 calls in", "(target 50)", "p99.9");
    }
  }

  @Test
  void saysAtOnceThatTheHubIsNotThere() throws IOException {
    ScriptedHub hub = new ScriptedHub(LoadIT::answer);
    hub.close();

    Ran ran = Ran.pos(hub, "load");

    assertThat(ran.err().lines())
        .containsExactly("The hub at %s does not answer.".formatted(hub.address()));
    assertThat(ran.exit()).isEqualTo(3);
  }

  private static Message answer(Message request) {
    return request instanceof GetBalanceRequest
        ? GetBalanceResponse.newBuilder().setHubFreshness(mode(Freshness.Mode.MODE_CACHED)).build()
        : GetAvailabilityResponse.newBuilder()
            .setHubFreshness(mode(Freshness.Mode.MODE_LIVE))
            .build();
  }

  private static HubFreshness.Builder mode(Freshness.Mode mode) {
    return HubFreshness.newBuilder().setMode(mode);
  }

  // A server that takes its time; nothing is awaited by it.
  private static void pause(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static JsonObject json(Ran ran) {
    return JsonParser.parseString(ran.out()).getAsJsonObject();
  }
}
