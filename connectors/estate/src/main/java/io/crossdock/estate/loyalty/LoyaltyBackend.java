package io.crossdock.estate.loyalty;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.estate.backend.Answer;
import io.crossdock.estate.backend.Backend;
import io.crossdock.estate.backend.Body;
import io.crossdock.estate.backend.Endpoints;
import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.backend.Request;
import io.crossdock.estate.loyalty.PointsAccount.Entry;
import io.crossdock.estate.loyalty.PointsAccount.Line;
import io.crossdock.estate.loyalty.PointsAccount.Origin;
import io.crossdock.estate.loyalty.PointsAccount.Redemption;
import io.crossdock.estate.world.Bounded;
import io.crossdock.estate.world.EstateClock;
import io.crossdock.estate.world.World;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A loyalty SaaS: bearer token, snake_case, native holds, cursor paging, {@code Idempotency-Key}.
 *
 * <p>100 points are worth 1 EUR and are used in multiples of 10 from 100 on.
 */
public final class LoyaltyBackend implements Backend {

  public static final String TOKEN = "estate-loyalty-token";

  private static final int KEPT_KEYS = 20_000;
  private static final int MAX_PAGE = 200;
  private static final long MAX_POINTS = 10_000_000;
  private static final long MIN_POINTS = 100;
  private static final long STEP = 10;
  private static final Duration HOLD = Duration.ofMinutes(15);
  private static final long MAX_HOLD_SECONDS = 86_400;
  private static final Duration RIPENING = Duration.ofDays(14);
  private static final Set<String> CHANNELS =
      Set.of("pos", "web", "app", "marketplace", "callcenter", "system");

  private final EstateClock clock;
  private final Map<Integer, PointsAccount> accounts = new HashMap<>();
  private final Map<String, Remembered> remembered = new Bounded<>(KEPT_KEYS);
  private final AtomicLong requests = new AtomicLong();

  private final Endpoints routes =
      new Endpoints()
          .get("/members", this::membersByCard)
          .get("/members/{id}", request -> Answer.ok(member(account(request))))
          .get("/members/{id}/balance", request -> Answer.ok(balance(account(request))))
          .get("/members/{id}/account", request -> Answer.ok(accountDetail(account(request))))
          .get("/members/{id}/ledger", this::ledger)
          .get("/members/{id}/rewards", this::rewards)
          .get("/ledger/{id}", this::entry)
          .get("/members/{id}/redemptions", this::redemptionByKey)
          .get("/redemptions/{id}", request -> Answer.ok(json(found(request))))
          .post("/members/{id}/redemptions", keyed(this::redeem))
          .post("/members/{id}/earnings", keyed(this::earn))
          .post("/members/{id}/adjustments", keyed(this::adjust))
          .post("/members/{id}/transfers", keyed(this::transfer))
          .post("/redemptions/{id}/capture", keyed(this::capture))
          .post("/redemptions/{id}/void", keyed(this::release))
          .post("/ledger/{id}/reversals", keyed(this::reverse));

  private record Remembered(String body, Answer answer) {}

  /**
   * Something that points buy.
   *
   * @param cents money it is worth, or 0
   * @param tiers tiers that may have it; empty means all
   */
  private record Reward(
      String id,
      String name,
      String description,
      String kind,
      long points,
      long cents,
      @Nullable String percent,
      @Nullable String sku,
      List<String> channels,
      List<String> tiers) {}

  private static final List<Reward> REWARDS =
      List.of(
          new Reward(
              "RW-COFFEE",
              "Free coffee",
              "One coffee at the bar of the store.",
              "free_item",
              500,
              0,
              null,
              "SKU-1001",
              List.of("pos"),
              List.of()),
          new Reward(
              "RW-5EUR",
              "5 EUR off",
              "Off the whole sale.",
              "discount_amount",
              500,
              500,
              null,
              null,
              List.of(),
              List.of()),
          new Reward(
              "RW-10EUR",
              "10 EUR off",
              "Off the whole sale.",
              "discount_amount",
              1000,
              1000,
              null,
              null,
              List.of(),
              List.of()),
          new Reward(
              "RW-10PCT",
              "10 % off",
              "Off one sale.",
              "discount_percent",
              2000,
              0,
              "10.00",
              null,
              List.of("pos", "web", "app"),
              List.of()),
          new Reward(
              "RW-VOUCHER25",
              "Gift voucher",
              "For a later purchase, worth 25 EUR.",
              "gift_voucher",
              2500,
              2500,
              null,
              null,
              List.of(),
              List.of()),
          new Reward(
              "RW-TASTING",
              "Wine tasting",
              "An evening for two in the store.",
              "experience",
              4000,
              0,
              null,
              null,
              List.of("pos", "callcenter"),
              List.of("GOLD", "PLATINUM")));

  public LoyaltyBackend(EstateClock clock) {
    this.clock = clock;
  }

  @Override
  public String name() {
    return "loyalty";
  }

  @Override
  public String basePath() {
    return "/loyalty/v2";
  }

  @Override
  public Endpoints routes() {
    return routes;
  }

  @Override
  public void admit(Request request) {
    if (!request.header("Authorization").equals("Bearer " + TOKEN)) {
      throw Refusal.of(401, "missing or wrong bearer token").header("WWW-Authenticate", "Bearer");
    }
  }

  @Override
  public Answer tell(Refusal refusal) {
    String type =
        refusal.code(
            switch (refusal.status()) {
              case 400, 415 -> "invalid_request";
              case 401, 403 -> "unauthorized";
              case 404 -> "not_found";
              case 405 -> "method_not_allowed";
              case 413 -> "too_large";
              case 429 -> "rate_limited";
              default -> refusal.status() < 500 ? "invalid_request" : "server_error";
            });
    ObjectNode error = JsonNodes.object("type", type, "message", refusal.text());
    if (refusal.target() != null) {
      error.put("param", refusal.target());
    }
    error.put(
        "request_id",
        "req_" + Long.toString(clock.millis(), 36) + Long.toString(requests.incrementAndGet(), 36));
    if (!refusal.data().isEmpty()) {
      error.set("data", refusal.data());
    }
    return new Answer(refusal.status(), JsonNodes.object("error", error), refusal.headers());
  }

  @Override
  public void reset() {
    accounts.clear();
    remembered.clear();
  }

  // Idempotency.

  /** Answers a repeated key with the first answer. */
  private Endpoints.Handler keyed(Endpoints.Handler handler) {
    return request -> {
      String key = request.header("Idempotency-Key");
      if (key.isEmpty()) {
        return handler.answer(request);
      }
      if (key.length() > 255) {
        throw Refusal.field("Idempotency-Key", "longer than 255 characters");
      }
      String name = request.path() + "\n" + key;
      Remembered before = remembered.get(name);
      if (before == null) {
        Answer answer = answered(handler, request);
        if (answer.status() < 500) {
          remembered.put(name, new Remembered(request.body(), answer));
        }
        return answer;
      }
      if (!before.body().equals(request.body())) {
        throw Refusal.of(409, "idempotency_conflict", "the key was used with another body");
      }
      return before.answer().header("Idempotent-Replayed", "true");
    };
  }

  private Answer answered(Endpoints.Handler handler, Request request) {
    try {
      return handler.answer(request);
    } catch (Refusal e) {
      return tell(e);
    }
  }

  // Members.

  private PointsAccount account(Request request) {
    return account(request.variable("id"));
  }

  private PointsAccount account(String id) {
    OptionalInt number = World.number(id, "M-", World.FIRST, World.LAST_MEMBER);
    if (number.isEmpty()) {
      throw Refusal.of(404, "no member " + id);
    }
    PointsAccount known = accounts.get(number.getAsInt());
    PointsAccount account = known == null ? new PointsAccount(number.getAsInt(), clock) : known;
    account.settle();
    return account;
  }

  /** An account that is about to change. */
  private PointsAccount changing(PointsAccount account, Request request) {
    String expected = request.header("If-Match").replace("\"", "");
    if (!expected.isEmpty() && !expected.equals("*") && !expected.equals(account.version())) {
      throw Refusal.of(412, "version_mismatch", "the account has changed");
    }
    accounts.put(account.number(), account);
    return account;
  }

  private static void require(PointsAccount account, String... statuses) {
    if (!List.of(statuses).contains(account.status())) {
      throw Refusal.of(422, "account_not_active", "the account is " + account.status())
          .with(JsonNodes.object("status", account.status()));
    }
  }

  private Answer membersByCard(Request request) {
    request.allowQuery("card");
    String card = request.query("card").orElseThrow(() -> Refusal.field("card", "missing"));
    OptionalInt number = World.memberOfCard(card);
    List<ObjectNode> found =
        number.isEmpty() ? List.of() : List.of(member(account("M-" + number.getAsInt())));
    return Answer.ok(JsonNodes.object("data", found));
  }

  private static ObjectNode member(PointsAccount account) {
    return JsonNodes.object(
        "id", "M-" + account.number(),
        "status", account.status(),
        "customer_ref", "C-" + account.number(),
        "cards", cards(account),
        "enrolled_at", account.enrolledAt());
  }

  private static List<ObjectNode> cards(PointsAccount account) {
    String status = account.status().equals("closed") ? "blocked" : "active";
    return List.of(JsonNodes.object("number", World.card(account.number()), "status", status));
  }

  private ObjectNode balance(PointsAccount account) {
    return JsonNodes.object(
        "member_id", "M-" + account.number(),
        "account_id", "A-" + account.number(),
        "program", "MAIN",
        "status", account.status(),
        "tier", account.tier(),
        "available", account.available(),
        "pending", account.pending(),
        "reserved", account.reserved(),
        "cash_value", money(Math.max(0, account.available())),
        "wallets",
            List.of(
                JsonNodes.object(
                    "currency",
                    "STATUS",
                    "available",
                    account.lifetimeEarned(),
                    "pending",
                    0,
                    "reserved",
                    0)),
        "version", account.version(),
        "as_of", clock.instant());
  }

  private ObjectNode accountDetail(PointsAccount account) {
    LocalDate today = clock.startDay();
    ObjectNode detail = balance(account);
    detail.setAll(
        JsonNodes.object(
            "customer_ref", "C-" + account.number(),
            "cards", cards(account),
            "enrolled_at", account.enrolledAt(),
            "lifetime_earned", account.lifetimeEarned(),
            "lifetime_redeemed", account.lifetimeRedeemed(),
            "pending_lots",
                account.pendingParts().stream()
                    .map(part ->
                        JsonNodes.object(
                            "points",
                            part.points(),
                            "available_at",
                            part.at(),
                            "order_ref",
                            part.orderRef()))
                    .toList(),
            "expiring_lots",
                account.expiringParts().stream()
                    .map(part -> JsonNodes.object("points", part.points(), "expires_at", part.at()))
                    .toList(),
            "tier_detail",
                JsonNodes.object(
                    "code", account.tier(),
                    "name",
                        account.tier().charAt(0)
                            + account.tier().substring(1).toLowerCase(java.util.Locale.ROOT),
                    "since", account.tierSince(),
                    "valid_until", LocalDate.of(today.getYear() + 1, 12, 31))));
    account
        .nextTier()
        .ifPresent(tier ->
            detail.set(
                "next_tier",
                JsonNodes.object(
                    "code", tier,
                    "measure", "points",
                    "reached", account.nextTierReached(),
                    "required", account.nextTierRequired(),
                    "until", LocalDate.of(today.getYear(), 12, 31))));
    detail.set(
        "conversion",
        JsonNodes.object(
            "points",
            100,
            "amount",
            "1.00",
            "currency",
            "EUR",
            "min_points",
            MIN_POINTS,
            "step",
            STEP));
    return detail;
  }

  private static ObjectNode money(long cents) {
    return JsonNodes.object("amount", World.cents(cents).toPlainString(), "currency", "EUR");
  }

  // Ledger.

  private Answer ledger(Request request) {
    request.allowQuery(
        "limit", "cursor", "type", "order_ref", "redemption_id", "idempotency_key", "from", "to");
    PointsAccount account = account(request);
    int limit = request.query("limit", 50, 1, MAX_PAGE);
    Optional<Set<String>> types = request.query("type").map(text -> Set.of(text.split(",", 20)));
    Optional<String> order = request.query("order_ref");
    Optional<String> redemption = request.query("redemption_id");
    Optional<Set<String>> made = request.query("idempotency_key").map(this::entriesOfKey);
    Optional<Instant> from = request.queryTime("from");
    Optional<Instant> to = request.queryTime("to");
    // The cursor names the last entry of the page, so that new entries on top move nothing.
    Optional<Long> below = request.query("cursor").map(LoyaltyBackend::cursor);
    List<Entry> entries =
        account.ledger().stream()
            .filter(entry -> below.isEmpty() || sequence(entry.id()) < below.get())
            .filter(entry -> types.isEmpty() || types.get().contains(entry.type()))
            .filter(entry -> order.isEmpty() || order.get().equals(entry.orderRef()))
            .filter(entry -> redemption.isEmpty() || redemption.get().equals(entry.redemptionId()))
            .filter(entry -> made.isEmpty() || made.get().contains(entry.id()))
            .filter(entry -> from.isEmpty() || !entry.origin().occurredAt().isBefore(from.get()))
            .filter(entry -> to.isEmpty() || entry.origin().occurredAt().isBefore(to.get()))
            .limit(limit + 1L)
            .toList();
    boolean more = entries.size() > limit;
    List<Entry> page = more ? entries.subList(0, limit) : entries;
    return Answer.ok(
        JsonNodes.object(
            "data",
            page.stream().map(entry -> json(account, entry)).toList(),
            "next_cursor",
            more ? cursor(sequence(page.getLast().id())) : null));
  }

  /** The entries that the answers under a key name. */
  private Set<String> entriesOfKey(String key) {
    Set<String> ids = new HashSet<>();
    remembered.forEach((name, before) -> {
      if (name.endsWith("\n" + key)) {
        JsonNode answer = before.answer().body();
        answer.path("entries").forEach(entry -> ids.add(entry.path("id").asText()));
        answer.path("redemption").path("entry_ids").forEach(id -> ids.add(id.asText()));
        if (answer.path("entry").has("id")) {
          ids.add(answer.path("entry").path("id").asText());
        }
      }
    });
    return ids;
  }

  private static String cursor(long after) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(("after:" + after).getBytes(UTF_8));
  }

  private static long cursor(String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), UTF_8);
      if (text.startsWith("after:")) {
        return Long.parseLong(text.substring(6));
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw Refusal.field("cursor", "not one of ours");
  }

  private static long sequence(String entryId) {
    return Long.parseLong(entryId.substring(entryId.lastIndexOf('-') + 1));
  }

  private Answer entry(Request request) {
    PointsAccount account = owner(request.variable("id"), "E-");
    return Answer.ok(json(account, entry(account, request.variable("id"))));
  }

  private static Entry entry(PointsAccount account, String id) {
    return account.entry(id).orElseThrow(() -> Refusal.of(404, "no entry " + id));
  }

  /** The account whose number is part of the id of an entry or redemption. */
  private PointsAccount owner(String id, String prefix) {
    int dash = id.lastIndexOf('-');
    if (!id.startsWith(prefix)
        || dash < prefix.length()
        || World.number(id, id.substring(0, dash + 1), 1, 999_999_999).isEmpty()) {
      throw Refusal.of(404, "no such id " + id);
    }
    return account("M-" + id.substring(prefix.length(), dash));
  }

  private static ObjectNode json(PointsAccount account, Entry entry) {
    int sign = entry.points() < 0 ? -1 : 1;
    return JsonNodes.object(
        "id", entry.id(),
        "member_id", "M-" + account.number(),
        "account_id", "A-" + account.number(),
        "type", entry.type(),
        "points", entry.points(),
        "available_after", entry.availableAfter(),
        "occurred_at", entry.origin().occurredAt(),
        "posted_at", entry.postedAt(),
        "available_at", entry.availableAt(),
        "expires_at", entry.expiresAt(),
        "order_ref", entry.orderRef(),
        "lines",
            entry.lines().stream()
                .map(line ->
                    JsonNodes.object("line_id", line.lineId(), "points", sign * line.points()))
                .toList(),
        "redemption_id", entry.redemptionId(),
        "reverses", entry.reverses(),
        "reversible", sign * account.reversible(entry),
        "campaign", entry.campaign(),
        "channel", entry.origin().channel(),
        "store", entry.origin().store());
  }

  // Redemptions.

  private Redemption found(Request request) {
    String id = request.variable("id");
    return owner(id, "R-").redemption(id).orElseThrow(() -> Refusal.of(404, "no redemption " + id));
  }

  private Answer redemptionByKey(Request request) {
    request.allowQuery("idempotency_key");
    String key =
        request
            .query("idempotency_key")
            .orElseThrow(() -> Refusal.field("idempotency_key", "missing"));
    Remembered before = remembered.get(request.path() + "\n" + key);
    String id = before == null ? "" : before.answer().body().path("redemption").path("id").asText();
    Redemption redemption =
        account(request)
            .redemption(id)
            .orElseThrow(() -> Refusal.of(404, "no redemption by this key"));
    return Answer.ok(JsonNodes.object("data", List.of(json(redemption))));
  }

  private Answer redeem(Request request) {
    PointsAccount account = account(request);
    Body body = request.json();
    long points =
        body.integer("points", 1, MAX_POINTS).orElseThrow(() -> Refusal.field("points", "missing"));
    String order = body.text("order_ref");
    boolean capture = body.bool("capture").orElse(false);
    long seconds = body.integer("hold_seconds", 1, MAX_HOLD_SECONDS).orElse(HOLD.toSeconds());
    Optional<String> reward = body.optional("reward_id");
    List<Line> lines = lines(body, points);
    Optional<BigDecimal> amount = amount(body);
    Origin origin = origin(body);
    body.end();
    require(account, "active");
    if (reward.isPresent()) {
      checkReward(account, reward.get(), points, amount);
    } else {
      checkRate(points, amount);
    }
    changing(account, request);
    Redemption redemption =
        account.hold(points, order, reward.orElse(null), Duration.ofSeconds(seconds), origin);
    if (capture) {
      account.capture(redemption, points, lines);
    }
    return Answer.created(told(account, redemption));
  }

  private static List<Line> lines(Body body, long sum) {
    List<Line> lines = lines(body);
    if (!lines.isEmpty() && lines.stream().mapToLong(Line::points).sum() != sum) {
      throw Refusal.field("lines", "their points are not " + sum);
    }
    return lines;
  }

  private static List<Line> lines(Body body) {
    List<Line> lines = new ArrayList<>();
    for (Body each : body.list("lines", 500)) {
      lines.add(new Line(each.text("line_id"), each.integer("points", 0, MAX_POINTS).orElse(0L)));
      each.end();
    }
    return lines;
  }

  private static Optional<BigDecimal> amount(Body body) {
    Optional<Body> amount = body.object("amount");
    return amount.map(money -> {
      BigDecimal value =
          money.decimal("amount").orElseThrow(() -> Refusal.field("amount.amount", "missing"));
      money.word("currency", Set.of("EUR"));
      money.end();
      return value;
    });
  }

  private Origin origin(Body body) {
    return new Origin(
        body.time("occurred_at").orElseGet(clock::instant),
        body.word("channel", CHANNELS).orElse("system"),
        body.optional("store").orElse(null));
  }

  private static Refusal rule(String param, String message) {
    return Refusal.of(422, "redemption_rule", message).at(param);
  }

  private static void checkRate(long points, Optional<BigDecimal> amount) {
    if (points < MIN_POINTS || points % STEP != 0) {
      throw rule(
          "points",
          "points: "
              + points
              + " (expected: multiples of "
              + STEP
              + " from "
              + MIN_POINTS
              + " on)");
    }
    checkAmount(World.cents(points), amount);
  }

  private static void checkAmount(BigDecimal right, Optional<BigDecimal> amount) {
    if (amount.isPresent() && amount.get().compareTo(right) != 0) {
      throw rule("amount", "amount: " + amount.get() + " (expected: " + right + ")");
    }
  }

  private static void checkReward(
      PointsAccount account, String id, long points, Optional<BigDecimal> amount) {
    Reward reward =
        REWARDS.stream()
            .filter(each -> each.id().equals(id))
            .findFirst()
            .orElseThrow(() -> rule("reward_id", "no reward " + id));
    if (reward.points() != points) {
      throw rule("points", "points: " + points + " (expected: " + reward.points() + ")");
    }
    if (!reward.tiers().isEmpty() && !reward.tiers().contains(account.tier())) {
      throw rule("reward_id", "only for " + String.join(", ", reward.tiers()));
    }
    if (reward.cents() > 0) {
      checkAmount(World.cents(reward.cents()), amount);
    }
  }

  private ObjectNode told(PointsAccount account, Redemption redemption) {
    return JsonNodes.object("redemption", json(redemption), "balance", balance(account));
  }

  private static ObjectNode json(Redemption redemption) {
    long cents =
        redemption.rewardId == null
            ? redemption.captured > 0 ? redemption.captured : redemption.points
            : REWARDS.stream()
                .filter(reward -> reward.id().equals(redemption.rewardId))
                .mapToLong(Reward::cents)
                .sum();
    return JsonNodes.object(
        "id", redemption.id,
        "member_id", "M-" + redemption.member,
        "account_id", "A-" + redemption.member,
        "status", redemption.status,
        "points", redemption.points,
        "captured_points", redemption.captured == 0 ? null : redemption.captured,
        "value", cents == 0 ? null : money(cents),
        "order_ref", redemption.orderRef,
        "reward_id", redemption.rewardId,
        "expires_at", redemption.status.equals("held") ? redemption.expiresAt : null,
        "created_at", redemption.createdAt,
        "completed_at", redemption.completedAt,
        "entry_ids", redemption.entryIds);
  }

  private Answer capture(Request request) {
    Redemption redemption = found(request);
    PointsAccount account = owner(redemption.id, "R-");
    Body body = request.json();
    Optional<Long> points = body.integer("points", 1, MAX_POINTS);
    Optional<String> order = body.optional("order_ref");
    Optional<BigDecimal> amount = amount(body);
    long wanted = points.orElse(redemption.points);
    List<Line> lines = lines(body, wanted);
    body.end();
    if (wanted > redemption.points || (redemption.rewardId != null && wanted < redemption.points)) {
      throw rule("points", "points: " + wanted + " (expected: " + redemption.points + ")");
    }
    if (redemption.rewardId == null) {
      if (wanted < redemption.points) {
        checkRate(wanted, amount);
      } else {
        checkAmount(World.cents(wanted), amount);
      }
    }
    switch (redemption.status) {
      case "held" -> {
        changing(account, request);
        order.ifPresent(ref -> redemption.orderRef = ref);
        account.capture(redemption, wanted, lines);
      }
      case "captured" -> {}
      case "lapsed" ->
          throw Refusal.of(410, "hold_expired", "the hold has run out")
              .with(JsonNodes.object("status", redemption.status));
      default -> throw state(redemption);
    }
    return Answer.ok(told(account, redemption));
  }

  private static Refusal state(Redemption redemption) {
    return Refusal.of(409, "invalid_state", "the redemption is " + redemption.status)
        .with(JsonNodes.object("status", redemption.status));
  }

  private Answer release(Request request) {
    Redemption redemption = found(request);
    PointsAccount account = owner(redemption.id, "R-");
    Body body = request.json();
    body.optional("reason");
    body.end();
    switch (redemption.status) {
      case "held" -> changing(account, request).release(redemption);
      case "voided", "lapsed" -> {}
      default -> throw state(redemption);
    }
    return Answer.ok(told(account, redemption));
  }

  // Earning, taking back, correcting.

  private Answer earn(Request request) {
    PointsAccount account = account(request);
    Body body = request.json();
    String order = body.optional("order_ref").orElse(null);
    long given = body.integer("points", 0, MAX_POINTS).orElse(0L);
    List<Line> lines = new ArrayList<>();
    for (Body each : body.list("lines", 500)) {
      String line = each.text("line_id");
      each.optional("sku");
      each.decimal("quantity");
      long whole = amount(each).map(BigDecimal::longValue).orElse(0L);
      long points = each.integer("points", 0, MAX_POINTS).orElse(0L);
      each.end();
      lines.add(new Line(line, points > 0 ? points : Math.max(0, whole)));
    }
    Optional<String> campaign = body.optional("campaign");
    Optional<Instant> availableAt = body.time("available_at");
    Origin origin = origin(body);
    body.end();
    if (order == null && campaign.isEmpty()) {
      throw Refusal.field("order_ref", "missing, and no campaign");
    }
    require(account, "active", "prospect");
    long reckoned = lines.stream().mapToLong(Line::points).sum();
    long points = given > 0 ? given : reckoned;
    if (points == 0) {
      throw Refusal.field(
          "points", "nothing to earn (expected: points or lines that are worth some)");
    }
    Instant ripe = availableAt.orElseGet(() -> clock.instant().plus(RIPENING));
    List<Line> split = points == reckoned ? lines : List.of();
    changing(account, request);
    List<Entry> made = new ArrayList<>();
    made.add(
        account.credit(
            campaign.isPresent() ? "bonus" : "earn",
            points,
            ripe,
            order,
            split,
            campaign.orElse(null),
            origin));
    boolean high = account.tier().equals("GOLD") || account.tier().equals("PLATINUM");
    if (given == 0 && campaign.isEmpty() && high && points >= 10) {
      made.add(
          account.credit(
              "bonus", points / 10, ripe, order, List.of(), "TIER-" + account.tier(), origin));
    }
    return entries(account, made);
  }

  private Answer entries(PointsAccount account, List<Entry> made) {
    return Answer.created(
        JsonNodes.object(
            "entries", made.stream().map(entry -> json(account, entry)).toList(),
            "balance", balance(account)));
  }

  private Answer reverse(Request request) {
    PointsAccount account = owner(request.variable("id"), "E-");
    Entry entry = entry(account, request.variable("id"));
    Body body = request.json();
    long points = body.integer("points", 0, MAX_POINTS).orElse(0L);
    List<Line> lines = lines(body);
    body.optional("reason");
    body.optional("reference");
    boolean allowNegative = body.bool("allow_negative").orElse(false);
    Origin origin = origin(body);
    body.end();
    require(account, "active", "prospect", "on_hold", "under_review");
    changing(account, request);
    Entry reversal = account.reverse(entry, points, lines, allowNegative, origin);
    return Answer.created(
        JsonNodes.object("entry", json(account, reversal), "balance", balance(account)));
  }

  private Answer adjust(Request request) {
    PointsAccount account = account(request);
    Body body = request.json();
    long points =
        body.integer("points", -MAX_POINTS, MAX_POINTS)
            .orElseThrow(() -> Refusal.field("points", "missing"));
    body.text("reason");
    body.optional("note");
    body.optional("reference");
    Origin origin = origin(body);
    body.end();
    if (points == 0) {
      throw Refusal.field("points", "0 (expected: not 0)");
    }
    changing(account, request);
    Entry entry =
        points < 0
            ? account.debit("adjust", -points, origin)
            : account.credit("adjust", points, clock.instant(), null, List.of(), null, origin);
    return entries(account, List.of(entry));
  }

  private Answer transfer(Request request) {
    PointsAccount from = account(request);
    Body body = request.json();
    PointsAccount to = account(body.text("to"));
    long points =
        body.integer("points", 1, MAX_POINTS).orElseThrow(() -> Refusal.field("points", "missing"));
    Origin origin = origin(body);
    body.end();
    if (from.number() == to.number()) {
      throw Refusal.field("to", "is the same member");
    }
    require(from, "active");
    require(to, "active", "prospect");
    changing(from, request);
    Entry out = from.debit("transfer_out", points, origin);
    accounts.put(to.number(), to);
    Entry in = to.credit("transfer_in", points, clock.instant(), null, List.of(), null, origin);
    return Answer.created(
        JsonNodes.object(
            "entries",
            List.of(json(from, out), json(to, in)),
            "balance",
            balance(from),
            "to_balance",
            balance(to)));
  }

  // Rewards.

  private Answer rewards(Request request) {
    request.allowQuery("channel", "store", "eligible", "limit", "cursor");
    PointsAccount account = account(request);
    Optional<String> channel = request.query("channel");
    boolean eligibleOnly = request.query("eligible").orElse("false").equals("true");
    int limit = request.query("limit", 50, 1, MAX_PAGE);
    long skip = request.query("cursor").map(LoyaltyBackend::cursor).orElse(0L);
    List<ObjectNode> all =
        REWARDS.stream()
            .filter(reward ->
                channel.isEmpty()
                    || reward.channels().isEmpty()
                    || reward.channels().contains(channel.get()))
            .sorted(Comparator.comparingLong(Reward::points).thenComparing(Reward::id))
            .filter(reward -> !eligibleOnly || reasons(account, reward).isEmpty())
            .map(reward -> json(account, reward))
            .toList();
    List<ObjectNode> page = all.stream().skip(skip).limit(limit).toList();
    boolean more = skip + page.size() < all.size();
    return Answer.ok(
        JsonNodes.object(
            "data",
            page,
            "account_id",
            "A-" + account.number(),
            "next_cursor",
            more ? cursor(skip + page.size()) : null));
  }

  private static List<String> reasons(PointsAccount account, Reward reward) {
    List<String> reasons = new ArrayList<>();
    if (!account.status().equals("active")) {
      reasons.add("the account is " + account.status());
    }
    if (account.available() < reward.points()) {
      reasons.add((reward.points() - account.available()) + " points missing");
    }
    if (!reward.tiers().isEmpty() && !reward.tiers().contains(account.tier())) {
      reasons.add("only for " + String.join(", ", reward.tiers()));
    }
    return reasons;
  }

  private static ObjectNode json(PointsAccount account, Reward reward) {
    List<String> reasons = reasons(account, reward);
    return JsonNodes.object(
        "id", reward.id(),
        "name", reward.name(),
        "description", reward.description(),
        "kind", reward.kind(),
        "points", reward.points(),
        "value", reward.cents() == 0 ? null : money(reward.cents()),
        "percent", reward.percent(),
        "sku", reward.sku(),
        "valid_from", null,
        "valid_until", null,
        "channels", reward.channels(),
        "eligible", reasons.isEmpty(),
        "reasons", reasons);
  }
}
