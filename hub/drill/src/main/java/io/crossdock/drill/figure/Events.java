package io.crossdock.drill.figure;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Quantity;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventLine;
import io.crossdock.event.v1.OrderCancelled;
import io.crossdock.event.v1.PointsAccrued;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.StockAdjusted;
import io.crossdock.inventory.v1.StockBucket;
import io.crossdock.loyalty.v1.Points;
import java.time.Instant;
import java.util.UUID;

/** Events of three lanes. */
final class Events {

  private static final int MOST_LINES = 500;
  private static final String LONGEST_ID = "X".repeat(60);

  private Events() {}

  /** Points of a member, in the financial lane. */
  static PublishRequest points(String member) {
    return publish(
        member,
        PointsAccrued.newBuilder()
            .setMemberId(member)
            .setEntryId(UUID.randomUUID().toString())
            .setPoints(Points.newBuilder().setUnits(1))
            .build());
  }

  /** Stock of an item, in the stock lane. */
  static PublishRequest stock(String item) {
    String stock = "EU-001/" + item;
    return publish(
        stock,
        StockAdjusted.newBuilder()
            .setStockId(stock)
            .setLocationId("EU-001")
            .setItemId(item)
            .setBucket(StockBucket.STOCK_BUCKET_ON_HAND)
            .setDelta(one())
            .build());
  }

  /** As large as an event gets, in the business lane. */
  static PublishRequest large(String order) {
    Money money =
        Money.newBuilder()
            .setCurrencyCode("EUR")
            .setUnits(999_999_999)
            .setNanos(999_999_999)
            .build();
    OrderCancelled.Builder cancelled = OrderCancelled.newBuilder().setOrderId(order);
    for (int i = 0; i < MOST_LINES; i++) {
      cancelled.addLines(
          EventLine.newBuilder()
              .setLineId(LONGEST_ID + i)
              .setItemId(LONGEST_ID + i)
              .setQuantity(one())
              .setGrossAmount(money)
              .setNetAmount(money)
              .setMeasuredQuantity(one()));
    }
    return publish(order, cancelled.build());
  }

  private static Quantity one() {
    return Quantity.newBuilder()
        .setValue(Decimal.newBuilder().setValue("1"))
        .setUnitCode("C62")
        .build();
  }

  private static PublishRequest publish(String key, Message data) {
    return PublishRequest.newBuilder()
        .setContext(CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()))
        .addEvents(
            EventEnvelope.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setSource("drill")
                .setType(data.getDescriptorForType().getFullName())
                .setKey(key)
                .setOccurredAt(Timestamps.fromMillis(Instant.now().toEpochMilli()))
                .setData(Any.pack(data)))
        .build();
  }
}
