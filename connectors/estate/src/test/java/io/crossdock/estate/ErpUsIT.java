package io.crossdock.estate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.estate.Caller.Reply;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ErpUsIT {

  private static Estate estate;
  private static Caller erp;
  private static Caller control;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start();
    erp = new Caller(estate, "/erp-us/api");
    control = new Caller(estate, "/control");
  }

  @AfterAll
  static void stop() {
    erp.close();
    control.close();
    estate.close();
  }

  @BeforeEach
  void reset() {
    control.post("/reset", "");
  }

  private static JsonNode jacket() {
    return erp.post("/onhand/query", "{'siteId':5001,'itemNumbers':[1001]}")
        .json()
        .at("/result/items/0");
  }

  private static String reservation(String requestId, String qty, boolean partial) {
    return "{'requestId':'"
        + requestId
        + "','siteId':5001,'orderNumber':'O-1','holdMinutes':15,'allowPartial':"
        + partial
        + ",'lines':[{'lineNumber':'1','itemNumber':1001,'qty':"
        + qty
        + "}]}";
  }

  @Test
  void tellsStockAsADateKeyedMap() {
    Reply reply =
        erp.post("/onhand/query", "{'siteId':5001,'itemNumbers':[1001,1009,9],'horizonDays':28}");

    JsonNode row = reply.json().at("/result/items/0");
    assertThat(reply.json().at("/success").asBoolean()).isTrue();
    assertThat(row.at("/qty/physical").isInt()).isTrue();
    assertThat(row.at("/qty/sellable").asInt()).isEqualTo(16);
    assertThat(row.at("/availability"))
        .hasSize(2)
        .last()
        .satisfies(last -> assertThat(last.asInt()).isEqualTo(36));
    assertThat(reply.json().at("/result/notKept/0").asInt()).isEqualTo(1009);
    assertThat(reply.json().at("/result/unknown/0").asInt()).isEqualTo(9);
    assertThat(
            erp.post("/onhand/query", "{'siteId':5001,'itemNumbers':[1001],'horizonDays':3}")
                .json()
                .at("/result/items/0/availability"))
        .hasSize(1);
  }

  @Test
  void tellsWeighedGoodsWithDecimals() {
    JsonNode row =
        erp.post("/onhand/query", "{'siteId':5001,'itemNumbers':[1020]}")
            .json()
            .at("/result/items/0");

    assertThat(row.at("/uom").asText()).isEqualTo("LB");
    assertThat(row.at("/qty/physical").isNumber()).isTrue();
    assertThat(row.at("/qty/physical").asText()).endsWith(".75");
  }

  @Test
  void answersBusinessErrorsWithStatus200() {
    Reply site = erp.post("/onhand/query", "{'siteId':5061,'itemNumbers':[1001]}");
    Reply item = erp.get("/items/9");

    assertThat(site.status()).isEqualTo(200);
    assertThat(site.json().at("/success").asBoolean(true)).isFalse();
    assertThat(site.text("/errorCode")).isEqualTo("INV-1002");
    assertThat(item.text("/errorCode")).isEqualTo("INV-1001");
    assertThat(erp.get("/reservations/USR-1").text("/errorCode")).isEqualTo("RES-3004");
    assertThat(erp.get("/reservations/USR-1").status()).isEqualTo(404);
  }

  @Test
  void refusesMalformedRequestsWithStatus400() {
    for (String bad :
        new String[] {
          "{",
          "[]",
          "{}",
          "{'siteId':'5001','itemNumbers':[1001]}",
          "{'siteId':5001,'itemNumbers':[]}",
          "{'siteId':5001,'itemNumbers':['x']}",
          "{'siteId':5001,'itemNumbers':[1001],'more':1}"
        }) {
      Reply reply = erp.post("/onhand/query", bad);
      assertThat(reply.status()).as(bad).isEqualTo(400);
      assertThat(reply.text("/errorCode")).isEqualTo("GEN-0400");
    }
    assertThat(erp.get("/sites/5001/onhand?page=0").status()).isEqualTo(400);
    assertThat(erp.get("/none").text("/errorCode")).isEqualTo("GEN-0404");
  }

  @Test
  void pagesFromOne() {
    Set<Integer> items = new HashSet<>();
    int pages = erp.get("/sites/5001/onhand?pageSize=1000").json().at("/result/totalPages").asInt();
    for (int page = 1; page <= pages; page++) {
      erp.get("/sites/5001/onhand?pageSize=1000&page=" + page)
          .json()
          .at("/result/items")
          .forEach(row -> items.add(row.path("itemNumber").asInt()));
    }

    assertThat(pages).isEqualTo(18);
    assertThat(items).hasSize(18_000);
    assertThat(erp.get("/sites/5001/onhand?page=19&pageSize=1000").json().at("/result/items"))
        .isEmpty();
  }

  @Test
  void reservesConfirmsAndCancels() {
    Reply made = erp.post("/reservations", reservation("r-1", "4", false));
    String path = "/reservations/" + made.text("/result/reservationId");

    assertThat(made.text("/result/status")).isEqualTo("SOFT");
    assertThat(jacket().at("/qty/softReserved").asInt()).isEqualTo(6);
    assertThat(erp.post(path + "/confirm", "{'rowVersion':7}").text("/errorCode"))
        .isEqualTo("GEN-0412");
    assertThat(
            erp.post(path + "/confirm", "{'rowVersion':1,'orderNumber':'O-2'}")
                .text("/result/status"))
        .isEqualTo("HARD");
    Reply part = erp.post(path + "/cancel", "{'lines':[{'lineNumber':'1','qty':3}]}");
    assertThat(part.text("/result/status")).isEqualTo("HARD");
    assertThat(part.json().at("/result/lines/0/reservedQty").asInt()).isEqualTo(1);
    Reply rest = erp.post(path + "/cancel", "{'lines':[{'lineNumber':'1','qty':3}]}");
    assertThat(rest.text("/result/status")).isEqualTo("CANCELLED");
    assertThat(rest.json().at("/result/invalid/0/qty").asInt()).isEqualTo(2);
    assertThat(erp.post(path + "/confirm", "").text("/errorCode")).isEqualTo("RES-3001");
    assertThat(jacket().at("/qty/softReserved").asInt()).isEqualTo(2);
    assertThat(erp.get("/reservations?orderNumber=O-2").json().at("/result/items")).hasSize(1);
  }

  @Test
  void answersARepeatedRequestIdWithTheFirstAnswer() {
    Reply first = erp.post("/reservations", reservation("r-2", "1", false));
    Reply again = erp.post("/reservations", reservation("r-2", "1", false));
    Reply other = erp.post("/reservations", reservation("r-2", "2", false));

    assertThat(again.json().at("/result")).isEqualTo(first.json().at("/result"));
    assertThat(again.json().at("/replayed").asBoolean()).isTrue();
    assertThat(other.text("/errorCode")).isEqualTo("GEN-0409");
    assertThat(jacket().at("/qty/softReserved").asInt()).isEqualTo(3);
    assertThat(erp.get("/reservations?requestId=r-2").text("/result/items/0/reservationId"))
        .isEqualTo(first.text("/result/reservationId"));
  }

  @Test
  void tellsWhatIsShort() {
    Reply refused = erp.post("/reservations", reservation("r-3", "17", false));
    Reply partial = erp.post("/reservations", reservation("r-4", "17", true));

    assertThat(refused.text("/errorCode")).isEqualTo("INV-2001");
    assertThat(refused.json().at("/errorData/lines/0/available").asInt()).isEqualTo(16);
    assertThat(partial.json().at("/result/lines/0/reservedQty").asInt()).isEqualTo(16);
    assertThat(partial.text("/result/shortages/0/cause")).isEqualTo("INSUFFICIENT");
    assertThat(partial.json().at("/result/shortages/0/qty").asInt()).isEqualTo(1);
  }

  @Test
  void letsHoldsLapse() {
    String path =
        "/reservations/"
            + erp.post("/reservations", reservation("r-5", "4", false))
                .text("/result/reservationId");

    control.post("/clock", "{'advance_seconds':901}");

    assertThat(erp.get(path).text("/result/status")).isEqualTo("LAPSED");
    assertThat(erp.post(path + "/confirm", "").text("/errorCode")).isEqualTo("RES-3002");
    assertThat(erp.post(path + "/cancel", "").text("/result/status")).isEqualTo("LAPSED");
    assertThat(jacket().at("/qty/softReserved").asInt()).isEqualTo(2);
  }

  @Test
  void shipsReservedGoods() {
    String path =
        "/reservations/"
            + erp.post("/reservations", reservation("r-6", "4", false))
                .text("/result/reservationId");

    assertThat(erp.post(path + "/ship", "").text("/result/status")).isEqualTo("SHIPPED");

    assertThat(jacket().at("/qty/physical").asInt()).isEqualTo(20);
  }

  @Test
  void booksJournalsAndCounts() {
    Reply broken =
        erp.post(
            "/inventory/journals",
            "{'requestId':'j-1','siteId':5001,'itemNumber':1001,'bucket':'damaged','fromBucket':'physical','qty':2,'reason':'BREAKAGE'}");
    Reply old =
        erp.post(
            "/inventory/journals",
            "{'siteId':5001,'itemNumber':1001,'bucket':'physical','countedQty':30,'occurredAt':1000}");
    Reply counted =
        erp.post(
            "/inventory/journals",
            "{'siteId':5001,'itemNumber':1001,'bucket':'physical','countedQty':30}");
    Reply tooMuch =
        erp.post(
            "/inventory/journals",
            "{'siteId':5001,'itemNumber':1001,'bucket':'physical','qty':-99}");

    assertThat(broken.json().at("/result/onhand/qty/damaged").asInt()).isEqualTo(3);
    assertThat(broken.json().at("/result/onhand/qty/physical").asInt()).isEqualTo(24);
    assertThat(old.json().at("/result/applied").asBoolean(true)).isFalse();
    assertThat(counted.json().at("/result/onhand/qty/physical").asInt()).isEqualTo(30);
    assertThat(tooMuch.text("/errorCode")).isEqualTo("INV-2001");
  }

  @Test
  void findsWhatChangedSince() {
    long before = System.currentTimeMillis();
    erp.post(
        "/inventory/journals", "{'siteId':5001,'itemNumber':1001,'bucket':'physical','qty':1}");

    assertThat(erp.get("/sites/5001/onhand?changedSince=" + before).json().at("/result/items"))
        .hasSize(1);
    assertThat(erp.get("/sites/5002/onhand?changedSince=" + before).json().at("/result/items"))
        .isEmpty();
  }

  @Test
  void listsSitesAndItems() {
    assertThat(erp.get("/sites?pageSize=100").json().at("/result/items")).hasSize(60);
    assertThat(erp.get("/sites?storeCode=US-060").json().at("/result/items/0/siteId").asInt())
        .isEqualTo(5060);
    assertThat(erp.get("/sites/5001").text("/result/storeCode")).isEqualTo("US-001");
    JsonNode item = erp.get("/items/1001").json().at("/result");
    assertThat(erp.get("/items?upc=" + item.at("/upcs/0").asText()).json().at("/result/items/0"))
        .isEqualTo(item);
    assertThat(erp.get("/items?styleCode=500").json().at("/result/items")).hasSize(4);
    assertThat(
            erp.get("/items?text=jacket&department=outdoor&siteId=5001&status=H&pageSize=1")
                .text("/result/items/0/status"))
        .isEqualTo("H");
  }

  @Test
  void tellsPrices() {
    JsonNode result =
        erp.post("/prices/query", "{'siteId':5001,'itemNumbers':[1001,1005,1012,9],'tier':'GOLD'}")
            .json()
            .at("/result");

    assertThat(result.at("/items/0/charged").decimalValue()).isEqualByComparingTo("21.9");
    assertThat(result.at("/items/1/kind").asText()).isEqualTo("SALE");
    assertThat(result.at("/items/2/kind").asText()).isEqualTo("MEMBER");
    assertThat(result.at("/unknown/0").asInt()).isEqualTo(9);
  }

  @Test
  void takesOrdersAndCancelsThem() {
    String order =
        "{'requestId':'%s','orderNumber':'O-1','siteId':5001,'customerId':'C-1001','channel':'WEB','currency':'USD','carryOut':false,'totals':{'payable':47.3},'lines':[{'lineNumber':'1','itemNumber':1001,'qty':2,'unitPrice':21.9,'net':43.8,'tax':3.5}],'payments':[{'paymentId':'T1','type':'CARD','amount':47.3}]}";

    Reply made = erp.post("/orders", order.formatted("o-1"));
    Reply same = erp.post("/orders", order.formatted("o-2"));
    Reply other = erp.post("/orders", order.formatted("o-3").replace("'WEB'", "'APP'"));
    Reply wrong =
        erp.post("/orders", order.formatted("o-4").replace("'payable':47.3", "'payable':47"));

    assertThat(made.text("/result/status")).isEqualTo("OPEN");
    assertThat(same.json().at("/result/erpNumber")).isEqualTo(made.json().at("/result/erpNumber"));
    assertThat(other.text("/errorCode")).isEqualTo("ORD-4009");
    assertThat(wrong.status()).isEqualTo(400);
    Reply part =
        erp.post(
            "/orders/O-1/cancel",
            "{'reason':'CUSTOMER','lines':[{'lineNumber':'1','qty':1},{'lineNumber':'2','qty':1}]}");
    assertThat(part.json().at("/result/refundDue").decimalValue()).isEqualByComparingTo("21.9");
    assertThat(part.text("/result/notCancelled/0/cause")).isEqualTo("UNKNOWN_LINE");
    assertThat(erp.get("/orders/O-1").json().at("/result/lines/0/qtyCancelled").asInt())
        .isEqualTo(1);
    assertThat(erp.get("/orders?customerId=C-1001").json().at("/result/items")).hasSize(1);
    assertThat(erp.get("/orders/O-9").status()).isEqualTo(404);
  }
}
