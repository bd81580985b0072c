package io.crossdock.estate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.estate.Caller.Reply;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoyaltyIT {

  private static Estate estate;
  private static Caller loyalty;
  private static Caller control;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start();
    loyalty = new Caller(estate, "/loyalty/v2", "Authorization", "Bearer estate-loyalty-token");
    control = new Caller(estate, "/control");
  }

  @AfterAll
  static void stop() {
    loyalty.close();
    control.close();
    estate.close();
  }

  @BeforeEach
  void reset() {
    control.post("/reset", "");
  }

  private static String redeem(long points, boolean capture) {
    return "{'points':" + points + ",'order_ref':'O-1','capture':" + capture + "}";
  }

  private static long available(String member) {
    return loyalty.get("/members/" + member + "/balance").number("/available");
  }

  @Test
  void tellsTheBalanceOfTheKnownMember() {
    Reply reply = loyalty.get("/members/M-1001/balance");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text("/tier")).isEqualTo("GOLD");
    assertThat(reply.number("/available")).isEqualTo(12_480);
    assertThat(reply.number("/pending")).isEqualTo(350);
    assertThat(reply.number("/reserved")).isZero();
    assertThat(reply.text("/cash_value/amount")).isEqualTo("124.80");
  }

  @Test
  void refusesCallersWithoutTheToken() {
    try (Caller stranger = new Caller(estate, "/loyalty/v2")) {
      Reply reply = stranger.get("/members/M-1001/balance");

      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.text("/error/type")).isEqualTo("unauthorized");
    }
  }

  @Test
  void hasAHundredThousandMembersAndNotOneMore() {
    assertThat(loyalty.get("/members/M-101000/balance").status()).isEqualTo(200);
    for (String none : List.of("M-1000", "M-101001", "M-01001", "M-x", "X-1001", "M-99999999999")) {
      assertThat(loyalty.get("/members/" + none + "/balance").status()).as(none).isEqualTo(404);
    }
  }

  @Test
  void findsAMemberByCard() {
    Reply found = loyalty.get("/members?card=2990000010017");
    Reply none = loyalty.get("/members?card=2990000010018");

    assertThat(found.text("/data/0/id")).isEqualTo("M-1001");
    assertThat(loyalty.get("/members/M-1001").json()).isEqualTo(found.json().at("/data/0"));
    assertThat(none.json().at("/data")).isEmpty();
  }

  @Test
  void breaksTheAccountDownIntoLots() {
    JsonNode account = loyalty.get("/members/M-1001/account").json();

    assertThat(sum(account.at("/pending_lots"))).isEqualTo(350);
    assertThat(sum(account.at("/expiring_lots"))).isEqualTo(12_480);
    assertThat(account.at("/next_tier/code").asText()).isEqualTo("PLATINUM");
    assertThat(account.at("/conversion/points").asInt()).isEqualTo(100);
  }

  private static long sum(JsonNode lots) {
    long sum = 0;
    for (JsonNode lot : lots) {
      sum += lot.path("points").asLong();
    }
    return sum;
  }

  @Test
  void holdsCapturesAndRefunds() {
    Reply held =
        loyalty.post(
            "/members/M-1001/redemptions",
            "{'points':500,'order_ref':'O-1','hold_seconds':60,'amount':{'amount':'5.00','currency':'EUR'},'lines':[{'line_id':'1','points':300},{'line_id':'2','points':200}],'channel':'pos','store':'EU-001'}");
    String id = held.text("/redemption/id");

    assertThat(held.status()).isEqualTo(201);
    assertThat(held.text("/redemption/status")).isEqualTo("held");
    assertThat(held.number("/balance/available")).isEqualTo(11_980);
    assertThat(held.number("/balance/reserved")).isEqualTo(500);

    Reply captured =
        loyalty.post(
            "/redemptions/" + id + "/capture",
            "{'points':500,'lines':[{'line_id':'1','points':300},{'line_id':'2','points':200}]}");
    String entry = captured.text("/redemption/entry_ids/0");
    assertThat(captured.text("/redemption/status")).isEqualTo("captured");
    assertThat(captured.number("/balance/reserved")).isZero();
    assertThat(loyalty.get("/ledger/" + entry).number("/points")).isEqualTo(-500);
    assertThat(loyalty.post("/redemptions/" + id + "/capture", "{}").status()).isEqualTo(200);
    assertThat(loyalty.post("/redemptions/" + id + "/void", "{}").text("/error/type"))
        .isEqualTo("invalid_state");

    Reply part =
        loyalty.post(
            "/ledger/" + entry + "/reversals", "{'lines':[{'line_id':'1'}],'reason':'return'}");
    assertThat(part.number("/entry/points")).isEqualTo(300);
    assertThat(part.text("/entry/reverses")).isEqualTo(entry);
    assertThat(loyalty.get("/ledger/" + entry).number("/reversible")).isEqualTo(-200);
    loyalty.post("/ledger/" + entry + "/reversals", "{}");
    assertThat(loyalty.get("/redemptions/" + id).text("/status")).isEqualTo("refunded");
    assertThat(available("M-1001")).isEqualTo(12_480);
    assertThat(loyalty.post("/ledger/" + entry + "/reversals", "{}").text("/error/type"))
        .isEqualTo("redemption_rule");
  }

  @Test
  void givesVoidedAndLapsedHoldsBack() {
    String voided =
        loyalty.post("/members/M-1001/redemptions", redeem(500, false)).text("/redemption/id");
    String lapsed =
        loyalty.post("/members/M-1001/redemptions", redeem(700, false)).text("/redemption/id");

    assertThat(
            loyalty
                .post("/redemptions/" + voided + "/void", "{'reason':'sale_abandoned'}")
                .text("/redemption/status"))
        .isEqualTo("voided");
    assertThat(available("M-1001")).isEqualTo(11_780);
    control.post("/clock", "{'advance_seconds':900}");

    assertThat(loyalty.get("/redemptions/" + lapsed).text("/status")).isEqualTo("lapsed");
    assertThat(loyalty.post("/redemptions/" + lapsed + "/capture", "{}").status()).isEqualTo(410);
    assertThat(loyalty.post("/redemptions/" + lapsed + "/void", "{}").status()).isEqualTo(200);
    assertThat(available("M-1001")).isEqualTo(12_480);
  }

  @Test
  void refusesWhatTheRulesForbid() {
    assertThat(redeemError("M-1001", redeem(99_990, false))).isEqualTo("insufficient_points");
    assertThat(redeemError("M-1001", redeem(90, false))).isEqualTo("redemption_rule");
    assertThat(redeemError("M-1001", redeem(505, false))).isEqualTo("redemption_rule");
    assertThat(redeemError("M-1001", "{'points':500,'order_ref':'O','amount':{'amount':'6.00'}}"))
        .isEqualTo("redemption_rule");
    assertThat(redeemError("M-1001", "{'points':500,'order_ref':'O','reward_id':'RW-10EUR'}"))
        .isEqualTo("redemption_rule");
    assertThat(redeemError("M-1007", redeem(500, false))).isEqualTo("account_not_active");
    assertThat(redeemError("M-1008", redeem(500, false))).isEqualTo("account_not_active");
    assertThat(redeemError("M-1009", redeem(500, false))).isEqualTo("account_not_active");
    assertThat(redeemError("M-1011", redeem(500, false))).isEqualTo("insufficient_points");
    assertThat(redeemError("M-1001", "{'points':500}")).isEqualTo("invalid_request");
    assertThat(redeemError("M-1001", "{'points':500,'order_ref':'O','captrue':true}"))
        .isEqualTo("invalid_request");
    assertThat(available("M-1001")).isEqualTo(12_480);
  }

  private static String redeemError(String member, String body) {
    return loyalty.post("/members/" + member + "/redemptions", body).text("/error/type");
  }

  @Test
  void answersARepeatedKeyWithTheFirstAnswer() {
    String body = redeem(500, true);

    Reply first = loyalty.post("/members/M-1001/redemptions", body, "Idempotency-Key", "k-1");
    Reply again = loyalty.post("/members/M-1001/redemptions", body, "Idempotency-Key", "k-1");
    Reply other =
        loyalty.post("/members/M-1001/redemptions", redeem(600, true), "Idempotency-Key", "k-1");

    assertThat(again.json()).isEqualTo(first.json());
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.headers().firstValue("Idempotent-Replayed")).contains("true");
    assertThat(other.text("/error/type")).isEqualTo("idempotency_conflict");
    assertThat(available("M-1001")).isEqualTo(11_980);
  }

  @Test
  void remembersARefusalUnderItsKey() {
    Reply refused =
        loyalty.post("/members/M-1011/redemptions", redeem(500, true), "Idempotency-Key", "k-2");
    loyalty.post("/members/M-1011/adjustments", "{'points':1000,'reason':'goodwill'}");
    Reply again =
        loyalty.post("/members/M-1011/redemptions", redeem(500, true), "Idempotency-Key", "k-2");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(again.status()).isEqualTo(422);
    assertThat(
            loyalty
                .post("/members/M-1011/redemptions", redeem(500, true), "Idempotency-Key", "k-3")
                .status())
        .isEqualTo(201);
  }

  @Test
  void neverSpendsMoreThanThereIsWhenManyRedeemAtOnce() {
    List<CompletableFuture<Reply>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(loyalty.later("POST", "/members/M-1001/redemptions", redeem(100, i % 2 == 0)));
    }

    long done =
        all.stream().map(CompletableFuture::join).filter(reply -> reply.status() == 201).count();

    assertThat(done).isEqualTo(124);
    Reply balance = loyalty.get("/members/M-1001/balance");
    assertThat(balance.number("/available")).isEqualTo(80);
    long captured = 12_400 - balance.number("/reserved");
    long entries = 0;
    for (JsonNode entry :
        loyalty
            .get("/members/M-1001/ledger?limit=200&type=redeem&order_ref=O-1")
            .json()
            .at("/data")) {
      entries -= entry.path("points").asLong();
    }
    assertThat(entries).isEqualTo(captured);
  }

  @Test
  void pagesThroughALedgerThatAddsUp() {
    List<JsonNode> entries = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    String cursor = "";
    do {
      Reply page = loyalty.get("/members/M-1001/ledger?limit=7" + cursor);
      page.json().at("/data").forEach(entries::add);
      cursor =
          page.json().at("/next_cursor").isNull() ? "" : "&cursor=" + page.text("/next_cursor");
    } while (!cursor.isEmpty());

    entries.forEach(entry -> assertThat(ids.add(entry.path("id").asText())).isTrue());
    long sum = entries.stream().mapToLong(entry -> entry.path("points").asLong()).sum();
    assertThat(sum).isEqualTo(12_480 + 350);
    assertThat(entries.getFirst().path("occurred_at").asText())
        .isGreaterThan(entries.getLast().path("occurred_at").asText());
    assertThat(loyalty.get("/members/M-1001/ledger?cursor=nonsense").status()).isEqualTo(400);
    assertThat(loyalty.get("/members/M-1001/ledger?limit=201").status()).isEqualTo(400);
    assertThat(loyalty.get("/members/M-1001/ledger?typ=earn").status()).isEqualTo(400);
  }

  @Test
  void everyMembersLedgerAddsUpToTheBalance() {
    for (int number = 1001; number < 1101; number++) {
      String member = "/members/M-" + number;
      Reply balance = loyalty.get(member + "/balance");
      long sum = 0;
      for (JsonNode entry : loyalty.get(member + "/ledger?limit=200").json().at("/data")) {
        sum += entry.path("points").asLong();
        assertThat(entry.path("available_after").asLong()).isNotNegative();
      }
      assertThat(sum)
          .as(member)
          .isEqualTo(balance.number("/available") + balance.number("/pending"));
    }
  }

  @Test
  void earnsPointsThatRipenAndCanBeTakenBack() {
    Reply earned =
        loyalty.post(
            "/members/M-1001/earnings",
            "{'order_ref':'O-9','lines':[{'line_id':'1','sku':'SKU-1001','quantity':'2','amount':{'amount':'39.80','currency':'EUR'}},{'line_id':'2','points':61}],'channel':'pos','store':'EU-001'}");
    String entry = earned.text("/entries/0/id");

    assertThat(earned.number("/entries/0/points")).isEqualTo(100);
    assertThat(earned.text("/entries/1/type")).isEqualTo("bonus");
    assertThat(earned.number("/balance/pending")).isEqualTo(350 + 110);
    Reply back =
        loyalty.post("/ledger/" + entry + "/reversals", "{'lines':[{'line_id':'1','points':39}]}");
    assertThat(back.number("/entry/points")).isEqualTo(-39);
    assertThat(back.number("/balance/pending")).isEqualTo(350 + 71);
    control.post("/clock", "{'advance_seconds':1300000}");
    assertThat(loyalty.get("/members/M-1001/balance").number("/available"))
        .isEqualTo(12_480 + 350 + 71);
  }

  @Test
  void goesBelowZeroOnlyWhenAllowed() {
    String entry =
        loyalty
            .post(
                "/members/M-1011/earnings",
                "{'order_ref':'O-9','points':300,'available_at':'2020-01-01T00:00:00Z'}")
            .text("/entries/0/id");
    loyalty.post("/members/M-1011/redemptions", redeem(200, true));

    assertThat(loyalty.post("/ledger/" + entry + "/reversals", "{}").text("/error/type"))
        .isEqualTo("insufficient_points");
    Reply forced = loyalty.post("/ledger/" + entry + "/reversals", "{'allow_negative':true}");

    assertThat(forced.number("/balance/available")).isEqualTo(-200);
    assertThat(forced.text("/balance/cash_value/amount")).isEqualTo("0.00");
  }

  @Test
  void keepsABusyAccountSmallAndRight() {
    for (int i = 0; i < 300; i++) {
      loyalty.post("/members/M-1001/adjustments", "{'points':10,'reason':'x'}");
      loyalty.post("/members/M-1001/earnings", "{'order_ref':'O-" + i + "','points':10}");
    }

    JsonNode account = loyalty.get("/members/M-1001/account").json();
    assertThat(account.at("/available").asLong()).isEqualTo(12_480 + 3000);
    assertThat(account.at("/expiring_lots")).hasSize(3);
    assertThat(sum(account.at("/pending_lots"))).isEqualTo(350 + 3000);
    assertThat(account.at("/pending_lots")).hasSize(200);
  }

  @Test
  void expiresPointsWithAnEntry() {
    control.post("/clock", "{'advance_seconds':" + 41 * 86_400 + "}");
    loyalty.post("/members/M-1001/redemptions", redeem(100, true));

    JsonNode expired = loyalty.get("/members/M-1001/ledger?type=expire").json().at("/data");

    assertThat(expired).hasSize(1);
    assertThat(expired.at("/0/points").asLong()).isEqualTo(-800);
    assertThat(available("M-1001")).isEqualTo(12_480 - 800 + 350 - 100);
  }

  @Test
  void adjustsAndTransfers() {
    assertThat(
            loyalty
                .post("/members/M-1001/adjustments", "{'points':-80,'reason':'mistake'}")
                .number("/balance/available"))
        .isEqualTo(12_400);
    long before = available("M-1002");

    Reply moved = loyalty.post("/members/M-1001/transfers", "{'to':'M-1002','points':400}");

    assertThat(moved.number("/balance/available")).isEqualTo(12_000);
    assertThat(available("M-1002")).isEqualTo(before + 400);
    assertThat(loyalty.post("/members/M-1001/transfers", "{'to':'M-1002','points':99999}").status())
        .isEqualTo(422);
    assertThat(loyalty.post("/members/M-1001/transfers", "{'to':'M-1001','points':100}").status())
        .isEqualTo(400);
  }

  @Test
  void checksTheVersionWhenAsked() {
    String version = loyalty.get("/members/M-1001/balance").text("/version");

    Reply first =
        loyalty.post("/members/M-1001/redemptions", redeem(100, true), "If-Match", version);
    Reply second =
        loyalty.post("/members/M-1001/redemptions", redeem(100, true), "If-Match", version);

    assertThat(first.status()).isEqualTo(201);
    assertThat(second.text("/error/type")).isEqualTo("version_mismatch");
  }

  @Test
  void listsRewardsCheapestFirst() {
    JsonNode all =
        loyalty.get("/members/M-1001/rewards?channel=pos&store=EU-001").json().at("/data");
    JsonNode poor = loyalty.get("/members/M-1011/rewards").json().at("/data");

    assertThat(all.at("/0/points").asInt()).isEqualTo(500);
    assertThat(all.at("/0/eligible").asBoolean()).isTrue();
    assertThat(poor.at("/0/reasons/0").asText()).isEqualTo("500 points missing");
    assertThat(loyalty.get("/members/M-1011/rewards?eligible=true").json().at("/data")).isEmpty();
    Reply page = loyalty.get("/members/M-1001/rewards?limit=2");
    assertThat(
            loyalty
                .get("/members/M-1001/rewards?limit=200&cursor=" + page.text("/next_cursor"))
                .json()
                .at("/data"))
        .hasSize(4);
    Reply reward =
        loyalty.post(
            "/members/M-1001/redemptions",
            "{'points':500,'order_ref':'O','reward_id':'RW-COFFEE'}");
    assertThat(reward.json().at("/redemption/value").isNull()).isTrue();
  }
}
