package io.crossdock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Date;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Quantity;
import io.crossdock.customer.v1.Consent;
import io.crossdock.customer.v1.ContactProof;
import io.crossdock.customer.v1.CustomerAttributes;
import io.crossdock.customer.v1.LookupCustomerRequest;
import io.crossdock.customer.v1.UpsertCustomerRequest;
import io.crossdock.failure.Failure;
import io.crossdock.inventory.v1.AdjustStockRequest;
import io.crossdock.inventory.v1.ReservationLine;
import io.crossdock.inventory.v1.ReserveRequest;
import io.crossdock.inventory.v1.StockBucket;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import io.crossdock.loyalty.v1.CommitRedemptionRequest;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.ReservePointsRequest;
import io.crossdock.order.v1.LineKind;
import io.crossdock.order.v1.ListOrdersRequest;
import io.crossdock.order.v1.NewOrderLine;
import io.crossdock.order.v1.OrderTotals;
import io.crossdock.order.v1.PlaceOrderRequest;
import io.crossdock.order.v1.SaleKey;
import io.crossdock.order.v1.ShipGroup;
import io.crossdock.order.v1.ShipGroupLine;
import io.crossdock.price.v1.PriceQuestion;
import io.crossdock.price.v1.QuotePricesRequest;
import io.crossdock.product.v1.GetProductRequest;
import io.crossdock.rules.MessageRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules that stand beside the fields, each seen to pass and to refuse. */
final class ValidationRulesTest {

  private static final MessageRules RULES = new MessageRules();

  private static final CommandContext CONTEXT =
      CommandContext.newBuilder().setRequestId("0b4c8f0e-2f0e-4a51-9f0c-3f2c7f4f7c11").build();
  private static final Quantity TWO =
      Quantity.newBuilder().setValue(Decimal.newBuilder().setValue("2")).build();

  @Test
  void anIdMustBeFitForACacheTag() {
    assertThat(refused(GetBalanceRequest.newBuilder().setMemberId("M-1001").build())).isEmpty();
    assertThat(refused(GetBalanceRequest.getDefaultInstance())).containsExactly("member_id");
    assertThat(refused(GetBalanceRequest.newBuilder().setMemberId("a/b").build()))
        .containsExactly("member_id");
    assertThat(refused(GetBalanceRequest.newBuilder().setMemberId("M".repeat(65)).build()))
        .containsExactly("member_id");
  }

  @Test
  void aWriteNeedsARequestId() {
    CommitRedemptionRequest good =
        CommitRedemptionRequest.newBuilder()
            .setContext(CONTEXT)
            .setMemberId("M-1001")
            .setPoints(points(500))
            .setOrderId("EU-001:till-03:000123:2026-11-21")
            .build();

    assertThat(refused(good)).isEmpty();
    assertThat(refused(good.toBuilder().clearContext().build())).containsExactly("context");
    assertThat(refused(good.toBuilder().setContext(CommandContext.getDefaultInstance()).build()))
        .containsExactly("context.request_id");
  }

  @Test
  void pointsArePositiveAndHoldsAreShort() {
    ReservePointsRequest good =
        ReservePointsRequest.newBuilder()
            .setContext(CONTEXT)
            .setMemberId("M-1001")
            .setPoints(points(1))
            .setOrderId("O-1")
            .setHoldFor(Duration.newBuilder().setSeconds(86_400))
            .build();

    assertThat(refused(good)).isEmpty();
    assertThat(refused(good.toBuilder().clearPoints().build())).containsExactly("");
    assertThat(refused(good.toBuilder().clearPoints().setRewardId("RW-BIRTHDAY").build()))
        .isEmpty();
    assertThat(refused(good.toBuilder().setPoints(points(-1)).build())).contains("points");
    assertThat(refused(good.toBuilder().setHoldFor(Duration.getDefaultInstance()).build()))
        .containsExactly("hold_for");
    assertThat(
            refused(good.toBuilder().setHoldFor(Duration.newBuilder().setSeconds(86_401)).build()))
        .containsExactly("hold_for");
  }

  @Test
  void anAccrualNeedsPointsOrLines() {
    AccruePointsRequest.Builder request =
        AccruePointsRequest.newBuilder()
            .setContext(CONTEXT)
            .setMemberId("M-1001")
            .setOrderId("O-1");

    assertThat(refused(request.build())).containsExactly("");
    assertThat(refused(request.setPoints(points(10)).build())).isEmpty();
    assertThat(refused(request.clearOrderId().build())).containsExactly("");
    assertThat(refused(request.setCampaignId("BIRTHDAY").build())).isEmpty();
  }

  @Test
  void pointsHaveOneSignAndABound() {
    assertThat(refused(Points.newBuilder().setUnits(1).setNanos(500_000_000).build())).isEmpty();
    assertThat(refused(Points.newBuilder().setUnits(1).setNanos(-1).build())).containsExactly("");
    assertThat(refused(points(1_000_000_000_001L))).containsExactly("units");
    assertThat(refused(points(1).toBuilder().setNanos(1_000_000_000).build()))
        .containsExactly("nanos");
    assertThat(refused(points(1).toBuilder().setCurrencyCode("no code").build()))
        .containsExactly("currency_code");
  }

  @Test
  void aConsentNamesItsPurposeAndItsChannel() {
    Consent good =
        Consent.newBuilder()
            .setPurpose(Consent.Purpose.PURPOSE_MARKETING)
            .setChannel(Consent.ContactChannel.CONTACT_CHANNEL_EMAIL)
            .setState(Consent.State.STATE_GRANTED)
            .setAt(Timestamp.newBuilder().setSeconds(1_795_000_000L))
            .build();

    assertThat(refused(good)).isEmpty();
    assertThat(refused(good.toBuilder().clearChannel().build())).containsExactly("");
    assertThat(refused(good.toBuilder().clearChannel().setRawChannel("pager").build())).isEmpty();
    assertThat(refused(good.toBuilder().clearPurpose().build())).containsExactly("");
    assertThat(refused(good.toBuilder().clearState().build())).containsExactly("state");
  }

  @Test
  void noCallerCanSayThatAContactIsProved() {
    // The proof is the source's word: it is no part of anything that a write takes.
    assertThat(reachable(UpsertCustomerRequest.getDescriptor(), new HashSet<>()))
        .doesNotContain(ContactProof.getDescriptor().getFullName())
        .allSatisfy(name -> assertThat(name).doesNotContain("verified"));
  }

  private static Set<String> reachable(Descriptor message, Set<String> seen) {
    if (seen.add(message.getFullName())) {
      for (FieldDescriptor field : message.getFields()) {
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
          reachable(field.getMessageType(), seen);
        } else {
          seen.add(field.getFullName());
        }
      }
    }
    return seen;
  }

  private static Points points(long units) {
    return Points.newBuilder().setUnits(units).build();
  }

  @Test
  void aReservationNamesEachLineOnce() {
    ReservationLine line =
        ReservationLine.newBuilder().setLineId("1").setItemId("SKU-1001").setQuantity(TWO).build();
    ReserveRequest good =
        ReserveRequest.newBuilder()
            .setContext(CONTEXT)
            .setLocationId("EU-001")
            .setOrderId("O-1")
            .addLines(line)
            .build();

    assertThat(refused(good)).isEmpty();
    assertThat(refused(good.toBuilder().addLines(line).build())).containsExactly("lines");
    assertThat(refused(good.toBuilder().clearLines().build())).containsExactly("lines");
  }

  @Test
  void aStockChangeIsADeltaOrACount() {
    AdjustStockRequest.Builder request =
        AdjustStockRequest.newBuilder()
            .setContext(CONTEXT)
            .setLocationId("EU-001")
            .setItemId("SKU-1001")
            .setBucket(StockBucket.STOCK_BUCKET_ON_HAND)
            .setOccurredAt(Timestamp.newBuilder().setSeconds(1_795_000_000L));

    assertThat(refused(request.build())).containsExactly("change");
    assertThat(refused(request.setDelta(TWO).build())).isEmpty();
  }

  @Test
  void aLookUpNeedsExactlyOneWay() {
    assertThat(refused(LookupCustomerRequest.getDefaultInstance())).containsExactly("by");
    assertThat(refused(LookupCustomerRequest.newBuilder().setCard("2990000010017").build()))
        .isEmpty();
    assertThat(refused(LookupCustomerRequest.newBuilder().setPhone("+4930123456").build()))
        .isEmpty();
    assertThat(refused(LookupCustomerRequest.newBuilder().setPhone("030 123456").build()))
        .containsExactly("phone");
    assertThat(refused(LookupCustomerRequest.newBuilder().setEmail("ada").build()))
        .containsExactly("email");
  }

  @Test
  void anUnknownCustomerNeedsNoId() {
    UpsertCustomerRequest.Builder request =
        UpsertCustomerRequest.newBuilder()
            .setContext(CONTEXT)
            .setAttributes(CustomerAttributes.getDefaultInstance());

    assertThat(refused(request.build())).isEmpty();
    assertThat(refused(request.setCustomerId("no spaces").build())).containsExactly("customer_id");
  }

  @Test
  void aProductIsAskedForByOneNumber() {
    assertThat(refused(GetProductRequest.getDefaultInstance())).containsExactly("by");
    assertThat(refused(GetProductRequest.newBuilder().setGtin("04006381333931").build())).isEmpty();
    assertThat(refused(GetProductRequest.newBuilder().setGtin("4006381x").build()))
        .containsExactly("gtin");
  }

  @Test
  void pricesAreQuotedForUniqueLines() {
    PriceQuestion line =
        PriceQuestion.newBuilder().setLineId("1").setItemId("SKU-1001").setQuantity(TWO).build();
    QuotePricesRequest good =
        QuotePricesRequest.newBuilder().setLocationId("EU-001").addLines(line).build();

    assertThat(refused(good)).isEmpty();
    assertThat(refused(good.toBuilder().addLines(line).build())).containsExactly("lines");
    assertThat(refused(good.toBuilder().setCurrencyCode("euro").build()))
        .containsExactly("currency_code");
  }

  @Test
  void anOrderHangsTogether() {
    PlaceOrderRequest good = tillSale();

    assertThat(refused(good)).isEmpty();
    assertThat(refused(good.toBuilder().setOrderId("EU-002:till-03:000123:2026-11-21").build()))
        .containsExactly("");
    assertThat(refused(good.toBuilder().addLines(good.getLines(0)).build()))
        .containsExactly("lines");
    ShipGroup stranger =
        ShipGroup.newBuilder()
            .setShipGroupId("G1")
            .setMethod(ShipGroup.Method.METHOD_PICKUP)
            .addLines(ShipGroupLine.newBuilder().setLineId("2").setQuantity(TWO))
            .build();
    assertThat(refused(good.toBuilder().addShipGroups(stranger).build()))
        .containsExactly("ship_groups[0]");
  }

  @Test
  void ordersAreListedForSomebody() {
    assertThat(refused(ListOrdersRequest.getDefaultInstance())).containsExactly("");
    assertThat(refused(ListOrdersRequest.newBuilder().setCustomerId("C-1001").build())).isEmpty();
  }

  private static PlaceOrderRequest tillSale() {
    Money price = Money.newBuilder().setCurrencyCode("EUR").setUnits(19).build();
    return PlaceOrderRequest.newBuilder()
        .setContext(CONTEXT)
        .setOrderId("EU-001:till-03:000123:2026-11-21")
        .setLocationId("EU-001")
        .setSaleKey(
            SaleKey.newBuilder()
                .setStore("EU-001")
                .setWorkstation("till-03")
                .setSequence(123)
                .setBusinessDay(Date.newBuilder().setYear(2026).setMonth(11).setDay(21)))
        .setCurrencyCode("EUR")
        .addLines(
            NewOrderLine.newBuilder()
                .setLineId("1")
                .setItemId("SKU-1001")
                .setQuantity(TWO)
                .setKind(LineKind.LINE_KIND_ITEM)
                .setUnitPrice(price)
                .setGrossAmount(price))
        .setTotals(OrderTotals.newBuilder().setPayableAmount(price))
        .build();
  }

  /** Paths of the fields that are refused; empty text for a rule of the whole message. */
  private static List<String> refused(Message message) {
    return RULES.check(message).stream().map(Failure.Violation::field).toList();
  }
}
