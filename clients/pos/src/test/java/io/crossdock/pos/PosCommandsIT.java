package io.crossdock.pos;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.crossdock.common.v1.Reason;
import io.crossdock.customer.v1.LookupCustomerRequest;
import io.crossdock.customer.v1.LookupCustomerResponse;
import io.crossdock.failure.Failure;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityResponse;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PosCommandsIT {

  private static final GetBalanceResponse BALANCE =
      ScriptedHub.message(
          GetBalanceResponse.class,
          """
          balance {
            member_id: "M-1001" tier: "GOLD" balances {
              available { currency_code: "POINTS" units: 12480 }
              pending { currency_code: "POINTS" units: 350 }
              reserved { currency_code: "POINTS" }
              cash_equivalent { currency_code: "EUR" units: 124 nanos: 800000000 }
            }
            status: MEMBERSHIP_STATUS_ACTIVE
          }
          freshness { source_system: "loyalty" }
          hub_freshness { mode: MODE_CACHED age { seconds: 4 } }
          """);

  private static final GetAvailabilityResponse STOCK =
      ScriptedHub.message(
          GetAvailabilityResponse.class,
          """
          availability {
            item_id: "SKU-1001" location_id: "EU-001"
            on_hand { value { value: "24.000" } unit_code: "C62" }
            available_to_sell { value { value: "16.000" } unit_code: "C62" }
            reserved { value { value: "2.000" } unit_code: "C62" }
            atp {
              date { year: 2026 month: 11 day: 28 }
              quantity { value { value: "36" } unit_code: "C62" }
            }
            restock_at { seconds: 1795824000 }
            basis: BASIS_FORMULA
          }
          freshness { source_system: "erp-eu" }
          hub_freshness { mode: MODE_LIVE }
          """);

  private static final LookupCustomerResponse CUSTOMER =
      ScriptedHub.message(
          LookupCustomerResponse.class,
          """
          matches {
            customer {
              customer_id: "C-1001" display_name: "Ada Lovelace" member_id: "M-1001"
              status: CUSTOMER_STATUS_ACTIVE language_code: "de-DE"
            }
            confidence_permille: 1000
          }
          matches {
            customer { customer_id: "C-1004" status: CUSTOMER_STATUS_BLOCKED }
            confidence_permille: 725
          }
          hub_freshness { mode: MODE_STALE age { seconds: 200 } }
          """);

  private ScriptedHub hub;

  @BeforeEach
  void start() throws IOException {
    hub =
        new ScriptedHub(request ->
            switch (request) {
              case GetBalanceRequest _ -> BALANCE;
              case GetAvailabilityRequest _ -> STOCK;
              default -> CUSTOMER;
            });
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void showsABalanceAsATillDoes() {
    Ran ran = Ran.pos(hub, "balance", "M-1001");

    assertThat(ran.out())
        .isEqualToNormalizingNewlines(
            """
            M-1001  GOLD  active
              available  12,480 points = 124.80 EUR
              pending       350 points
              reserved        0 points
            cached, 4 s old
            """);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.exit()).isZero();
  }

  @Test
  void showsAllThatIsBetweenStockOnHandAndAvailableStock() {
    hub.script(_ ->
        ScriptedHub.message(
            GetAvailabilityResponse.class,
            """
            availability {
              item_id: "SKU-1001" location_id: "US-001"
              on_hand { value { value: "24" } unit_code: "C62" }
              available_to_sell { value { value: "9" } unit_code: "C62" }
              reserved { value { value: "1" } unit_code: "C62" }
              allocated { value { value: "1" } unit_code: "C62" }
              safety_stock { value { value: "2" } unit_code: "C62" }
              damaged { value { value: "1" } unit_code: "C62" }
              quality_hold { value { value: "2" } unit_code: "C62" }
              returned_pending { value { value: "3" } unit_code: "C62" }
              held_back_other { value { value: "5" } unit_code: "C62" }
            }
            """));

    Ran ran = Ran.pos(hub, "stock", "SKU-1001", "US-001");

    assertThat(ran.out())
        .contains(
            """
              available         9 pieces
              on hand          24 pieces
                reserved        1 piece
                allocated       1 piece
                safety stock    2 pieces
                damaged         1 piece
                in inspection   2 pieces
                returned        3 pieces
                other           5 pieces
            """);
  }

  @Test
  void showsStockAsATillDoes() {
    Ran ran = Ran.pos(hub, "stock", "SKU-1001", "EU-001");

    assertThat(ran.out())
        .isEqualToNormalizingNewlines(
            """
            SKU-1001 at EU-001
              available                16 pieces
              on hand                  24 pieces
                reserved                2 pieces
              available by 2026-11-28  36 pieces
            restock expected on 2026-11-28
            live from erp-eu
            """);
    assertThat(hub.asked)
        .containsExactly(
            GetAvailabilityRequest.newBuilder()
                .setItemId("SKU-1001")
                .setLocationId("EU-001")
                .build());
  }

  @Test
  void showsWhoMayBeMeant() {
    Ran ran = Ran.pos(hub, "lookup", "2990000010017");

    assertThat(ran.out())
        .isEqualToNormalizingNewlines(
            """
            C-1001  Ada Lovelace  member M-1001  active
            C-1004  not a member  blocked: ask a supervisor  72.5 % confidence
            stale, 3 min old
            """);
  }

  @Test
  void looksUpByPhoneAndByEmailToo() {
    Ran.pos(hub, "lookup", "--phone", "+4930123456");
    Ran.pos(hub, "lookup", "--email", "ada@example.com");

    assertThat(hub.asked)
        .containsExactly(
            LookupCustomerRequest.newBuilder().setPhone("+4930123456").build(),
            LookupCustomerRequest.newBuilder().setEmail("ada@example.com").build());
  }

  @ParameterizedTest
  @CsvSource({
    "balance M-1001, balance.json",
    "stock SKU-1001 EU-001, stock.json",
    "lookup 2990000010017, lookup.json"
  })
  void answersProgramsInJson(String command, String golden) throws IOException {
    Ran ran = Ran.pos(hub, (command + " --json").split(" "));

    assertThat(ran.withoutTraceId()).isEqualToNormalizingNewlines(golden(golden));
    assertThat(ran.exit()).isZero();
  }

  @Test
  void tellsProgramsOfFailuresInJson() throws IOException {
    hub.script(
        fails(
            Failure.of(Reason.REASON_RULE_VIOLATED, "The request breaks rules of its contract.")
                .with("operation", "GetBalance")
                .withViolations(
                    List.of(
                        new Failure.Violation("member_id", "string.pattern", "does not match")))));

    Ran ran = Ran.pos(hub, "balance", "M 1", "--json");

    assertThat(ran.withoutTraceId()).isEqualToNormalizingNewlines(golden("failure.json"));
    assertThat(ran.err()).isEmpty();
    assertThat(ran.exit()).isEqualTo(2);
  }

  @Test
  void saysThatThereIsNoSuchMember() {
    hub.script(fails(Failure.of(Reason.REASON_NOT_FOUND, "None.")));

    Ran ran = Ran.pos(hub, "balance", "M-9");

    assertThat(ran.err()).isEqualToNormalizingNewlines("There is no member M-9.\n");
    assertThat(ran.out()).isEmpty();
    assertThat(ran.exit()).isEqualTo(1);
  }

  @Test
  void saysWhatACashierCanDoWhenABackendIsDown() {
    hub.script(
        fails(
            Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The platform is down.")
                .with("connector", "loyalty")));

    Ran ran = Ran.pos(hub, "balance", "M-1001", "--verbose");

    assertThat(ran.err().lines())
        .startsWith(
            "The loyalty system does not answer. Try again, or sell without points.",
            "reason BACKEND_UNAVAILABLE (UNAVAILABLE)",
            "message The platform is down.",
            "connector loyalty")
        .contains("hub " + hub.address());
    assertThat(ran.exit()).isEqualTo(3);
  }

  @Test
  void saysThatTheHubIsNotThere() {
    hub.close();

    Ran ran = Ran.pos(hub, "stock", "SKU-1001", "EU-001");

    assertThat(ran.err())
        .isEqualToNormalizingNewlines(
            "The hub at %s does not answer. Try again, or check the shelf.\n"
                .formatted(hub.address()));
    assertThat(ran.exit()).isEqualTo(3);
  }

  @Test
  void waitsNoLongerThanItIsTold() {
    CountDownLatch never = new CountDownLatch(1);
    hub.script(request -> {
      try {
        never.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return BALANCE;
    });

    Ran ran = Ran.pos(hub, "balance", "M-1001", "--timeout", "200ms");

    assertThat(ran.err()).startsWith("The loyalty system did not answer in time.");
    assertThat(ran.exit()).isEqualTo(4);
    never.countDown();
  }

  @Test
  void tellsTheTraceIdThatTheHubGot() {
    Ran ran = Ran.pos(hub, "balance", "M-1001", "-v");

    String traceId =
        ran.out().lines().filter(line -> line.startsWith("trace ")).findFirst().orElseThrow();
    assertThat(hub.traceParents)
        .singleElement()
        .asString()
        .matches("00-" + traceId.substring("trace ".length()) + "-[0-9a-f]{16}-01");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "balance | Missing required parameter: 'MEMBER'",
        "stock SKU-1001 | Missing required parameter: 'LOCATION'",
        "balance M-1 --timeout 5 | Invalid value for option '--timeout': 5 (expected: a number above 0",
        "balance M-1 --cert-key k.pem | --cert and --cert-key: without --ca (expected: all three)",
        "balance M-1 --ca missing.pem | --ca, --cert or --cert-key: missing.pem",
        "lookup | Error: Missing required argument (specify one of these): (CARD |",
        "load --rate -1 | --rate: -1.0 (expected: 0..1000000)",
        "load --connections 0 | --connections: 0 (expected: 1..10000)",
        "sell | Unmatched argument at index 0: 'sell'"
      })
  void refusesArgumentsThatMakeNoSense(String command, String complaint) {
    Ran ran = Ran.pos(List.of(command.split(" ")));

    assertThat(ran.err()).startsWith(complaint);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.exit()).isEqualTo(2);
  }

  @Test
  void refusesAnAddressThatIsNone() {
    Ran ran = Ran.pos(List.of("balance", "M-1", "--hub", "nowhere"));

    assertThat(ran.err()).startsWith("--hub: address: nowhere (expected: HOST:PORT");
    assertThat(ran.exit()).isEqualTo(2);
  }

  @Test
  void tellsItsExitCodesInHelp() {
    Ran ran = Ran.pos(List.of("balance", "--help"));

    assertThat(ran.out())
        .contains(
            "Exit codes:",
            "0   answered",
            "1   nothing found, or a check failed",
            "2   invalid arguments or values",
            "3   hub or backend unavailable: try again",
            "4   no answer in time",
            "5   anything else");
    assertThat(ran.exit()).isZero();
  }

  private static java.util.function.Function<Message, Message> fails(Failure failure) {
    return request -> {
      throw failure.toException();
    };
  }

  private static String golden(String name) throws IOException {
    try (InputStream file = PosCommandsIT.class.getResourceAsStream(name)) {
      assertThat(file).describedAs(name).isNotNull();
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
