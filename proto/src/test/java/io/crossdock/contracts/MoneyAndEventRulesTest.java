package io.crossdock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Date;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Quantity;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.ReturnCompleted;
import io.crossdock.event.v1.StockAdjusted;
import io.crossdock.failure.Failure;
import io.crossdock.finance.v1.PostEntryRequest;
import io.crossdock.finance.v1.PostingLine;
import io.crossdock.finance.v1.SourceDocument;
import io.crossdock.finance.v1.SourceDocumentKind;
import io.crossdock.inventory.v1.StockBucket;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.order.v1.LineKind;
import io.crossdock.order.v1.NewOrderLine;
import io.crossdock.order.v1.OrderTotals;
import io.crossdock.order.v1.SaleKey;
import io.crossdock.order.v1.Tender;
import io.crossdock.payment.v1.ForeignAmount;
import io.crossdock.payment.v1.RefundReason;
import io.crossdock.payment.v1.RefundRequest;
import io.crossdock.payment.v1.TenderKind;
import io.crossdock.pos.v1.CommitSaleRequest;
import io.crossdock.rules.MessageRules;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules about money, events and operation, each seen to pass and to refuse. */
final class MoneyAndEventRulesTest {

  private static final MessageRules RULES = new MessageRules();

  private static final CommandContext CONTEXT =
      CommandContext.newBuilder().setRequestId("0b4c8f0e-2f0e-4a51-9f0c-3f2c7f4f7c11").build();
  private static final Date TODAY = Date.newBuilder().setYear(2026).setMonth(11).setDay(21).build();
  private static final Quantity ONE =
      Quantity.newBuilder().setValue(Decimal.newBuilder().setValue("1")).build();
  private static final Timestamp NOON = Timestamp.newBuilder().setSeconds(1_795_000_000L).build();

  @Test
  void anEntryNamesTwoAccountsAndAPositiveAmount() {
    PostingLine line =
        PostingLine.newBuilder()
            .setLineId("1")
            .setDebitAccountRole("CASH_IN_TILL")
            .setCreditAccountRole("SALES_REVENUE")
            .setAmount(euros(27))
            .build();
    PostEntryRequest good =
        PostEntryRequest.newBuilder()
            .setContext(CONTEXT)
            .setPostingId("PO-66012")
            .setCompanyCode("DE01")
            .setSource(
                SourceDocument.newBuilder()
                    .setKind(SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER)
                    .setId("O-1"))
            .setAccountingDate(TODAY)
            .setReconciliationKey("EU-001:2026-11-21")
            .addLines(line)
            .build();

    assertThat(broken(good)).isEmpty();
    assertThat(broken(line.toBuilder().setCreditAccountRole("CASH_IN_TILL").build()))
        .containsExactly("posting_line.two_accounts");
    assertThat(broken(line.toBuilder().setAmount(euros(0)).build()))
        .containsExactly("money.positive");
    assertThat(broken(line.toBuilder().setAmount(Money.newBuilder().setUnits(1)).build()))
        .containsExactly("string.pattern");
    assertThat(broken(good.toBuilder().addLines(line).build()))
        .containsExactly("repeated.unique_by");
  }

  @Test
  void onlyAPositiveAmountIsGivenBack() {
    RefundRequest good =
        RefundRequest.newBuilder()
            .setContext(CONTEXT)
            .setRefundId("RF-2201")
            .setOrderId("O-1")
            .setPaymentId("PSP-8815")
            .setLocationId("EU-001")
            .setAmount(euros(33))
            .setReason(RefundReason.REFUND_REASON_RETURN)
            .build();

    assertThat(broken(good)).isEmpty();
    assertThat(broken(good.toBuilder().setAmount(euros(-1)).build()))
        .containsExactly("money.positive");
  }

  @Test
  void aSaleBelongsToItsTill() {
    CommitSaleRequest good = sale();

    assertThat(broken(good)).isEmpty();
    assertThat(broken(good.toBuilder().setOrderId("EU-001:till-04:000123:2026-11-21").build()))
        .containsExactly("commit_sale.id_is_sale_key");
    assertThat(broken(good.toBuilder().setLocationId("EU-002").build()))
        .containsExactly("commit_sale.store");
  }

  @Test
  void aSalePaidWithPointsNamesTheMember() {
    Tender points =
        Tender.newBuilder()
            .setTenderId("T2")
            .setKind(TenderKind.TENDER_KIND_LOYALTY_POINTS)
            .setAmount(euros(5))
            .setPoints(points(500))
            .build();
    CommitSaleRequest nobody = sale().toBuilder().addTenders(points).build();

    assertThat(broken(nobody)).containsExactly("commit_sale.points_need_member");
    assertThat(broken(nobody.toBuilder().setMemberId("M-1001").build())).isEmpty();
    assertThat(broken(points.toBuilder().setPoints(points(-1)).build()))
        .containsExactly("points.not_negative");
  }

  @Test
  void aCompletedReturnNamesEachPointsCurrencyOnce() {
    ReturnCompleted good =
        ReturnCompleted.newBuilder()
            .setReturnId("RT-5521")
            .setRefundedAmount(euros(33))
            .addPointsClawedBack(points(33))
            .addPointsClawedBack(points(3).toBuilder().setCurrencyCode("TIER-CREDITS"))
            .addPointsRestored(points(0).toBuilder().setNanos(500_000_000))
            .build();

    assertThat(broken(good)).isEmpty();
    assertThat(broken(good.toBuilder().addPointsClawedBack(points(1)).build()))
        .containsExactly("repeated.unique_by");
    assertThat(broken(good.toBuilder().clearPointsRestored().addPointsRestored(points(0)).build()))
        .containsExactly("points.positive");
    assertThat(
            broken(
                good.toBuilder().clearPointsClawedBack().addPointsClawedBack(points(-33)).build()))
        .containsExactly("points.positive");
  }

  @Test
  void aSaleHasOneCurrency() {
    CommitSaleRequest sale = sale();

    assertThat(broken(sale.toBuilder().setCurrencyCode("USD").build()))
        .containsExactly("commit_sale.one_currency");
  }

  @Test
  void aSaleSaysWhenItHappened() {
    CommitSaleRequest sale = sale();

    assertThat(broken(sale.toBuilder().setContext(CONTEXT).build()))
        .containsExactly("commit_sale.occurred_at");
  }

  @Test
  void aSaleMayBePaidInTheCurrencyOfThePayer() {
    CommitSaleRequest.Builder sale = sale().toBuilder();
    sale.getTendersBuilder(0)
        .setForeign(
            ForeignAmount.newBuilder()
                .setAmount(Money.newBuilder().setCurrencyCode("USD").setUnits(21))
                .setRate(Decimal.newBuilder().setValue("0.9214")));

    assertThat(broken(sale.build())).isEmpty();
  }

  @Test
  void theComponentsOfABundleNameALineOfTheSale() {
    CommitSaleRequest.Builder sale = sale().toBuilder();
    NewOrderLine component =
        sale.getLines(0).toBuilder().setLineId("2").setParentLineId("1").build();

    assertThat(broken(sale.addLines(component).build())).isEmpty();
    sale.setLines(1, component.toBuilder().setParentLineId("9"));
    assertThat(broken(sale.build())).containsExactly("repeated.references");
  }

  @Test
  void theKeyOfAStockEventIsMadeOfLocationAndItem() {
    StockAdjusted good =
        StockAdjusted.newBuilder()
            .setStockId("EU-001/SKU-1001")
            .setLocationId("EU-001")
            .setItemId("SKU-1001")
            .setBucket(StockBucket.STOCK_BUCKET_ON_HAND)
            .setDelta(ONE)
            .build();

    assertThat(broken(good)).isEmpty();
    assertThat(broken(good.toBuilder().setItemId("SKU-1002").build()))
        .containsExactly("stock_adjusted.key");
  }

  @Test
  void eventsArePublishedOnceInARequest() {
    EventEnvelope event =
        EventEnvelope.newBuilder()
            .setEventId("0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001")
            .setSource("erp-eu")
            .setType("crossdock.event.v1.StockAdjusted")
            .setKey("EU-001/SKU-1001")
            .setOccurredAt(NOON)
            .setData(Any.pack(StockAdjusted.getDefaultInstance()))
            .build();
    PublishRequest good = PublishRequest.newBuilder().setContext(CONTEXT).addEvents(event).build();

    assertThat(broken(good)).isEmpty();
    assertThat(broken(good.toBuilder().addEvents(event).build()))
        .containsExactly("repeated.unique_by");
  }

  @Test
  void aReplayIsBounded() {
    assertThat(broken(ReplaySelection.getDefaultInstance()))
        .containsExactly("replay_selection.bounded");
    assertThat(broken(ReplaySelection.newBuilder().setOccurredFrom(NOON).build())).isEmpty();
  }

  @Test
  void theCacheIsEmptiedByTagOrWholly() {
    InvalidateCacheRequest.Builder request =
        InvalidateCacheRequest.newBuilder().setContext(CONTEXT);

    assertThat(broken(request.build())).containsExactly("required");
    assertThat(broken(request.setTag("member/M-1001").build())).isEmpty();
    assertThat(broken(request.setAll(false).build())).containsExactly("bool.const");
  }

  private static CommitSaleRequest sale() {
    return CommitSaleRequest.newBuilder()
        .setContext(CONTEXT.toBuilder().setOccurredAt(NOON))
        .setOrderId("EU-001:till-03:000123:2026-11-21")
        .setLocationId("EU-001")
        .setSaleKey(
            SaleKey.newBuilder()
                .setStore("EU-001")
                .setWorkstation("till-03")
                .setSequence(123)
                .setBusinessDay(TODAY))
        .setCurrencyCode("EUR")
        .addLines(
            NewOrderLine.newBuilder()
                .setLineId("1")
                .setItemId("SKU-1001")
                .setQuantity(ONE)
                .setKind(LineKind.LINE_KIND_ITEM)
                .setUnitPrice(euros(19))
                .setGrossAmount(euros(19)))
        .addTenders(
            Tender.newBuilder()
                .setTenderId("T1")
                .setKind(TenderKind.TENDER_KIND_CASH)
                .setAmount(euros(19)))
        .setTotals(OrderTotals.newBuilder().setPayableAmount(euros(19)))
        .build();
  }

  private static Money euros(long units) {
    return Money.newBuilder().setCurrencyCode("EUR").setUnits(units).build();
  }

  private static Points points(long units) {
    return Points.newBuilder().setUnits(units).build();
  }

  /** Ids of the rules that a message breaks. */
  private static List<String> broken(Message message) {
    return RULES.check(message).stream().map(Failure.Violation::rule).toList();
  }
}
