package io.crossdock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Quantity;
import io.crossdock.failure.Failure.Violation;
import io.crossdock.order.v1.CancelLine;
import io.crossdock.order.v1.CancelLinesRequest;
import io.crossdock.order.v1.CancelReason;
import io.crossdock.order.v1.HoldChange;
import io.crossdock.order.v1.UpdateOrderRequest;
import io.crossdock.payment.v1.AuthoriseRequest;
import io.crossdock.payment.v1.CaptureRequest;
import io.crossdock.payment.v1.GetRefundRequest;
import io.crossdock.payment.v1.RefundReason;
import io.crossdock.payment.v1.RefundRequest;
import io.crossdock.payment.v1.TenderKind;
import io.crossdock.returns.v1.CheckEligibilityRequest;
import io.crossdock.returns.v1.EligibilityQuestion;
import io.crossdock.returns.v1.ExchangeLine;
import io.crossdock.returns.v1.InspectReturnRequest;
import io.crossdock.returns.v1.InspectedReturnLine;
import io.crossdock.returns.v1.ItemCondition;
import io.crossdock.returns.v1.ListReturnsRequest;
import io.crossdock.returns.v1.NewReturnLine;
import io.crossdock.returns.v1.ReturnDisposition;
import io.crossdock.returns.v1.ReturnReason;
import io.crossdock.returns.v1.SubmitReturnRequest;
import io.crossdock.rules.MessageRules;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules about goods and money that go back, each seen to pass and to refuse. */
final class ReturnAndPaymentRulesTest {

  private static final MessageRules RULES = new MessageRules();

  private static final String REQUEST_ID = "0b4c8f0e-2f0e-4a51-9f0c-3f2c7f4f7c11";
  private static final CommandContext CONTEXT =
      CommandContext.newBuilder().setRequestId(REQUEST_ID).build();
  private static final String ORDER = "EU-001:till-03:000123:2026-11-21";

  @Test
  void oneLineOfAnOrderComesBackInTwoConditions() {
    SubmitReturnRequest.Builder twoConditions =
        submit()
            .addLines(line("1").setCondition(ItemCondition.ITEM_CONDITION_NEW))
            .addLines(line("2").setCondition(ItemCondition.ITEM_CONDITION_DAMAGED));

    assertThat(broken(twoConditions.build())).isEmpty();
    assertThat(broken(submit().addLines(line("1")).addLines(line("1")).build()))
        .containsExactly("repeated.unique_by");
  }

  @Test
  void goodsOfSeveralOrdersComeBackTogether() {
    SubmitReturnRequest.Builder several =
        submit()
            .addLines(line("1"))
            .addLines(line("2").setOrderId("EU-001:till-01:000007:2026-11-20"));

    assertThat(broken(several.build())).isEmpty();
  }

  @Test
  void goodsComeBackWithoutAReceipt() {
    NewReturnLine.Builder blind = line("1").clearOrderId().clearLineId().setGrossAmount(euros(33));

    assertThat(broken(submit().clearOrderId().addLines(blind).build())).isEmpty();
    assertThat(broken(submit().addLines(line("1").clearLineId()).build()))
        .containsExactly("new_return_line.order_and_line");
  }

  @Test
  void nothingComesBackInQuantityZero() {
    assertThat(broken(submit().addLines(line("1").setQuantity(pieces("0.00"))).build()))
        .containsExactly("quantity.positive");
    assertThat(broken(submit().addLines(line("1").setQuantity(pieces("-1"))).build()))
        .containsExactly("quantity.positive");
    assertThat(broken(submit().addLines(line("1").setQuantity(pieces("0.05"))).build())).isEmpty();
  }

  @Test
  void anExchangeNamesItsOrderAndALineOfTheReturn() {
    ExchangeLine.Builder other =
        ExchangeLine.newBuilder()
            .setReturnLineId("1")
            .setItemId("SKU-1002")
            .setQuantity(pieces("1"));
    SubmitReturnRequest.Builder exchange =
        submit().addLines(line("1")).addExchangeLines(other).setReplacementOrderId("EU-WEB:1");

    assertThat(broken(exchange.build())).isEmpty();
    assertThat(broken(exchange.clone().clearReplacementOrderId().build()))
        .containsExactly("submit_return.exchange_order");
    assertThat(broken(exchange.clone().setExchangeLines(0, other.setReturnLineId("7")).build()))
        .containsExactly("repeated.references");
  }

  @Test
  void eligibilityIsAskedForAnOrderOrForItems() {
    CheckEligibilityRequest.Builder noReceipt =
        CheckEligibilityRequest.newBuilder()
            .setLocationId("US-014")
            .addLines(EligibilityQuestion.newBuilder().setReturnLineId("1").setItemId("SKU-1"));

    assertThat(broken(noReceipt.build())).isEmpty();
    assertThat(broken(CheckEligibilityRequest.newBuilder().setOrderId(ORDER).build())).isEmpty();
    assertThat(broken(CheckEligibilityRequest.newBuilder().setLocationId("US-014").build()))
        .containsExactly("check_eligibility.order_or_items");
    assertThat(broken(noReceipt.clone().clearLocationId().build()))
        .containsExactly("check_eligibility.route");
  }

  @Test
  void theSameReturnLineIsInspectedInTwoConditions() {
    InspectedReturnLine.Builder good =
        InspectedReturnLine.newBuilder()
            .setReturnLineId("1")
            .setQuantity(pieces("1"))
            .setCondition(ItemCondition.ITEM_CONDITION_NEW)
            .setDisposition(ReturnDisposition.RETURN_DISPOSITION_RESTOCK)
            .setAccepted(true);
    InspectReturnRequest request =
        InspectReturnRequest.newBuilder()
            .setContext(CONTEXT)
            .setReturnId("RT-5521")
            .setLocationId("US-014")
            .addLines(good)
            .addLines(
                good.clone()
                    .setCondition(ItemCondition.ITEM_CONDITION_DAMAGED)
                    .setDisposition(ReturnDisposition.RETURN_DISPOSITION_DISPOSE))
            .build();

    assertThat(broken(request)).isEmpty();
    assertThat(broken(request.toBuilder().clearLines().build()))
        .containsExactly("repeated.min_items");
  }

  @Test
  void returnsAreListedForSomebody() {
    assertThat(broken(ListReturnsRequest.getDefaultInstance()))
        .containsExactly("list_returns.owner");
    assertThat(broken(ListReturnsRequest.newBuilder().setCustomerId("C-1001").build())).isEmpty();
  }

  @Test
  void moneyGoesBackToAPaymentOrByCashAGiftCardOrStoreCredit() {
    RefundRequest.Builder refund =
        RefundRequest.newBuilder()
            .setContext(CONTEXT)
            .setRefundId("RF-2201")
            .setLocationId("US-014")
            .setAmount(euros(33))
            .setReason(RefundReason.REFUND_REASON_RETURN);

    assertThat(broken(refund.clone().setPaymentId("PSP-8815").build())).isEmpty();
    assertThat(broken(refund.clone().setTenderKind(TenderKind.TENDER_KIND_CASH).build())).isEmpty();
    assertThat(broken(refund.clone().setTenderKind(TenderKind.TENDER_KIND_STORE_CREDIT).build()))
        .isEmpty();
    assertThat(broken(refund.clone().setTenderKind(TenderKind.TENDER_KIND_CARD).build()))
        .containsExactly("refund.payment_or_other_means");
    assertThat(broken(refund.clone().setTenderKind(TenderKind.TENDER_KIND_GIFT_CARD).build()))
        .containsExactly("refund.gift_card");
    assertThat(broken(refund.build())).containsExactly("refund.payment_or_other_means");
  }

  @Test
  void aRefundIsLookedUpByItsIdOrByTheRequestThatAskedForIt() {
    GetRefundRequest.Builder request = GetRefundRequest.newBuilder().setOrderId(ORDER);

    assertThat(broken(request.clone().setRefundId("RF-2201").build())).isEmpty();
    assertThat(broken(request.clone().setRequestId(REQUEST_ID).build())).isEmpty();
    assertThat(broken(request.clone().setRequestId("no-uuid").build()))
        .containsExactly("string.uuid");
    assertThat(broken(request.build())).containsExactly("required");
  }

  @Test
  void onlyAPositiveAmountIsPromisedAndTaken() {
    CaptureRequest.Builder capture =
        CaptureRequest.newBuilder()
            .setContext(CONTEXT)
            .setPaymentId("PSP-8815")
            .setOrderId(ORDER)
            .setCaptureId("CP-1")
            .setAmount(Money.newBuilder().setCurrencyCode("EUR").setNanos(10_000_000));
    AuthoriseRequest.Builder authorise =
        AuthoriseRequest.newBuilder()
            .setContext(CONTEXT)
            .setPaymentId("PSP-8815")
            .setOrderId(ORDER)
            .setKind(TenderKind.TENDER_KIND_CARD)
            .setInstrumentToken("tok_1")
            .setAmount(euros(44));

    assertThat(broken(capture.build())).isEmpty();
    assertThat(broken(capture.clone().setAmount(euros(0)).build()))
        .containsExactly("money.positive");
    assertThat(broken(authorise.build())).isEmpty();
    assertThat(broken(authorise.clone().setAmount(euros(-44)).build()))
        .containsExactly("money.positive");
  }

  @Test
  void quantitiesAreCancelledByLineOrAllOfThem() {
    CancelLinesRequest.Builder cancel =
        CancelLinesRequest.newBuilder()
            .setContext(CONTEXT)
            .setOrderId(ORDER)
            .setReason(CancelReason.CANCEL_REASON_CUSTOMER);

    assertThat(broken(cancel.clone().setAllLines(true).build())).isEmpty();
    assertThat(broken(cancel.clone().addLines(CancelLine.newBuilder().setLineId("1")).build()))
        .isEmpty();
    assertThat(broken(cancel.build()))
        .as("a forgotten list must not cancel everything")
        .containsExactly("cancel_lines.lines_or_all");
    assertThat(
            broken(
                cancel
                    .clone()
                    .setAllLines(true)
                    .addLines(CancelLine.newBuilder().setLineId("1"))
                    .build()))
        .containsExactly("cancel_lines.lines_or_all");
  }

  @Test
  void anUpdateChangesSomething() {
    UpdateOrderRequest.Builder update =
        UpdateOrderRequest.newBuilder().setContext(CONTEXT).setOrderId(ORDER);

    assertThat(broken(update.build())).containsExactly("update_order.something");
    assertThat(
            broken(
                update
                    .setChangeHold(
                        HoldChange.newBuilder()
                            .setAction(HoldChange.Action.ACTION_HOLD)
                            .setReasonCode("FRAUD_CHECK"))
                    .build()))
        .isEmpty();
  }

  private static SubmitReturnRequest.Builder submit() {
    return SubmitReturnRequest.newBuilder()
        .setContext(CONTEXT)
        .setReturnId("RT-5521")
        .setOrderId(ORDER)
        .setLocationId("US-014");
  }

  private static NewReturnLine.Builder line(String id) {
    return NewReturnLine.newBuilder()
        .setReturnLineId(id)
        .setOrderId(ORDER)
        .setLineId("1")
        .setItemId("SKU-1001")
        .setQuantity(pieces("1"))
        .setReason(ReturnReason.RETURN_REASON_CHANGED_MIND);
  }

  private static Quantity pieces(String amount) {
    return Quantity.newBuilder().setValue(Decimal.newBuilder().setValue(amount)).build();
  }

  private static Money euros(long units) {
    return Money.newBuilder().setCurrencyCode("EUR").setUnits(units).build();
  }

  private static List<String> broken(Message message) {
    return RULES.check(message).stream().map(Violation::rule).toList();
  }
}
