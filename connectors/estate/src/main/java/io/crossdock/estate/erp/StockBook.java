package io.crossdock.estate.erp;

import io.crossdock.estate.world.Bounded;
import io.crossdock.estate.world.EstateClock;
import io.crossdock.estate.world.World;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The stock and the reservations of one ERP. Both ERPs keep the same kind of book and show it in
 * their own ways.
 *
 * <p>A figure is computed from item and store until something changes it. {@link #settle} must be
 * called with the present time before anything else.
 */
public final class StockBook {

  private static final int KEPT = 20_000;
  private static final BigDecimal ZERO = BigDecimal.ZERO;

  private final EstateClock clock;
  private final Map<Long, Row> changed = new HashMap<>();
  private final Map<Integer, Reservation> open = new LinkedHashMap<>();
  private final Map<Integer, Reservation> closed = new Bounded<>(KEPT);
  private final Map<String, Reservation> byReference = new Bounded<>(KEPT);
  private final PriorityQueue<Reservation> ending =
      new PriorityQueue<>(
          Comparator.comparing((Reservation reservation) -> reservation.validUntil));
  private int lastReservation;

  /** Conditions of goods, and goods to come. */
  public enum Bucket {
    UNRESTRICTED,
    QUALITY,
    BLOCKED,
    RETURNS,
    TRANSFER,
    ON_ORDER,
    SAFETY
  }

  /** Stock of one item in one store. */
  public static final class Row {
    public final int item;
    public final int store;
    final Map<Bucket, BigDecimal> figures = new EnumMap<>(Bucket.class);
    public final LocalDate receiptDay;
    public final BigDecimal receipt;
    public BigDecimal reserved;
    public final BigDecimal picking;
    public Instant stockChanged;
    public Instant reservationChanged;
    public long version;

    private Row(
        int item,
        int store,
        BigDecimal reserved,
        BigDecimal picking,
        LocalDate receiptDay,
        BigDecimal receipt,
        Instant since) {
      this.item = item;
      this.store = store;
      this.reserved = reserved;
      this.picking = picking;
      this.receiptDay = receiptDay;
      this.receipt = receipt;
      this.stockChanged = since;
      this.reservationChanged = since;
    }

    public BigDecimal figure(Bucket bucket) {
      return figures.getOrDefault(bucket, ZERO);
    }

    /** Everything in the building. */
    public BigDecimal inBuilding() {
      return figure(Bucket.UNRESTRICTED)
          .add(figure(Bucket.QUALITY))
          .add(figure(Bucket.BLOCKED))
          .add(figure(Bucket.RETURNS));
    }

    /** What can be set aside; negative when more is promised than there is. */
    public BigDecimal available() {
      return figure(Bucket.UNRESTRICTED)
          .subtract(reserved)
          .subtract(picking)
          .subtract(figure(Bucket.SAFETY));
    }

    public boolean backorderable() {
      return World.pick(item, 77, 10) == 0 && item != World.FIRST;
    }

    public Instant changedAt() {
      return stockChanged.isAfter(reservationChanged) ? stockChanged : reservationChanged;
    }
  }

  /** Status of a reservation. */
  public enum Status {
    HELD,
    COMMITTED,
    RELEASED,
    ISSUED,
    LAPSED
  }

  /** One line: what was wanted and what is held. */
  public static final class Line {
    public final String id;
    public final int item;
    public final BigDecimal requested;

    /** What was held at first. */
    public final BigDecimal heldFirst;

    /** What is still held. */
    public BigDecimal held;

    /** What has left. */
    public BigDecimal issued = ZERO;

    public final @Nullable Shortage shortage;

    public Line(
        String id, int item, BigDecimal requested, BigDecimal held, @Nullable Shortage shortage) {
      this.id = id;
      this.item = item;
      this.requested = requested;
      this.held = held;
      this.heldFirst = held;
      this.shortage = shortage;
    }

    /** What was released or has lapsed. */
    public BigDecimal returned() {
      return heldFirst.subtract(held).subtract(issued);
    }
  }

  /** Why a line is not wholly held. */
  public enum Shortage {
    INSUFFICIENT,
    NOT_KEPT
  }

  /** What somebody wants of an item. */
  public record Wish(String lineId, int item, BigDecimal quantity) {}

  /** A wish that cannot be met. */
  public record Unmet(Wish wish, Shortage reason, BigDecimal available) {}

  /** Part of a release that could not be done. */
  public record Rejected(String lineId, int item, BigDecimal quantity) {}

  /** Goods of one store that are set aside. */
  public static final class Reservation {
    public final int number;
    public final int store;
    public final String reference;
    public final List<Line> lines;
    public final Instant createdAt;
    public final Instant validUntil;
    public String order;
    public Status status = Status.HELD;
    public Instant updatedAt;
    public long version = 1;

    private Reservation(
        int number,
        int store,
        String reference,
        String order,
        List<Line> lines,
        Instant createdAt,
        Instant validUntil) {
      this.number = number;
      this.store = store;
      this.reference = reference;
      this.order = order;
      this.lines = lines;
      this.createdAt = createdAt;
      this.validUntil = validUntil;
      this.updatedAt = createdAt;
    }
  }

  /** Wishes that cannot be met, when nothing was reserved. */
  public static final class UnmetException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient List<Unmet> unmet;

    private UnmetException(List<Unmet> unmet) {
      super("not enough stock", null, false, false);
      this.unmet = unmet;
    }

    public List<Unmet> unmet() {
      return unmet;
    }
  }

  public StockBook(EstateClock clock, int firstReservation) {
    this.clock = clock;
    this.lastReservation = firstReservation - 1;
  }

  public void reset(int firstReservation) {
    changed.clear();
    open.clear();
    closed.clear();
    byReference.clear();
    ending.clear();
    lastReservation = firstReservation - 1;
  }

  /** Lets holds lapse. */
  public void settle() {
    Instant now = clock.instant();
    while (!ending.isEmpty() && !ending.peek().validUntil.isAfter(now)) {
      Reservation reservation = ending.remove();
      if (reservation.status == Status.HELD) {
        giveBackAll(reservation);
        close(reservation, Status.LAPSED);
      }
    }
  }

  // Stock.

  /** The stock of an item that the store keeps. */
  public Row row(int item, int store) {
    Row row = changed.get(key(item, store));
    return row == null ? computed(item, store) : row;
  }

  /** The rows that something changed since the start, of one store, by item. */
  public List<Row> changedRows(int store) {
    return changed.values().stream()
        .filter(row -> row.store == store)
        .sorted(Comparator.comparingInt(row -> row.item))
        .toList();
  }

  private static long key(int item, int store) {
    return (long) store << 32 | item;
  }

  private Row changing(int item, int store) {
    return changed.computeIfAbsent(key(item, store), _ -> computed(item, store));
  }

  private Row computed(int item, int store) {
    long seed = key(item, store);
    boolean first = item == World.FIRST && store == 1;
    boolean weighed = World.weighed(item);
    int unrestricted = first ? 21 : World.pick(seed, 1, 12) == 0 ? 0 : 1 + World.pick(seed, 2, 60);
    Row row =
        new Row(
            item,
            store,
            amount(first ? 2 : World.pick(seed, 3, 1 + unrestricted / 8)),
            amount(first ? 1 : World.pick(seed, 4, 1 + unrestricted / 12)),
            clock.startDay().plusDays(first ? 7 : 1 + World.pick(seed, 5, 21)),
            amount(first ? 20 : 10 * World.pick(seed, 6, 4)),
            first
                ? clock.day(-1, 18)
                : clock.day(-1 - World.pick(seed, 7, 20), 6 + World.pick(seed, 8, 14)));
    row.figures.put(
        Bucket.UNRESTRICTED,
        weighed ? BigDecimal.valueOf(unrestricted * 1000L + 750, 3) : amount(unrestricted));
    row.figures.put(Bucket.QUALITY, amount(first ? 1 : Math.max(0, World.pick(seed, 9, 5) - 3)));
    row.figures.put(Bucket.BLOCKED, amount(first ? 1 : Math.max(0, World.pick(seed, 10, 5) - 3)));
    row.figures.put(Bucket.RETURNS, amount(first ? 1 : Math.max(0, World.pick(seed, 11, 5) - 3)));
    row.figures.put(Bucket.TRANSFER, amount(first ? 6 : 6 * World.pick(seed, 12, 3)));
    row.figures.put(Bucket.ON_ORDER, amount(first ? 12 : 12 * World.pick(seed, 13, 3)));
    row.figures.put(Bucket.SAFETY, amount(first ? 2 : World.pick(item, 14, 4)));
    return row;
  }

  private static BigDecimal amount(int pieces) {
    return BigDecimal.valueOf(pieces);
  }

  /**
   * Moves goods into a bucket, or out of it when negative, from outside or from another bucket.
   *
   * @return the row after it, or nothing when a figure would fall below zero
   */
  public Optional<Row> move(
      int item, int store, Bucket bucket, @Nullable Bucket from, BigDecimal quantity) {
    Row row = changing(item, store);
    BigDecimal to = row.figure(bucket).add(quantity);
    BigDecimal rest = from == null ? ZERO : row.figure(from).subtract(quantity);
    if (to.signum() < 0 || rest.signum() < 0) {
      return Optional.empty();
    }
    row.figures.put(bucket, to);
    if (from != null) {
      row.figures.put(from, rest);
    }
    touchStock(row);
    return Optional.of(row);
  }

  /** What came of a count. */
  public enum Count {
    BOOKED,
    /** The figure changed after the count. */
    TOO_OLD,
    /** The condition of the goods forbids so few. */
    IMPOSSIBLE
  }

  /**
   * Books a count.
   *
   * @param bucket what was counted; null means everything in the building
   */
  public Count count(
      int item, int store, @Nullable Bucket bucket, BigDecimal quantity, Instant at) {
    Row row = changing(item, store);
    if (at.isBefore(row.stockChanged)) {
      return Count.TOO_OLD;
    }
    Bucket changes = bucket == null ? Bucket.UNRESTRICTED : bucket;
    BigDecimal now =
        bucket == null
            ? row.figure(Bucket.UNRESTRICTED).add(quantity).subtract(row.inBuilding())
            : quantity;
    if (now.signum() < 0) {
      return Count.IMPOSSIBLE;
    }
    row.figures.put(changes, now);
    touchStock(row);
    return Count.BOOKED;
  }

  /**
   * Takes sold goods off the shelf. They are gone, whatever the book says, so it may fall below
   * zero.
   */
  void sell(int item, int store, BigDecimal quantity) {
    Row row = changing(item, store);
    row.figures.merge(Bucket.UNRESTRICTED, quantity.negate(), BigDecimal::add);
    touchStock(row);
  }

  private void touchStock(Row row) {
    row.stockChanged = clock.instant();
    row.version++;
  }

  private void reserve(int item, int store, BigDecimal quantity) {
    Row row = changing(item, store);
    row.reserved = row.reserved.add(quantity);
    row.reservationChanged = clock.instant();
    row.version++;
  }

  // Reservations.

  public Optional<Reservation> reservation(int number) {
    Reservation known = open.get(number);
    return Optional.ofNullable(known == null ? closed.get(number) : known);
  }

  public Optional<Reservation> reservation(String reference) {
    return Optional.ofNullable(byReference.get(reference));
  }

  /** All that are known, the latest last. */
  public Collection<Reservation> reservations() {
    List<Reservation> all = new ArrayList<>(closed.values());
    all.addAll(open.values());
    all.sort(Comparator.comparingInt(reservation -> reservation.number));
    return all;
  }

  /**
   * Sets goods aside.
   *
   * @param partial whether less than wanted will do
   * @throws UnmetException when a line cannot be held wholly, or nothing at all
   */
  public Reservation reserve(
      int store,
      String reference,
      String order,
      List<Wish> wishes,
      Duration holdFor,
      boolean partial) {
    Map<Integer, BigDecimal> free = new HashMap<>();
    List<Line> lines = new ArrayList<>();
    List<Unmet> unmet = new ArrayList<>();
    for (Wish wish : wishes) {
      boolean kept = World.keeps(wish.item(), store);
      BigDecimal before =
          kept
              ? free.computeIfAbsent(wish.item(), item -> row(item, store).available().max(ZERO))
              : ZERO;
      BigDecimal held = wish.quantity().min(before);
      Shortage shortage =
          !kept
              ? Shortage.NOT_KEPT
              : held.compareTo(wish.quantity()) < 0 ? Shortage.INSUFFICIENT : null;
      if (shortage != null) {
        unmet.add(new Unmet(wish, shortage, before));
      }
      free.put(wish.item(), before.subtract(held));
      lines.add(new Line(wish.lineId(), wish.item(), wish.quantity(), held, shortage));
    }
    boolean nothing = lines.stream().allMatch(line -> line.held.signum() == 0);
    if (!unmet.isEmpty() && (!partial || nothing)) {
      throw new UnmetException(unmet);
    }
    Instant now = clock.instant();
    Reservation reservation =
        new Reservation(++lastReservation, store, reference, order, lines, now, now.plus(holdFor));
    lines.stream()
        .filter(line -> line.held.signum() > 0)
        .forEach(line -> reserve(line.item, store, line.held));
    open.put(reservation.number, reservation);
    ending.add(reservation);
    if (!reference.isEmpty()) {
      byReference.put(reference, reservation);
    }
    return reservation;
  }

  /** Keeps a held reservation for good. */
  public void commit(Reservation reservation, @Nullable String order) {
    ending.remove(reservation);
    reservation.status = Status.COMMITTED;
    if (order != null) {
      reservation.order = order;
    }
    touch(reservation);
  }

  /** Gives parts back, or all when none are named. */
  public List<Rejected> release(Reservation reservation, Map<String, Optional<BigDecimal>> parts) {
    List<Rejected> rejected = new ArrayList<>();
    if (parts.isEmpty()) {
      giveBackAll(reservation);
    }
    parts.forEach((id, quantity) -> {
      Optional<Line> found =
          reservation.lines.stream().filter(line -> line.id.equals(id)).findFirst();
      BigDecimal held = found.map(line -> line.held).orElse(ZERO);
      BigDecimal wanted = quantity.orElse(held);
      BigDecimal done = wanted.min(held);
      found.filter(_ -> done.signum() > 0).ifPresent(line -> giveBack(reservation, line, done));
      if (done.compareTo(wanted) < 0 || found.isEmpty()) {
        rejected.add(
            new Rejected(id, found.map(line -> line.item).orElse(0), wanted.subtract(done)));
      }
    });
    if (reservation.lines.stream().allMatch(line -> line.held.signum() == 0)) {
      close(reservation, Status.RELEASED);
    } else {
      touch(reservation);
    }
    return rejected;
  }

  /** Lets the goods of a reservation leave. */
  public void issue(Reservation reservation) {
    for (Line line : reservation.lines) {
      if (line.held.signum() > 0) {
        reserve(line.item, reservation.store, line.held.negate());
        Row row = changing(line.item, reservation.store);
        row.figures.merge(Bucket.UNRESTRICTED, line.held.negate(), BigDecimal::add);
        touchStock(row);
        line.issued = line.held;
        line.held = ZERO;
      }
    }
    close(reservation, Status.ISSUED);
  }

  private void giveBackAll(Reservation reservation) {
    reservation.lines.stream()
        .filter(line -> line.held.signum() > 0)
        .forEach(line -> giveBack(reservation, line, line.held));
  }

  private void giveBack(Reservation reservation, Line line, BigDecimal quantity) {
    reserve(line.item, reservation.store, quantity.negate());
    line.held = line.held.subtract(quantity);
  }

  private void close(Reservation reservation, Status status) {
    ending.remove(reservation);
    open.remove(reservation.number);
    reservation.status = status;
    touch(reservation);
    closed.put(reservation.number, reservation);
  }

  private void touch(Reservation reservation) {
    reservation.version++;
    reservation.updatedAt = clock.instant();
  }
}
