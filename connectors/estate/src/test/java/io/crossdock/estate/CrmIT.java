package io.crossdock.estate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.estate.Caller.Reply;
import io.crossdock.estate.world.World;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CrmIT {

  private static Estate estate;
  private static Caller crm;
  private static Caller control;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start();
    crm = new Caller(estate, "/crm/api/v1");
    control = new Caller(estate, "/control");
  }

  @AfterAll
  static void stop() {
    crm.close();
    control.close();
    estate.close();
  }

  @BeforeEach
  void reset() {
    control.post("/reset", "");
  }

  @Test
  void tellsTheKnownCustomer() {
    Reply reply = crm.get("/contacts/C-1001");

    assertThat(reply.text("/data/firstName")).isEqualTo("Ada");
    assertThat(reply.text("/data/loyaltyId")).isEqualTo("M-1001");
    assertThat(reply.text("/data/cards/0")).isEqualTo("2990000010017");
    assertThat(crm.get("/contacts/C-102000").json().at("/data/loyaltyId").isNull()).isTrue();
    assertThat(crm.get("/contacts/C-102001").text("/errors/0/code")).isEqualTo("not_found");
  }

  @Test
  void findsACustomerByEverythingTheyShow() {
    for (String query :
        new String[] {
          "card=2990000010017",
          "email=ADA@example.com",
          "phone=%2B4930123456",
          "loyaltyId=M-1001",
          "identitySystem=erp-eu&identityValue=0000001001"
        }) {
      Reply found = crm.get("/contacts?" + query);
      assertThat(found.json().at("/data")).as(query).hasSize(1);
      assertThat(found.text("/data/0/contact/id")).isEqualTo("C-1001");
      assertThat(found.json().at("/data/0/score").asDouble()).isEqualTo(1);
    }
    assertThat(crm.get("/contacts?card=2990000010018").json().at("/data")).isEmpty();
    assertThat(crm.get("/contacts").status()).isEqualTo(400);
  }

  @Test
  void findsBothWhoShareAPhone() {
    String phone = crm.get("/contacts/C-1004").text("/data/phones/0/number");

    Reply found = crm.get("/contacts?phone=" + Caller.encoded(phone));

    assertThat(found.json().at("/data").findValuesAsText("id"))
        .containsExactlyInAnyOrder("C-1004", "C-1005");
  }

  @Test
  void makesAndChangesContacts() {
    Reply made =
        crm.post(
            "/contacts",
            "{'firstName':'Emmy','lastName':'Noether','emails':[{'address':'emmy@example.com','verified':true}],'identities':[{'system':'shop','type':'CUSTOMER','value':'77'}]}");
    String id = made.text("/data/id");

    assertThat(made.status()).isEqualTo(201);
    assertThat(crm.get("/contacts?email=emmy@example.com").text("/data/0/contact/id"))
        .isEqualTo(id);
    Reply twice =
        crm.post(
            "/contacts",
            "{'firstName':'Emmy','identities':[{'system':'shop','type':'CUSTOMER','value':'77'}]}");
    assertThat(twice.text("/errors/0/code")).isEqualTo("duplicate");
    assertThat(twice.text("/errors/0/meta/existingId")).isEqualTo(id);

    Reply changed =
        crm.send(
            "PATCH",
            "/contacts/" + id,
            "{'emails':[{'address':'new@example.com'}],'birthDate':null,'version':1}");
    assertThat(changed.number("/data/version")).isEqualTo(2);
    assertThat(changed.text("/data/firstName")).isEqualTo("Emmy");
    assertThat(crm.get("/contacts?email=emmy@example.com").json().at("/data")).isEmpty();
    assertThat(
            crm.send("PATCH", "/contacts/" + id, "{'company':'x','version':1}")
                .text("/errors/0/code"))
        .isEqualTo("version_conflict");
    assertThat(crm.send("PATCH", "/contacts/" + id, "{'emails':[{'address':'nonsense'}]}").status())
        .isEqualTo(422);
    assertThat(crm.send("PATCH", "/contacts/" + id, "{'fristName':'x'}").status()).isEqualTo(400);
  }

  @Test
  void letsALaterValueWin() {
    Reply late =
        crm.send(
            "PATCH",
            "/contacts/C-1001",
            "{'language':'fr-FR','asOf':'2001-01-01T00:00:00Z','sourceSystem':'shop'}");

    assertThat(late.text("/data/language")).isEqualTo("de-DE");
  }

  @Test
  void followsAChangedEmailAndNotTheOldOne() {
    crm.send(
        "PATCH",
        "/contacts/C-1002",
        "{'emails':[{'address':'moved@example.com','verified':false}]}");

    assertThat(crm.get("/contacts?email=moved@example.com").text("/data/0/contact/id"))
        .isEqualTo("C-1002");
    assertThat(crm.get("/contacts?email=moved@example.com").json().at("/data/0/score").asDouble())
        .isEqualTo(0.8);
    assertThat(crm.get("/contacts?email=" + World.email(1002)).json().at("/data")).isEmpty();
  }

  @Test
  void keepsTheLatestDecision() {
    String consents =
        "{'consents':[{'purpose':'marketing','channel':'email','state':'denied','decidedAt':'%s'}]}";

    Reply old =
        crm.send("PUT", "/contacts/C-1001/consents", consents.formatted("2001-01-01T00:00:00Z"));
    Reply late =
        crm.send("PUT", "/contacts/C-1001/consents", consents.formatted("2037-01-01T00:00:00Z"));

    assertThat(old.json().at("/data").findValuesAsText("state")).doesNotContain("denied");
    assertThat(late.text("/data/0/state")).isEqualTo("denied");
    assertThat(
            crm.send(
                    "PUT",
                    "/contacts/C-1001/consents",
                    "{'consents':[{'purpose':'magic','state':'granted'}]}")
                .status())
        .isEqualTo(400);
  }

  @Test
  void mergesContacts() {
    Reply merged =
        crm.post(
            "/contacts/C-1001/merge",
            "{'mergedId':'C-2044','takeFields':['homeStore'],'version':1}");

    assertThat(merged.json().at("/data/cards")).hasSize(2);
    assertThat(crm.get("/contacts/C-2044").text("/data/status")).isEqualTo("MERGED");
    assertThat(crm.get("/contacts/C-2044").text("/data/mergedInto")).isEqualTo("C-1001");
    assertThat(crm.get("/contacts?card=" + World.card(2044)).text("/data/0/contact/id"))
        .isEqualTo("C-1001");
    assertThat(crm.get("/contacts?loyaltyId=M-2044").text("/data/0/contact/id"))
        .isEqualTo("C-1001");
    assertThat(crm.send("PATCH", "/contacts/C-2044", "{'company':'x'}").text("/errors/0/code"))
        .isEqualTo("record_locked");
    assertThat(crm.post("/contacts/C-1001/merge", "{'mergedId':'C-1001'}").status()).isEqualTo(422);
  }

  @Test
  void tellsRestrictions() {
    Reply locked = crm.get("/contacts/C-1031/restrictions");

    assertThat(locked.text("/data/status")).isEqualTo("LOCKED");
    assertThat(locked.text("/data/restrictions/0/kind")).isEqualTo("credit");
    assertThat(crm.get("/contacts/C-1001/restrictions").json().at("/data/restrictions")).isEmpty();
    assertThat(crm.get("/contacts/C-1033").json().at("/data/firstName").isNull()).isTrue();
  }

  @Test
  void tellsAndListsCases() {
    JsonNode found = crm.get("/cases/CASE-20001").json().at("/data");

    assertThat(found.path("contactId").asText()).isEqualTo("C-1001");
    assertThat(found.path("comments")).hasSize(2);
    assertThat(crm.get("/cases?contactId=C-1001").json().at("/meta/total").asInt()).isEqualTo(2);
    assertThat(crm.get("/cases?contactId=C-1002").json().at("/data")).isEmpty();
    Reply page = crm.get("/cases?status=open,pending&limit=5&offset=5");
    assertThat(page.json().at("/data")).hasSize(5);
    assertThat(page.json().at("/data/0").has("comments")).isFalse();
    assertThat(page.text("/data/0/updatedAt"))
        .isGreaterThanOrEqualTo(page.text("/data/4/updatedAt"));
    assertThat(
            crm.get("/cases?linkType=order&linkId=" + found.at("/links/0/id").asText())
                .json()
                .at("/data"))
        .hasSize(1);
    assertThat(crm.get("/cases/CASE-25001").status()).isEqualTo(404);
    assertThat(crm.get("/cases?limit=201").status()).isEqualTo(400);
  }

  @Test
  void opensACaseOncePerDedupeKey() {
    String body =
        "{'type':'refund','subject':'Refund failed','contactId':'C-1001','dedupeKey':'return/RT-1','links':[{'type':'return','id':'RT-1'}],'comments':[{'text':'see saga'}]}";

    Reply first = crm.post("/cases", body);
    Reply again = crm.post("/cases", body);
    Reply without = crm.post("/cases", "{'type':'question','subject':'x'}");
    Reply same = crm.post("/cases", "{'type':'question','subject':'x'}");

    assertThat(first.status()).isEqualTo(201);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.text("/data/id")).isEqualTo(first.text("/data/id"));
    assertThat(same.text("/data/id")).isNotEqualTo(without.text("/data/id"));
    assertThat(crm.get("/cases?dedupeKey=return/RT-1").json().at("/data")).hasSize(1);
    assertThat(crm.post("/cases", "{'type':'nonsense','subject':'x'}").status()).isEqualTo(400);
    assertThat(crm.post("/cases", "{'type':'question'}").status()).isEqualTo(400);
  }

  @Test
  void movesACaseAlongItsStates() {
    String path =
        "/cases/" + crm.post("/cases", "{'type':'question','subject':'x'}").text("/data/id");

    assertThat(crm.send("PATCH", path, "{'status':'closed'}").text("/errors/0/code"))
        .isEqualTo("invalid_transition");
    assertThat(
            crm.send(
                    "PATCH",
                    path,
                    "{'status':'pending','addComments':[{'public':true,'text':'asked','author':{'kind':'agent','id':'a'}}]}")
                .text("/data/status"))
        .isEqualTo("pending");
    assertThat(crm.get(path).text("/data/sla/0/state")).isEqualTo("met");
    assertThat(crm.get(path).text("/data/sla/1/state")).isEqualTo("paused");
    assertThat(crm.send("PATCH", path, "{'status':'solved'}").status()).isEqualTo(422);
    assertThat(
            crm.send("PATCH", path, "{'status':'solved','resolution':{'code':'DONE'},'version':2}")
                .text("/data/status"))
        .isEqualTo("solved");
    assertThat(crm.send("PATCH", path, "{'status':'open'}").json().at("/data/resolution").isNull())
        .isTrue();
    assertThat(crm.send("PATCH", path, "{'status':'solved','resolution':{'code':'DONE'}}").status())
        .isEqualTo(200);
    assertThat(crm.send("PATCH", path, "{'status':'closed'}").json().at("/data/closedAt").isNull())
        .isFalse();
    assertThat(crm.post(path + "/comments", "{'text':'late'}").text("/errors/0/code"))
        .isEqualTo("invalid_transition");
    assertThat(crm.send("PATCH", path, "{'subject':'y'}").status()).isEqualTo(409);
  }

  @Test
  void breachesAClockWhenTimeRunsOut() {
    String path =
        "/cases/" + crm.post("/cases", "{'type':'question','subject':'x'}").text("/data/id");

    control.post("/clock", "{'advance_seconds':14401}");

    assertThat(crm.get(path).text("/data/sla/0/state")).isEqualTo("breached");
    assertThat(crm.get(path).number("/data/sla/0/remainingSeconds")).isNegative();
  }

  @Test
  void addsCommentsAndLinks() {
    Reply commented =
        crm.post(
            "/cases/CASE-20001/comments",
            "{'public':true,'text':'hello','author':{'kind':'customer','id':null}}");
    Reply linked =
        crm.send("PATCH", "/cases/CASE-20001", "{'addLinks':[{'type':'case','id':'CASE-20002'}]}");
    Reply again =
        crm.send("PATCH", "/cases/CASE-20001", "{'addLinks':[{'type':'case','id':'CASE-20002'}]}");

    assertThat(commented.status()).isEqualTo(201);
    assertThat(commented.json().at("/data/comments")).hasSize(3);
    assertThat(linked.json().at("/data/links")).hasSize(2);
    assertThat(again.json().at("/data/links")).hasSize(2);
  }
}
