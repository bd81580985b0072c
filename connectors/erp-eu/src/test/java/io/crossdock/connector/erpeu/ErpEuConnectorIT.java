package io.crossdock.connector.erpeu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Timestamp;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.testkit.Caller;
import io.crossdock.connector.testkit.CatalogueConformance;
import io.crossdock.connector.testkit.MethodCase;
import io.crossdock.inventory.v1.GetStoreSnapshotRequest;
import io.crossdock.inventory.v1.GetStoreSnapshotResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.price.v1.PriceServiceGrpc;
import io.crossdock.price.v1.PricedLine;
import io.crossdock.price.v1.PricedLine.Outcome;
import io.crossdock.price.v1.QuotePricesRequest;
import io.crossdock.product.v1.ProductServiceGrpc;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ErpEuConnectorIT extends CatalogueConformance {

  ErpEuConnectorIT() {
    super(
        "EU-001",
        new Paths(
            "/A_ReservationDocumentHeader", "/Commit", "/Withdraw", "/A_MaterialDocumentHeader"),
        true,
        new Prices("EUR", "19.90", "18.90", true, "XCT", "KGM", "DE-STANDARD"));
  }

  @Override
  protected ConnectorProcess process() {
    return ErpEuConnector.process();
  }

  @Override
  protected String backendName() {
    return "erp-eu";
  }

  @Override
  protected List<ServiceDescriptor> services() {
    return List.of(
        InventoryServiceGrpc.getServiceDescriptor(),
        PriceServiceGrpc.getServiceDescriptor(),
        ProductServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected List<MethodCase<?, ?>> cases() {
    return Stream.of(stockCases(), priceCases(), productCases())
        .<MethodCase<?, ?>>flatMap(List::stream)
        .toList();
  }

  @Test
  void leavesOutStockThatItCannotUnderstandAndNamesTheItem() throws IOException {
    withEdited(
        "A_MaterialStock",
        answer -> ((ObjectNode) answer.path("value").path(0)).put("MaterialBaseUnit", "PAK"),
        caller -> {
          GetStoreSnapshotResponse snapshot =
              caller.call(InventoryServiceGrpc.getGetStoreSnapshotMethod(), snapshot());
          assertThat(snapshot.getAvailabilitiesList()).hasSize(9);
          assertThat(snapshot.getUnreadableItemIdsList()).containsExactly("SKU-1001");
        });
    withEdited(
        "A_MaterialStock",
        answer -> ((ObjectNode) answer.path("value").path(0)).putObject("Material"),
        caller ->
            assertThat(
                    caller
                        .call(InventoryServiceGrpc.getGetStoreSnapshotMethod(), snapshot())
                        .getAvailabilitiesList())
                .hasSize(9));
  }

  @Test
  void refusesStockOfAnotherPlant() throws IOException {
    withEdited(
        "A_MaterialStock",
        answer -> ((ObjectNode) answer.path("value").path(0)).put("Plant", "1020"),
        caller ->
            assertThat(
                    failure(() ->
                            caller.call(
                                InventoryServiceGrpc.getGetStoreSnapshotMethod(), snapshot()))
                        .reason())
                .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID));
  }

  @Test
  void pricesTheOtherLinesWhenARowCannotBeUnderstood() throws IOException {
    withEdited(
        "A_SlsPrcgCondition",
        answer ->
            answer
                .path("value")
                .forEach(row -> {
                  if (row.path("Material").asText().endsWith("1001")) {
                    ((ObjectNode) row).put("ConditionQuantityUnit", "PAK");
                  }
                }),
        caller ->
            assertThat(quote(caller, Instant.now()))
                .containsExactly(Outcome.OUTCOME_NO_PRICE, Outcome.OUTCOME_PRICED));
    withEdited(
        "A_SlsPrcgCondition",
        answer -> ((ObjectNode) answer.path("value").path(0)).remove("Material"),
        caller ->
            assertThat(quote(caller, Instant.now()).getLast()).isEqualTo(Outcome.OUTCOME_PRICED));
  }

  @Test
  void chargesAPriceFromMidnightInTheStore() throws IOException {
    withEdited(
        "A_SlsPrcgCondition",
        answer ->
            answer
                .path("value")
                .forEach(row ->
                    ((ObjectNode) row)
                        .put("ConditionValidityStartDate", "2026-12-01")
                        .put("ConditionValidityEndDate", "9999-12-31")),
        caller -> {
          assertThat(quote(caller, Instant.parse("2026-11-30T22:59:59Z")))
              .containsOnly(Outcome.OUTCOME_NO_PRICE);
          assertThat(quote(caller, Instant.parse("2026-11-30T23:00:00Z")))
              .containsOnly(Outcome.OUTCOME_PRICED);
        });
  }

  private static List<Outcome> quote(Caller caller, Instant at) {
    Quantity one = Quantity.newBuilder().setValue(Decimal.newBuilder().setValue("1")).build();
    QuotePricesRequest.Builder request =
        QuotePricesRequest.newBuilder()
            .setLocationId("EU-001")
            .setAt(Timestamp.newBuilder().setSeconds(at.getEpochSecond()));
    request.addLinesBuilder().setLineId("a").setItemId("SKU-1001").setQuantity(one);
    request.addLinesBuilder().setLineId("b").setItemId("SKU-1002").setQuantity(one);
    return caller
        .call(PriceServiceGrpc.getQuotePricesMethod(), request.build())
        .getLinesList()
        .stream()
        .map(PricedLine::getOutcome)
        .toList();
  }

  private static GetStoreSnapshotRequest snapshot() {
    return GetStoreSnapshotRequest.newBuilder().setLocationId("EU-001").setPageSize(10).build();
  }
}
