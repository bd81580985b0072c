package io.crossdock.connector.erpus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.testkit.Caller;
import io.crossdock.connector.testkit.CatalogueConformance;
import io.crossdock.connector.testkit.MethodCase;
import io.crossdock.inventory.v1.AdjustStockRequest;
import io.crossdock.inventory.v1.BusinessStep;
import io.crossdock.inventory.v1.GetStoreSnapshotRequest;
import io.crossdock.inventory.v1.GetStoreSnapshotResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.StockBucket;
import io.crossdock.price.v1.PriceServiceGrpc;
import io.crossdock.price.v1.PricedLine;
import io.crossdock.price.v1.PricedLine.Outcome;
import io.crossdock.price.v1.QuotePricesRequest;
import io.crossdock.product.v1.ProductServiceGrpc;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ErpUsConnectorIT extends CatalogueConformance {

  ErpUsConnectorIT() {
    super(
        "US-001",
        new Paths("/reservations", "/confirm", "/cancel", "/journals"),
        false,
        new Prices("USD", "21.90", "20.80", false, "XCS", "LBR", "US-STANDARD"));
  }

  @Override
  protected ConnectorProcess process() {
    return ErpUsConnector.process();
  }

  @Override
  protected String backendName() {
    return "erp-us";
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
        "/onhand",
        answer -> row(answer).put("uom", "PAK"),
        caller -> {
          GetStoreSnapshotResponse snapshot =
              caller.call(InventoryServiceGrpc.getGetStoreSnapshotMethod(), snapshot());
          assertThat(snapshot.getAvailabilitiesList()).hasSize(9);
          assertThat(snapshot.getUnreadableItemIdsList()).containsExactly("SKU-1001");
        });
    withEdited(
        "/onhand",
        answer -> row(answer).put("itemNumber", 3_000_000_000L),
        caller ->
            assertThat(
                    caller
                        .call(InventoryServiceGrpc.getGetStoreSnapshotMethod(), snapshot())
                        .getUnreadableItemIdsList())
                .containsExactly("SKU-3000000000"));
  }

  @Test
  void refusesANumberThatTheErpCannotHave() throws IOException {
    AdjustStockRequest sale =
        AdjustStockRequest.newBuilder()
            .setContext(caller().context())
            .setLocationId("US-001")
            .setItemId("SKU-1001")
            .setBucket(StockBucket.STOCK_BUCKET_ON_HAND)
            .setDelta(Quantity.newBuilder().setValue(Decimal.newBuilder().setValue("-1")))
            .setOccurredAt(Timestamps.fromMillis(System.currentTimeMillis()))
            .setBusinessStep(BusinessStep.BUSINESS_STEP_RETAIL_SELLING)
            .build();
    withEdited(
        "/onhand/query",
        answer -> row(answer).put("itemNumber", 3_000_000_000L),
        caller ->
            assertThat(
                    failure(() -> caller.call(InventoryServiceGrpc.getAdjustStockMethod(), sale))
                        .reason())
                .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID));
    withEdited(
        "/sites",
        answer -> row(answer).put("siteId", 3_000_000_000L),
        caller ->
            assertThat(
                    failure(() -> caller.call(InventoryServiceGrpc.getAdjustStockMethod(), sale))
                        .reason())
                .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID));
  }

  @Test
  void refusesStockOfAnotherSite() throws IOException {
    withEdited(
        "/onhand",
        answer -> ((ObjectNode) answer.path("result")).put("siteId", 202),
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
        "/prices/query",
        answer -> row(answer).put("uom", "PAK"),
        caller ->
            assertThat(quote(caller))
                .containsExactly(Outcome.OUTCOME_NO_PRICE, Outcome.OUTCOME_PRICED));
    withEdited(
        "/prices/query",
        answer -> row(answer).remove("itemNumber"),
        caller ->
            assertThat(quote(caller))
                .containsExactly(Outcome.OUTCOME_UNKNOWN_ITEM, Outcome.OUTCOME_PRICED));
  }

  private static ObjectNode row(JsonNode answer) {
    return (ObjectNode) answer.path("result").path("items").path(0);
  }

  private static List<Outcome> quote(Caller caller) {
    Quantity one = Quantity.newBuilder().setValue(Decimal.newBuilder().setValue("1")).build();
    QuotePricesRequest.Builder request = QuotePricesRequest.newBuilder().setLocationId("US-001");
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
    return GetStoreSnapshotRequest.newBuilder().setLocationId("US-001").setPageSize(10).build();
  }
}
