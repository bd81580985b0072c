package io.crossdock.estate;

import static io.crossdock.estate.Caller.encoded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.estate.Caller.Reply;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ErpEuIT {

  private static final String STOCK = "/API_MATERIAL_STOCK_SRV/A_MaterialStock";
  private static final String JACKET = STOCK + "(Material='000000000000001001',Plant='1010')";
  private static final String RESERVATIONS =
      "/API_RESERVATION_DOCUMENT_SRV/A_ReservationDocumentHeader";
  private static final String MOVEMENTS = "/API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentHeader";
  private static final String COUNTS = "/API_PHYSICAL_INVENTORY_SRV/A_PhysInventoryDocHeader";
  private static final String ORDERS = "/API_SALES_ORDER_SRV/A_SalesOrder";

  private static Estate estate;
  private static Caller erp;
  private static Caller control;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start();
    erp = new Caller(estate, "/erp-eu/sap/opu/odata4");
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

  private static String reservation(String reference, String quantity, boolean partial) {
    return "{'ExternalReference':'"
        + reference
        + "','Plant':'1010','ReferenceDocument':'O-1','ValiditySeconds':900,'PartialConfirmation':"
        + partial
        + ",'_Item':[{'ReservationItem':'1','Material':'000000000000001001','RequestedQuantity':'"
        + quantity
        + "','EntryUnit':'ST'}]}";
  }

  private static String filtered(String set, String filter) {
    return set + "?$filter=" + encoded(filter);
  }

  @Test
  void tellsTheStockOfTheKnownJacket() {
    Reply reply = erp.get(JACKET + "?$expand=to_StorageLocation,to_PlannedReceipt");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text("/UnrestrictedStock")).isEqualTo("21.000");
    assertThat(reply.text("/ReservedQuantity")).isEqualTo("2.000");
    assertThat(reply.text("/MaterialBaseUnit")).isEqualTo("ST");
    assertThat(reply.text("/to_StorageLocation/0/UnrestrictedStock")).isEqualTo("15.000");
    assertThat(reply.text("/to_PlannedReceipt/0/PlannedQuantity")).isEqualTo("20.000");
    assertThat(reply.headers().firstValue("ETag")).contains("W/\"0\"");
  }

  @Test
  void takesTheKeyInEitherOrderAndEncoded() {
    String turned = STOCK + "(" + encoded("Plant='1010',Material='000000000000001001'") + ")";

    assertThat(erp.get(turned).json()).isEqualTo(erp.get(JACKET).json());
  }

  @Test
  void tellsWhatDoesNotExist() {
    assertThat(erp.get(STOCK + "(Material='000000000000001009',Plant='1010')").text("/error/code"))
        .isEqualTo("M3/305");
    assertThat(erp.get(STOCK + "(Material='000000000000099999',Plant='1010')").text("/error/code"))
        .isEqualTo("/IWBEP/CM_MGW_RT/004");
    assertThat(erp.get(STOCK + "(Material='000000000000001001',Plant='1015')").status())
        .isEqualTo(404);
    assertThat(erp.get(STOCK + "(Material='000000000000001001',Plant='1410')").status())
        .isEqualTo(404);
    assertThat(erp.get(STOCK + "(Material='1001',Plant='1010')").status()).isEqualTo(404);
    assertThat(erp.get(STOCK + "(Plant='1010',Plant='1010')").status()).isEqualTo(400);
    assertThat(erp.get("/API_NONE/A_None").status()).isEqualTo(404);
    assertThat(erp.send("DELETE", JACKET, "").status()).isEqualTo(405);
  }

  @Test
  void filtersSeveralMaterials() {
    Reply reply =
        erp.get(
            filtered(
                    STOCK,
                    "Plant eq '1010' and (Material eq '000000000000001003' or Material eq '000000000000001001' or Material eq '000000000000001009')")
                + "&$count=true");

    assertThat(reply.json().at("/value")).hasSize(2);
    assertThat(reply.text("/value/0/Material")).endsWith("1001");
    assertThat(reply.number("/@odata.count")).isEqualTo(2);
  }

  @Test
  void takesAFilterOverAHundredMaterials() {
    StringBuilder filter =
        new StringBuilder("Plant eq '1010' and (Material eq '000000000000001001'");
    for (int item = 1002; item < 1101; item++) {
      filter.append(" or Material eq '00000000000000").append(item).append('\'');
    }

    Reply reply = erp.get(filtered(STOCK, filter + ")"));

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().at("/value")).hasSize(90);
  }

  @Test
  void pagesThroughAWholePlant() {
    Set<String> materials = new HashSet<>();
    String next = filtered(STOCK, "Plant eq '1010'") + "&$top=1000";
    int pages = 0;
    while (!next.isEmpty()) {
      Reply page = erp.get(next);
      assertThat(page.status()).isEqualTo(200);
      page.json()
          .at("/value")
          .forEach(row -> assertThat(materials.add(row.path("Material").asText())).isTrue());
      String link = page.text("/@odata.nextLink");
      next = link.isEmpty() ? "" : "/API_MATERIAL_STOCK_SRV/" + link;
      pages++;
    }

    assertThat(materials).hasSize(18_000);
    assertThat(pages).isEqualTo(18);
  }

  @Test
  void refusesFiltersItCannotRead() {
    for (String bad :
        new String[] {
          "Plant",
          "Plant eq",
          "Plant = '1010'",
          "Plant eq '1010' and",
          "(Plant eq '1010'",
          "Nonsense eq '1'",
          "Plant eq '1010' '",
          "contains(Plant)"
        }) {
      Reply reply = erp.get(filtered(STOCK, bad));
      assertThat(reply.status()).as(bad).isEqualTo(400);
      assertThat(reply.text("/error/code")).isEqualTo("/IWBEP/CM_MGW_RT/020");
    }
    assertThat(erp.get(STOCK).status()).isEqualTo(400);
    assertThat(erp.get(filtered(STOCK, "Plant eq '1010'") + "&$orderby=Material").status())
        .isEqualTo(400);
    assertThat(erp.get(filtered(STOCK, "Plant eq '1010'") + "&$top=1001").status()).isEqualTo(400);
    assertThat(erp.get(filtered(STOCK, "Plant eq '1010'") + "&$skiptoken=x").status())
        .isEqualTo(400);
  }

  @Test
  void reservesCommitsAndWithdraws() {
    Reply made = erp.post(RESERVATIONS, reservation("q-1", "4.000", false));
    String path = RESERVATIONS + "('" + made.text("/Reservation") + "')";

    assertThat(made.status()).isEqualTo(201);
    assertThat(made.text("/ReservationStatus")).isEqualTo("A");
    assertThat(erp.get(JACKET).text("/ReservedQuantity")).isEqualTo("6.000");

    Reply committed =
        erp.post(
            path + "/Commit", "{'ReferenceDocument':'O-2'}", "If-Match", made.text("/@odata.etag"));
    assertThat(committed.text("/ReservationStatus")).isEqualTo("B");
    assertThat(committed.text("/ReferenceDocument")).isEqualTo("O-2");
    assertThat(erp.post(path + "/Commit", "", "If-Match", made.text("/@odata.etag")).status())
        .isEqualTo(412);
    assertThat(erp.post(path + "/Commit", "").status()).isEqualTo(428);

    Reply part =
        erp.post(
            path + "/Withdraw",
            "{'_Item':[{'ReservationItem':'1','Quantity':'5.000'},{'ReservationItem':'9','Quantity':'1.000'}]}",
            "If-Match",
            "*");
    assertThat(part.text("/ReservationStatus")).isEqualTo("C");
    assertThat(part.text("/_Rejected/0/Quantity")).isEqualTo("1.000");
    assertThat(part.json().at("/_Rejected")).hasSize(2);
    assertThat(erp.get(JACKET).text("/ReservedQuantity")).isEqualTo("2.000");
    assertThat(erp.post(path + "/Commit", "", "If-Match", "*").text("/error/code"))
        .isEqualTo("M7/310");
    assertThat(erp.get(path).text("/ReservationStatus")).isEqualTo("C");
  }

  @Test
  void knowsAReferenceOnce() {
    Reply first = erp.post(RESERVATIONS, reservation("q-2", "1.000", false));
    Reply again = erp.post(RESERVATIONS, reservation("q-2", "1.000", false));
    Reply found = erp.get(filtered(RESERVATIONS, "ExternalReference eq 'q-2'"));

    assertThat(again.status()).isEqualTo(409);
    assertThat(again.text("/error/code")).isEqualTo("SY/530");
    assertThat(again.text("/error/details/0/target")).isEqualTo(first.text("/Reservation"));
    assertThat(found.text("/value/0/Reservation")).isEqualTo(first.text("/Reservation"));
    assertThat(erp.get(JACKET).text("/ReservedQuantity")).isEqualTo("3.000");
  }

  @Test
  void reservesInPartOnlyWhenAllowed() {
    Reply refused = erp.post(RESERVATIONS, reservation("q-3", "17.000", false));
    Reply partial = erp.post(RESERVATIONS, reservation("q-4", "17.000", true));
    Reply nothing = erp.post(RESERVATIONS, reservation("q-5", "1.000", true));

    assertThat(refused.text("/error/code")).isEqualTo("M7/021");
    assertThat(refused.text("/error/details/0/target")).isEqualTo("_Item(1)");
    assertThat(partial.text("/_Item/0/ConfirmedQuantity")).isEqualTo("16.000");
    assertThat(partial.text("/_Item/0/RejectionReason")).isEqualTo("M7/021");
    assertThat(nothing.status()).isEqualTo(400);
  }

  @Test
  void letsHoldsLapse() {
    Reply made = erp.post(RESERVATIONS, reservation("q-6", "4.000", false));
    String path = RESERVATIONS + "('" + made.text("/Reservation") + "')";

    control.post("/clock", "{'advance_seconds':900}");

    assertThat(erp.get(path).text("/ReservationStatus")).isEqualTo("X");
    assertThat(erp.get(JACKET).text("/ReservedQuantity")).isEqualTo("2.000");
    assertThat(erp.post(path + "/Commit", "", "If-Match", "*").status()).isEqualTo(410);
    assertThat(erp.post(path + "/Withdraw", "", "If-Match", "*").status()).isEqualTo(200);
  }

  @Test
  void issuesReservedGoods() {
    String path =
        RESERVATIONS
            + "('"
            + erp.post(RESERVATIONS, reservation("q-7", "4.000", false)).text("/Reservation")
            + "')";

    assertThat(erp.post(path + "/GoodsIssue", "", "If-Match", "*").text("/ReservationStatus"))
        .isEqualTo("D");

    assertThat(erp.get(JACKET).text("/UnrestrictedStock")).isEqualTo("17.000");
    assertThat(erp.get(JACKET).text("/ReservedQuantity")).isEqualTo("2.000");
  }

  private static String movement(String reference, String type, String from, String quantity) {
    return "{'ExternalReference':'"
        + reference
        + "','Plant':'1010','DocumentDateTime':'2026-11-21T07:00:00Z','_Item':[{'Material':'000000000000001001','GoodsMovementType':'551','StockType':'"
        + type
        + "'"
        + (from.isEmpty() ? "" : ",'IssuingStockType':'" + from + "'")
        + ",'Quantity':'"
        + quantity
        + "','EntryUnit':'ST','ReasonCode':'BREAKAGE'}]}";
  }

  @Test
  void booksMovements() {
    Reply moved = erp.post(MOVEMENTS, movement("m-1", "BLOCKED", "UNRESTRICTED", "2.000"));

    assertThat(moved.status()).isEqualTo(201);
    assertThat(moved.text("/MaterialDocument")).isEqualTo("4900000123");
    assertThat(erp.get(JACKET).text("/BlockedStock")).isEqualTo("3.000");
    assertThat(erp.get(JACKET).text("/UnrestrictedStock")).isEqualTo("19.000");
    assertThat(erp.post(MOVEMENTS, movement("m-1", "BLOCKED", "UNRESTRICTED", "2.000")).status())
        .isEqualTo(409);
    assertThat(erp.post(MOVEMENTS, movement("m-2", "BLOCKED", "", "-4.000")).text("/error/code"))
        .isEqualTo("M7/021");
    assertThat(erp.get(filtered(MOVEMENTS, "ExternalReference eq 'm-1'")).json().at("/value"))
        .hasSize(1);
  }

  @Test
  void booksCountsUnlessTheyAreOld() {
    String count =
        "{'Plant':'1010','Material':'000000000000001001','StockType':'TOTAL','CountedQuantity':'30.000','CountDateTime':'%s'}";

    Reply old = erp.post(COUNTS, count.formatted("2020-01-01T00:00:00Z"));
    Reply booked = erp.post(COUNTS, count.formatted(Instant.now().plusSeconds(5)));

    assertThat(old.json().at("/Posted").asBoolean(true)).isFalse();
    assertThat(booked.json().at("/Posted").asBoolean()).isTrue();
    assertThat(erp.get(JACKET).text("/UnrestrictedStock")).isEqualTo("27.000");
    assertThat(
            erp.post(
                    COUNTS,
                    count.formatted(Instant.now().plusSeconds(9)).replace("30.000", "2.000"))
                .text("/error/code"))
        .isEqualTo("M7/021");
  }

  @Test
  void findsWhatChangedSince() {
    Instant before = Instant.now().minusMillis(1);
    erp.post(MOVEMENTS, movement("m-3", "UNRESTRICTED", "", "1.000"));

    Reply changed = erp.get(filtered(STOCK, "Plant eq '1010' and LastChangeDateTime ge " + before));
    Reply elsewhere =
        erp.get(filtered(STOCK, "Plant eq '1020' and LastChangeDateTime ge " + before));

    assertThat(changed.json().at("/value")).hasSize(1);
    assertThat(elsewhere.json().at("/value")).isEmpty();
  }

  @Test
  void listsPlants() {
    assertThat(erp.get("/API_PLANT_SRV/A_Plant").json().at("/value")).hasSize(40);
    assertThat(
            erp.get(filtered("/API_PLANT_SRV/A_Plant", "StoreID eq 'EU-040'"))
                .text("/value/0/Plant"))
        .isEqualTo("1400");
    assertThat(erp.get("/API_PLANT_SRV/A_Plant('1010')").text("/StoreID")).isEqualTo("EU-001");
  }

  @Test
  void findsMaterialsInEveryWay() {
    String products = "/API_PRODUCT_SRV/A_Product";
    JsonNode jacket = erp.get(products + "('000000000000001001')").json();

    assertThat(jacket.path("ProductOldID").asText()).isEqualTo("SKU-1001");
    assertThat(
            erp.get(
                    filtered(
                        products,
                        "ProductStandardID eq '" + jacket.path("ProductStandardID").asText() + "'"))
                .json()
                .at("/value/0"))
        .isEqualTo(jacket);
    assertThat(erp.get(filtered(products, "StyleNumber eq '500'")).json().at("/value")).hasSize(4);
    assertThat(
            erp.get(
                    filtered(products, "contains(ProductName,'jacket') and Plant eq '1010'")
                        + "&$top=5")
                .json()
                .at("/value"))
        .hasSize(5);
    assertThat(
            erp.get(
                    filtered(
                            products,
                            "startswith(ProductHierarchy,'food') and not (CrossPlantStatus eq '')")
                        + "&$top=3")
                .json()
                .at("/value"))
        .hasSize(3);
    assertThat(erp.get(products + "('000000000000021001')").status()).isEqualTo(404);
  }

  @Test
  void tellsPriceConditions() {
    String prices = "/API_SLSPRICINGCONDITIONRECORD_SRV/A_SlsPrcgCondition";
    JsonNode rows =
        erp.get(
                filtered(
                    prices,
                    "Plant eq '1010' and (Material eq '000000000000001001' or Material eq '000000000000001005')"))
            .json()
            .at("/value");

    assertThat(rows.at("/0/ConditionRateValue").asText()).isEqualTo("19.90");
    assertThat(rows.at("/1/ConditionType").asText()).isEqualTo("ZVOL");
    assertThat(rows.at("/3/ConditionType").asText()).isEqualTo("VKA0");
    Reply page = erp.get(filtered(prices, "Plant eq '1010'") + "&$top=3");
    Reply next = erp.get("/API_SLSPRICINGCONDITIONRECORD_SRV/" + page.text("/@odata.nextLink"));
    assertThat(next.text("/value/0/ConditionRecord"))
        .isGreaterThan(page.text("/value/2/ConditionRecord"));
  }

  private static String order(String id, boolean carryOut, String total) {
    return "{'PurchaseOrderByCustomer':'"
        + id
        + "','Plant':'1010','SoldToParty':'C-1001','LoyaltyMember':'M-1001','SalesChannel':'10','TransactionCurrency':'EUR','CarryOut':"
        + carryOut
        + ",'TotalNetAmount':'"
        + total
        + "','_Item':[{'SalesOrderItem':'1','Material':'000000000000001001','RequestedQuantity':'2.000','RequestedQuantityUnit':'ST','NetPriceAmount':'19.90','NetAmount':'39.80'}],"
        + "'_Payment':[{'PaymentID':'T1','PaymentType':'CARD','Amount':'39.80'}]}";
  }

  @Test
  void takesOrdersAndCancelsThem() {
    Reply made = erp.post(ORDERS, order("O-1", false, "39.80"));
    String path = ORDERS + "('" + made.text("/SalesOrder") + "')";

    assertThat(made.status()).isEqualTo(201);
    assertThat(made.text("/OverallSDProcessStatus")).isEqualTo("A");
    assertThat(erp.post(ORDERS, order("O-1", false, "39.80")).text("/error/code"))
        .isEqualTo("SY/530");
    assertThat(erp.post(ORDERS, order("O-2", false, "40.00")).text("/error/code"))
        .isEqualTo("VF/001");

    Reply part =
        erp.post(
            path + "/CancelItem",
            "{'ReasonCode':'C1','_Item':[{'SalesOrderItem':'1','Quantity':'1.000'}]}",
            "If-Match",
            "*");
    assertThat(part.text("/RefundDueAmount")).isEqualTo("19.90");
    assertThat(part.text("/_Item/0/CancelledQuantity")).isEqualTo("1.000");
    Reply rest = erp.post(path + "/CancelItem", "", "If-Match", "*");
    assertThat(rest.text("/OverallSDProcessStatus")).isEqualTo("X");
    assertThat(erp.get(filtered(ORDERS, "SoldToParty eq 'C-1001'")).json().at("/value")).hasSize(1);
    assertThat(erp.get(path).status()).isEqualTo(200);
  }

  @Test
  void takesSoldGoodsOffTheShelf() {
    Reply sold = erp.post(ORDERS, order("O-3", true, "39.80"));

    assertThat(sold.text("/OverallSDProcessStatus")).isEqualTo("C");
    assertThat(sold.text("/AccountingDocument")).isNotEmpty();
    assertThat(erp.get(JACKET).text("/UnrestrictedStock")).isEqualTo("19.000");
    assertThat(
            erp.post(
                    ORDERS + "('" + sold.text("/SalesOrder") + "')/CancelItem",
                    "{'_Item':[{'SalesOrderItem':'1'}]}",
                    "If-Match",
                    "*")
                .text("/_Rejected/0/Reason"))
        .isEqualTo("SHIPPED");
  }
}
