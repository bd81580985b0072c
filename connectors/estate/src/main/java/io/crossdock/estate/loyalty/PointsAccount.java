package io.crossdock.estate.loyalty;

import static java.util.Comparator.comparing;

import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.world.Bounded;
import io.crossdock.estate.world.EstateClock;
import io.crossdock.estate.world.World;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The points of one member: lots that ripen and expire, holds, and an append-only ledger.
 *
 * <p>What was before the start of the estate is computed from the member's number; what comes after
 * is kept here. {@link #settle} must be called with the present time before anything else.
 */
final class PointsAccount {

  private static final int KEPT = 1000;
  private static final int MAX_PENDING = 200;
  private static final Duration LIFE = Duration.ofDays(365);
  private static final List<String> TIERS = List.of("BRONZE", "SILVER", "GOLD", "PLATINUM");

  /** What a tier costs in points of the year, by its place in {@link #TIERS}. */
  private static final List<Integer> TIER_POINTS = List.of(0, 5000, 12_000, 25_000);

  private final int number;
  private final EstateClock clock;
  private final String status;
  private final int tier;
  private final List<Lot> lots = new ArrayList<>();
  private final Map<String, Redemption> held = new LinkedHashMap<>();
  private final Map<String, Redemption> done = new Bounded<>(KEPT);
  private final Map<String, Entry> entries = new Bounded<>(KEPT);
  private final Map<String, Long> takenBack = new HashMap<>();
  private long debt;
  private long earned;
  private long redeemed;
  private int sequence;
  private long version;
  private @Nullable List<Entry> history;

  private static final class Lot {
    long points;
    final Instant availableAt;
    final Instant expiresAt;
    final @Nullable String orderRef;
    final @Nullable String entryId;

    Lot(
        long points,
        Instant availableAt,
        Instant expiresAt,
        @Nullable String orderRef,
        @Nullable String entryId) {
      this.points = points;
      this.availableAt = availableAt;
      this.expiresAt = expiresAt;
      this.orderRef = orderRef;
      this.entryId = entryId;
    }
  }

  /** Points of one order line, without sign. */
  record Line(String lineId, long points) {}

  /** Points that ripen or run out at a moment. */
  record Part(long points, Instant at, @Nullable String orderRef) {}

  /** Where and when something happened. */
  record Origin(Instant occurredAt, String channel, @Nullable String store) {}

  /** One movement; {@code points} negative when they leave. */
  record Entry(
      String id,
      String type,
      long points,
      long availableAfter,
      Origin origin,
      Instant postedAt,
      @Nullable Instant availableAt,
      @Nullable Instant expiresAt,
      @Nullable String orderRef,
      List<Line> lines,
      @Nullable String redemptionId,
      @Nullable String reverses,
      @Nullable String campaign) {}

  /** Points on their way to a sale. */
  static final class Redemption {
    final String id;
    final int member;
    final long points;
    final @Nullable String rewardId;
    final Origin origin;
    final Instant createdAt;
    final Instant expiresAt;
    final List<String> entryIds = new ArrayList<>();
    private final List<Lot> slices;
    String status = "held";
    String orderRef;
    long captured;
    @Nullable Instant completedAt;

    private Redemption(
        String id,
        int member,
        long points,
        String orderRef,
        @Nullable String rewardId,
        Origin origin,
        Instant createdAt,
        Instant expiresAt,
        List<Lot> slices) {
      this.id = id;
      this.member = member;
      this.points = points;
      this.orderRef = orderRef;
      this.rewardId = rewardId;
      this.origin = origin;
      this.createdAt = createdAt;
      this.expiresAt = expiresAt;
      this.slices = slices;
    }
  }

  PointsAccount(int number, EstateClock clock) {
    this.number = number;
    this.clock = clock;
    this.status =
        switch (number % 100) {
          case 7 -> "on_hold";
          case 8 -> "closed";
          case 9 -> "prospect";
          case 10 -> "under_review";
          default -> "active";
        };
    int share = World.pick(number, 11, 100);
    this.tier = number == World.FIRST ? 2 : share < 60 ? 0 : share < 85 ? 1 : share < 97 ? 2 : 3;
    if (number == World.FIRST) {
      lots.add(lot(800, -325, 40));
      lots.add(lot(11_680, -65, 300));
      lots.add(pendingLot(200, 7, 2));
      lots.add(pendingLot(150, 14, 1));
    } else if (!status.equals("closed")) {
      int total = number % 100 == 11 ? 0 : World.pick(number, 12, 20_000) / 10 * 10;
      int soon = total / 10;
      if (total > 0) {
        lots.add(lot(soon, -350, 15 + World.pick(number, 13, 60)));
        lots.add(lot(total - soon, -65, 120 + World.pick(number, 14, 240)));
      }
      int pending = World.pick(number, 15, 4) == 0 ? 0 : 10 * World.pick(number, 16, 50);
      if (pending > 0) {
        lots.add(pendingLot(pending, 1 + World.pick(number, 17, 13), 1));
      }
    }
    lots.removeIf(lot -> lot.points == 0);
    this.sequence = historyLength();
  }

  private Lot lot(long points, int availableDay, int expiresDay) {
    return new Lot(points, clock.day(availableDay, 6), clock.day(expiresDay, 0), null, null);
  }

  private Lot pendingLot(long points, int day, int newest) {
    return new Lot(
        points,
        clock.day(day, 0),
        clock.day(day + 365, 0),
        orderRef(newest, day - 14),
        "E-" + number + "-" + (historyLength() + 1 - newest));
  }

  private int historyLength() {
    return 8 + World.pick(number, 18, 20);
  }

  private String orderRef(int index, int day) {
    int store = 1 + World.pick(number, 19 + index, World.EU_STORES);
    return String.format(
        java.util.Locale.ROOT,
        "%s:till-%02d:%06d:%s",
        World.storeId("EU", store),
        1 + World.pick(number, 60 + index, 8),
        1 + World.pick(number, 100 + index, 900),
        clock.startDay().plusDays(day));
  }

  // What it answers.

  int number() {
    return number;
  }

  String status() {
    return status;
  }

  String tier() {
    return TIERS.get(tier);
  }

  String version() {
    return Long.toString(version);
  }

  /** The next tier, unless this is the highest. */
  Optional<String> nextTier() {
    return tier + 1 < TIERS.size() ? Optional.of(TIERS.get(tier + 1)) : Optional.empty();
  }

  int nextTierRequired() {
    return TIER_POINTS.get(tier + 1);
  }

  int nextTierReached() {
    int from = TIER_POINTS.get(tier);
    return number == World.FIRST
        ? 18_250
        : from + World.pick(number, 20, nextTierRequired() - from);
  }

  LocalDate tierSince() {
    return LocalDate.of(clock.startDay().getYear(), 2, 1);
  }

  Instant enrolledAt() {
    return clock.day(-400L - World.pick(number, 21, 1500), 10);
  }

  long available() {
    return lots.stream().filter(this::ripe).mapToLong(lot -> lot.points).sum() - debt;
  }

  long pending() {
    return lots.stream().filter(lot -> !ripe(lot)).mapToLong(lot -> lot.points).sum();
  }

  long reserved() {
    return held.values().stream().mapToLong(redemption -> redemption.points).sum();
  }

  long lifetimeEarned() {
    return earned
        + history().stream().filter(entry -> entry.points() > 0).mapToLong(Entry::points).sum();
  }

  long lifetimeRedeemed() {
    return redeemed
        - history().stream()
            .filter(entry -> entry.type().equals("redeem"))
            .mapToLong(Entry::points)
            .sum();
  }

  List<Part> pendingParts() {
    return lots.stream()
        .filter(lot -> !ripe(lot))
        .sorted(comparing(lot -> lot.availableAt))
        .map(lot -> new Part(lot.points, lot.availableAt, lot.orderRef))
        .toList();
  }

  List<Part> expiringParts() {
    return lots.stream()
        .filter(this::ripe)
        .sorted(comparing(lot -> lot.expiresAt))
        .map(lot -> new Part(lot.points, lot.expiresAt, null))
        .toList();
  }

  private boolean ripe(Lot lot) {
    return !lot.availableAt.isAfter(clock.instant());
  }

  /** All movements, newest first. */
  List<Entry> ledger() {
    List<Entry> all = new ArrayList<>(entries.values());
    java.util.Collections.reverse(all);
    all.addAll(history());
    return all;
  }

  Optional<Entry> entry(String id) {
    Entry kept = entries.get(id);
    return kept != null
        ? Optional.of(kept)
        : history().stream().filter(entry -> entry.id().equals(id)).findFirst();
  }

  /** Points of an entry that are not yet taken back, without sign. */
  long reversible(Entry entry) {
    return switch (entry.type()) {
      case "earn", "bonus", "redeem" ->
          Math.abs(entry.points()) - takenBack.getOrDefault(entry.id(), 0L);
      default -> 0;
    };
  }

  private long reversible(Entry entry, Line line) {
    return line.points() - takenBack.getOrDefault(entry.id() + "/" + line.lineId(), 0L);
  }

  Optional<Redemption> redemption(String id) {
    Redemption known = held.containsKey(id) ? held.get(id) : done.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    return history().stream()
        .filter(entry -> id.equals(entry.redemptionId()))
        .findFirst()
        .map(this::formerRedemption);
  }

  private Redemption formerRedemption(Entry entry) {
    Redemption former =
        new Redemption(
            String.valueOf(entry.redemptionId()),
            number,
            -entry.points(),
            String.valueOf(entry.orderRef()),
            null,
            entry.origin(),
            entry.postedAt(),
            entry.postedAt(),
            List.of());
    former.status = reversible(entry) == 0 ? "refunded" : "captured";
    former.captured = former.points;
    former.completedAt = entry.postedAt();
    former.entryIds.add(entry.id());
    return former;
  }

  // What it does.

  /** Lets holds lapse and lots expire. */
  void settle() {
    Instant now = clock.instant();
    Iterator<Redemption> holds = held.values().iterator();
    while (holds.hasNext()) {
      Redemption redemption = holds.next();
      if (!redemption.expiresAt.isAfter(now)) {
        holds.remove();
        finish(redemption, "lapsed", redemption.expiresAt);
        redemption.slices.forEach(this::put);
        version++;
      }
    }
    List<Lot> expired = lots.stream().filter(lot -> !lot.expiresAt.isAfter(now)).toList();
    for (Lot lot : expired) {
      lots.remove(lot);
      append(
          "expire",
          -lot.points,
          new Origin(lot.expiresAt, "system", null),
          null,
          null,
          lot.orderRef,
          List.of(),
          null,
          null,
          null);
    }
  }

  private void finish(Redemption redemption, String how, Instant when) {
    redemption.status = how;
    redemption.completedAt = when;
    done.put(redemption.id, redemption);
  }

  /** The end of the day on which points run out. */
  private static Instant endOfLife(Instant from) {
    return from.plus(LIFE).truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1));
  }

  /** Adds a lot. Those that run out together become one, so that a busy account stays small. */
  private void put(Lot added) {
    if (ripe(added)) {
      for (Lot lot : lots) {
        if (ripe(lot) && lot.expiresAt.equals(added.expiresAt)) {
          lot.points += added.points;
          return;
        }
      }
    }
    lots.add(added);
    List<Lot> pending =
        lots.stream().filter(lot -> !ripe(lot)).sorted(comparing(lot -> lot.availableAt)).toList();
    if (pending.size() > MAX_PENDING) {
      Lot first = pending.get(0);
      Lot second = pending.get(1);
      lots.remove(first);
      lots.remove(second);
      long both = first.points + second.points;
      lots.add(new Lot(both, second.availableAt, second.expiresAt, null, null));
    }
  }

  Redemption hold(
      long points, String orderRef, @Nullable String rewardId, Duration holdFor, Origin origin) {
    if (available() < points) {
      throw Refusal.of(422, "insufficient_points", "not enough points")
          .at("points")
          .with(JsonNodes.object("available", available()));
    }
    Instant now = clock.instant();
    Redemption redemption =
        new Redemption(
            "R-" + number + "-" + ++sequence,
            number,
            points,
            orderRef,
            rewardId,
            origin,
            now,
            now.plus(holdFor),
            take(points));
    held.put(redemption.id, redemption);
    version++;
    return redemption;
  }

  /** Takes available points away, those that run out first first. */
  private List<Lot> take(long points) {
    List<Lot> slices = new ArrayList<>();
    long left = points;
    List<Lot> byExpiry =
        lots.stream().filter(this::ripe).sorted(comparing(lot -> lot.expiresAt)).toList();
    for (Lot lot : byExpiry) {
      long part = Math.min(left, lot.points);
      if (part > 0) {
        slices.add(new Lot(part, lot.availableAt, lot.expiresAt, lot.orderRef, lot.entryId));
        lot.points -= part;
        left -= part;
      }
    }
    lots.removeIf(lot -> lot.points == 0);
    return slices;
  }

  /** Spends some or all of the held points; the rest becomes available again. */
  Entry capture(Redemption redemption, long points, List<Line> lines) {
    held.remove(redemption.id);
    finish(redemption, "captured", clock.instant());
    redemption.captured = points;
    redeemed += points;
    long left = points;
    for (Lot slice : redemption.slices) {
      long spent = Math.min(left, slice.points);
      left -= spent;
      slice.points -= spent;
      if (slice.points > 0) {
        put(slice);
      }
    }
    Entry entry =
        append(
            "redeem",
            -points,
            redemption.origin,
            null,
            null,
            redemption.orderRef,
            lines,
            redemption.id,
            null,
            null);
    redemption.entryIds.add(entry.id());
    return entry;
  }

  void release(Redemption redemption) {
    held.remove(redemption.id);
    finish(redemption, "voided", clock.instant());
    redemption.slices.forEach(this::put);
    version++;
  }

  /** Adds points, at once or later. */
  Entry credit(
      String type,
      long points,
      Instant availableAt,
      @Nullable String orderRef,
      List<Line> lines,
      @Nullable String campaign,
      Origin origin) {
    boolean later = availableAt.isAfter(clock.instant());
    Instant expiresAt = endOfLife(later ? availableAt : clock.instant());
    put(new Lot(points, availableAt, expiresAt, orderRef, "E-" + number + "-" + (sequence + 1)));
    if (type.equals("earn") || type.equals("bonus")) {
      earned += points;
    }
    return append(
        type,
        points,
        origin,
        later ? availableAt : null,
        expiresAt,
        orderRef,
        lines,
        null,
        null,
        campaign);
  }

  /** Takes available points away for another reason than a redemption. */
  Entry debit(String type, long points, Origin origin) {
    if (available() < points) {
      throw Refusal.of(422, "insufficient_points", "not enough points")
          .at("points")
          .with(JsonNodes.object("available", available()));
    }
    take(points);
    return append(type, -points, origin, null, null, null, List.of(), null, null, null);
  }

  /**
   * Takes an entry back, wholly or in part; {@code points} 0 means the lines, or all that is left.
   */
  Entry reverse(Entry entry, long points, List<Line> lines, boolean allowNegative, Origin origin) {
    Map<Line, Long> byLine = new LinkedHashMap<>();
    for (Line wanted : lines) {
      Line line =
          entry.lines().stream()
              .filter(each -> each.lineId().equals(wanted.lineId()))
              .findFirst()
              .orElseThrow(() -> rule("entry has no line " + wanted.lineId(), "lines"));
      long left = reversible(entry, line);
      long part = wanted.points() == 0 ? left : wanted.points();
      if (part > left || byLine.put(line, part) != null) {
        throw rule("more than is left of line " + line.lineId(), "lines");
      }
    }
    long sum = byLine.values().stream().mapToLong(Long::longValue).sum();
    long amount = points > 0 ? points : lines.isEmpty() ? reversible(entry) : sum;
    if (!lines.isEmpty() && points > 0 && points != sum) {
      throw rule("points are not the sum of the lines", "points");
    }
    if (amount == 0 || amount > reversible(entry)) {
      throw rule("more than is left of the entry", "points")
          .with(JsonNodes.object("reversible", reversible(entry)));
    }
    boolean gives = entry.points() < 0;
    if (gives) {
      Instant now = clock.instant();
      put(new Lot(amount, now, endOfLife(now), entry.orderRef(), null));
    } else {
      takeEarned(entry, amount, allowNegative);
    }
    takenBack.merge(entry.id(), amount, Long::sum);
    byLine.forEach(
        (line, part) -> takenBack.merge(entry.id() + "/" + line.lineId(), part, Long::sum));
    Entry reversal =
        append(
            "reversal",
            gives ? amount : -amount,
            origin,
            null,
            null,
            entry.orderRef(),
            byLine.entrySet().stream()
                .map(each -> new Line(each.getKey().lineId(), each.getValue()))
                .toList(),
            entry.redemptionId(),
            entry.id(),
            null);
    if (gives && entry.redemptionId() != null) {
      Redemption redemption = done.get(entry.redemptionId());
      if (redemption != null) {
        redemption.entryIds.add(reversal.id());
        if (reversible(entry) == 0) {
          redemption.status = "refunded";
        }
      }
    }
    return reversal;
  }

  /** From the entry's own points while they are pending, else from the available ones. */
  private void takeEarned(Entry entry, long amount, boolean allowNegative) {
    long pendingOfEntry =
        lots.stream()
            .filter(lot -> entry.id().equals(lot.entryId) && !ripe(lot))
            .mapToLong(lot -> lot.points)
            .sum();
    long fromPending = Math.min(amount, pendingOfEntry);
    long rest = amount - fromPending;
    if (rest > available() && !allowNegative) {
      throw Refusal.of(422, "insufficient_points", "the points are already spent")
          .at("points")
          .with(JsonNodes.object("available", available()));
    }
    long left = fromPending;
    for (Lot lot : lots) {
      if (left > 0 && entry.id().equals(lot.entryId) && !ripe(lot)) {
        long part = Math.min(left, lot.points);
        lot.points -= part;
        left -= part;
      }
    }
    long fromAvailable = Math.max(0, Math.min(rest, available()));
    take(fromAvailable);
    debt += rest - fromAvailable;
  }

  private static Refusal rule(String message, String param) {
    return Refusal.of(422, "redemption_rule", message).at(param);
  }

  private Entry append(
      String type,
      long points,
      Origin origin,
      @Nullable Instant availableAt,
      @Nullable Instant expiresAt,
      @Nullable String orderRef,
      List<Line> lines,
      @Nullable String redemptionId,
      @Nullable String reverses,
      @Nullable String campaign) {
    Entry entry =
        new Entry(
            "E-" + number + "-" + ++sequence,
            type,
            points,
            available(),
            origin,
            clock.instant(),
            availableAt,
            expiresAt,
            orderRef,
            List.copyOf(lines),
            redemptionId,
            reverses,
            campaign);
    entries.put(entry.id(), entry);
    version++;
    return entry;
  }

  /**
   * What was before the start, newest first: walked back from the first balance so that it adds up.
   */
  private List<Entry> history() {
    if (history == null) {
      history = computeHistory();
    }
    return history;
  }

  private List<Entry> computeHistory() {
    PointsAccount first = new PointsAccount(number, clock);
    Instant start = clock.day(0, 0);
    long balance = 0;
    List<Entry> all = new ArrayList<>();
    int id = historyLength();
    List<Lot> pending = new ArrayList<>();
    for (Lot lot : first.lots) {
      if (lot.entryId == null) {
        balance += lot.points;
      } else {
        pending.add(lot);
      }
    }
    pending.sort(Comparator.comparing((Lot lot) -> lot.availableAt).reversed());
    for (Lot lot : pending) {
      Instant when = lot.availableAt.minus(Duration.ofDays(14));
      all.add(former(id--, "earn", lot.points, balance, when, lot));
    }
    Instant when = start.minus(Duration.ofDays(15)).plus(Duration.ofHours(12));
    for (; id > 1; id--) {
      when = when.minus(Duration.ofHours(20 + World.pick(number, 200 + id, 200)));
      int kind = World.pick(number, 300 + id, 100);
      long amount = 10L * (1 + World.pick(number, 400 + id, 40));
      if (kind < 65 && amount <= balance) {
        all.add(former(id, kind < 52 ? "earn" : "bonus", amount, balance, when, null));
        balance -= amount;
      } else {
        long spent = 100L + 10L * World.pick(number, 400 + id, 90);
        all.add(former(id, "redeem", -spent, balance, when, null));
        balance += spent;
      }
    }
    when = when.minus(Duration.ofDays(3));
    all.add(
        new Entry(
            "E-" + number + "-1",
            "adjust",
            balance,
            balance,
            new Origin(when, "system", null),
            when,
            null,
            null,
            null,
            List.of(),
            null,
            null,
            null));
    return List.copyOf(all);
  }

  private Entry former(
      int id, String type, long points, long after, Instant when, @Nullable Lot lot) {
    int day = (int) Math.floorDiv(Duration.between(clock.day(0, 0), when).toHours(), 24L);
    String order = lot != null && lot.orderRef != null ? lot.orderRef : orderRef(id, day);
    long size = Math.abs(points);
    List<Line> lines =
        size < 20
            ? List.of(new Line("1", size))
            : List.of(new Line("1", size - size / 3), new Line("2", size / 3));
    return new Entry(
        "E-" + number + "-" + id,
        type,
        points,
        after,
        new Origin(when, "pos", order.substring(0, 6)),
        when,
        lot == null ? null : lot.availableAt,
        type.equals("redeem") ? null : when.plus(LIFE),
        order,
        lines,
        type.equals("redeem") ? "R-" + number + "-" + id : null,
        null,
        type.equals("bonus") ? "SPRING-DOUBLE" : null);
  }
}
