package io.crossdock.drill.load;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import io.crossdock.event.v1.OrderConfirmed;
import io.crossdock.event.v1.PointsAccrued;
import io.crossdock.event.v1.StockAdjusted;
import io.crossdock.inventory.v1.StockBucket;
import io.crossdock.loyalty.v1.Points;
import java.util.random.RandomGenerator;

/** What the events of a writer are about: one kind of thing for each lane. */
final class Topics {

  /** Aggregate of the members' events. */
  static final String MEMBER = "member";

  private static final String ORDER = "order";
  private static final String STOCK = "stock";
  private static final int KEYS = 4;
  private static final int MOST_POINTS = 500;
  private static final double SHARED = 0.2;

  private final int writer;
  private final RandomGenerator random;
  private int member;

  /**
   * An event's contents.
   *
   * @param key aggregate and key
   * @param subject the key alone
   * @param data the event
   */
  record Topic(String key, String subject, Any data) {}

  Topics(int writer, RandomGenerator random) {
    this.writer = writer;
    this.random = random;
  }

  /** The member whose points are spent at the moment. */
  String member() {
    return "M-" + writer + "-" + member;
  }

  /** The member has spent all that may be spent without the owner. */
  void nextMember() {
    member++;
  }

  /** Something that has happened, mostly to a thing of this writer alone. */
  Topic next() {
    return switch (random.nextInt(3)) {
      case 0 -> points(member());
      case 1 -> stock(location(), "SKU-" + random.nextInt(KEYS));
      default -> order("D-" + owner() + "-" + random.nextInt(KEYS));
    };
  }

  private String owner() {
    return random.nextDouble() < SHARED ? "all" : Integer.toString(writer);
  }

  private String location() {
    return "S-" + owner();
  }

  private Topic points(String id) {
    return topic(
        MEMBER,
        id,
        PointsAccrued.newBuilder()
            .setMemberId(id)
            .setEntryId("E-" + random.nextInt(Integer.MAX_VALUE))
            .setPoints(Points.newBuilder().setUnits(random.nextLong(1, MOST_POINTS)))
            .build());
  }

  private static Topic order(String id) {
    return topic(ORDER, id, OrderConfirmed.newBuilder().setOrderId(id).build());
  }

  private Topic stock(String location, String item) {
    String id = location + "/" + item;
    return topic(
        STOCK,
        id,
        StockAdjusted.newBuilder()
            .setStockId(id)
            .setLocationId(location)
            .setItemId(item)
            .setBucket(StockBucket.STOCK_BUCKET_ON_HAND)
            .setDelta(
                Quantity.newBuilder()
                    .setValue(
                        Decimal.newBuilder()
                            .setValue(Integer.toString(random.nextInt(1, MOST_POINTS)))))
            .build());
  }

  private static Topic topic(String aggregate, String subject, Message data) {
    return new Topic(aggregate + "/" + subject, subject, Any.pack(data));
  }
}
