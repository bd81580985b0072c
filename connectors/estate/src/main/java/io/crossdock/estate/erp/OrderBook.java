package io.crossdock.estate.erp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.estate.world.Bounded;
import io.crossdock.estate.world.EstateClock;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sales orders of one ERP, as ledgers of quantities. What the vendor's document says beyond
 * that is kept as it was sent.
 */
public final class OrderBook {

  private static final int KEPT = 10_000;

  private final EstateClock clock;
  private final Map<String, Order> byId = new Bounded<>(KEPT);
  private final long firstNumber;
  private long lastNumber;

  /** One line. */
  public static final class Line {
    public final String id;
    public final int item;
    public final BigDecimal ordered;
    public final BigDecimal net;
    public BigDecimal shipped = BigDecimal.ZERO;
    public BigDecimal cancelled = BigDecimal.ZERO;

    public Line(String id, int item, BigDecimal ordered, BigDecimal net) {
      this.id = id;
      this.item = item;
      this.ordered = ordered;
      this.net = net;
    }

    BigDecimal open() {
      return ordered.subtract(shipped).subtract(cancelled);
    }
  }

  /** Status of an order. */
  public enum Status {
    OPEN,
    DONE,
    CANCELLED
  }

  /** One order. */
  public static final class Order {
    public final long number;
    final String id;
    public final int store;
    public final String customer;
    public final Instant placedAt;
    public final List<Line> lines;
    public final ObjectNode sent;
    public Instant updatedAt;
    public long version = 1;

    private Order(
        long number,
        String id,
        int store,
        String customer,
        Instant placedAt,
        List<Line> lines,
        ObjectNode sent) {
      this.number = number;
      this.id = id;
      this.store = store;
      this.customer = customer;
      this.placedAt = placedAt;
      this.updatedAt = placedAt;
      this.lines = lines;
      this.sent = sent;
    }

    public Status status() {
      if (lines.stream().anyMatch(line -> line.open().signum() > 0)) {
        return Status.OPEN;
      }
      return lines.stream().allMatch(line -> line.shipped.signum() == 0)
          ? Status.CANCELLED
          : Status.DONE;
    }

    public boolean shipped() {
      return lines.stream().anyMatch(line -> line.shipped.signum() > 0);
    }
  }

  /** A quantity that could not be cancelled. */
  public record NotCancelled(String lineId, int item, BigDecimal quantity, Cause cause) {}

  /** Why a quantity could not be cancelled. */
  public enum Cause {
    SHIPPED,
    CANCELLED,
    UNKNOWN_LINE,
    MORE_THAN_ORDERED
  }

  /** What came of a cancellation. */
  public record Cancellation(List<NotCancelled> rest, BigDecimal refund) {}

  public OrderBook(EstateClock clock, long firstNumber) {
    this.clock = clock;
    this.firstNumber = firstNumber;
    this.lastNumber = firstNumber - 1;
  }

  public void reset() {
    byId.clear();
    lastNumber = firstNumber - 1;
  }

  public Optional<Order> order(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** All orders, newest first. */
  public List<Order> newestFirst() {
    return new ArrayList<>(byId.values()).reversed();
  }

  public Order place(
      String id, int store, String customer, Instant placedAt, List<Line> lines, ObjectNode sent) {
    Order order = new Order(++lastNumber, id, store, customer, placedAt, lines, sent);
    order.updatedAt = clock.instant();
    byId.put(id, order);
    return order;
  }

  /**
   * Hands everything over at once: reserved goods leave by their reservation, others from the
   * shelf.
   */
  public void carryOut(
      Order order, StockBook stock, Map<String, StockBook.Reservation> reservations) {
    order.lines.forEach(line -> line.shipped = line.ordered);
    reservations.values().stream()
        .distinct()
        .filter(reservation ->
            reservation.status == StockBook.Status.HELD
                || reservation.status == StockBook.Status.COMMITTED)
        .forEach(stock::issue);
    order.lines.stream()
        .filter(line -> !reservations.containsKey(line.id))
        .forEach(line -> stock.sell(line.item, order.store, line.ordered));
  }

  /** Cancels quantities that have not left; none named means all of them. */
  public Cancellation cancel(Order order, Map<String, Optional<BigDecimal>> parts) {
    List<NotCancelled> rest = new ArrayList<>();
    BigDecimal refund = BigDecimal.ZERO;
    Map<String, Optional<BigDecimal>> wanted = new LinkedHashMap<>(parts);
    if (parts.isEmpty()) {
      order.lines.stream()
          .filter(line -> line.open().signum() > 0)
          .forEach(line -> wanted.put(line.id, Optional.empty()));
    }
    for (Map.Entry<String, Optional<BigDecimal>> part : wanted.entrySet()) {
      Optional<Line> found =
          order.lines.stream().filter(line -> line.id.equals(part.getKey())).findFirst();
      if (found.isEmpty()) {
        rest.add(
            new NotCancelled(
                part.getKey(), 0, part.getValue().orElse(BigDecimal.ZERO), Cause.UNKNOWN_LINE));
        continue;
      }
      Line line = found.get();
      BigDecimal asked = part.getValue().orElse(line.ordered.subtract(line.cancelled));
      BigDecimal done = asked.min(line.open());
      if (done.compareTo(asked) < 0) {
        rest.add(new NotCancelled(line.id, line.item, asked.subtract(done), cause(line, asked)));
      }
      line.cancelled = line.cancelled.add(done);
      refund = refund.add(line.net.multiply(done).divide(line.ordered, 2, RoundingMode.HALF_UP));
    }
    order.version++;
    order.updatedAt = clock.instant();
    return new Cancellation(rest, refund);
  }

  private static Cause cause(Line line, BigDecimal asked) {
    if (asked.compareTo(line.ordered) > 0) {
      return Cause.MORE_THAN_ORDERED;
    }
    return line.shipped.signum() > 0 ? Cause.SHIPPED : Cause.CANCELLED;
  }
}
