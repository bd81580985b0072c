package io.crossdock.connector.loyalty;

import static io.crossdock.connector.canonical.Canonical.instant;
import static io.crossdock.connector.canonical.Canonical.plain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.answer.PageToken;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendClient;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.connector.backend.Rows;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.service.ContractService;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.loyalty.v1.AccrualLine;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import io.crossdock.loyalty.v1.AccruePointsResponse;
import io.crossdock.loyalty.v1.AdjustPointsRequest;
import io.crossdock.loyalty.v1.AdjustPointsResponse;
import io.crossdock.loyalty.v1.CommitRedemptionRequest;
import io.crossdock.loyalty.v1.CommitRedemptionResponse;
import io.crossdock.loyalty.v1.Entry;
import io.crossdock.loyalty.v1.EntryLine;
import io.crossdock.loyalty.v1.GetAccountRequest;
import io.crossdock.loyalty.v1.GetAccountResponse;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.GetRedemptionRequest;
import io.crossdock.loyalty.v1.GetRedemptionResponse;
import io.crossdock.loyalty.v1.HoldKind;
import io.crossdock.loyalty.v1.ListEntriesRequest;
import io.crossdock.loyalty.v1.ListEntriesResponse;
import io.crossdock.loyalty.v1.ListRewardsRequest;
import io.crossdock.loyalty.v1.ListRewardsResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.ReservePointsRequest;
import io.crossdock.loyalty.v1.ReservePointsResponse;
import io.crossdock.loyalty.v1.ReverseEntryRequest;
import io.crossdock.loyalty.v1.ReverseEntryResponse;
import io.crossdock.loyalty.v1.TransferPointsRequest;
import io.crossdock.loyalty.v1.TransferPointsResponse;
import io.crossdock.loyalty.v1.VoidRedemptionRequest;
import io.crossdock.loyalty.v1.VoidRedemptionResponse;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every method of the loyalty contract as calls to the platform. */
final class LoyaltyService {

  private static final int USUAL_PAGE = 50;

  private final BackendClient backend;

  LoyaltyService(BackendClient backend) {
    this.backend = backend;
  }

  ContractService service() {
    return ContractService.of(LoyaltyServiceGrpc.getServiceDescriptor())
        .unary(LoyaltyServiceGrpc.getGetBalanceMethod(), this::getBalance)
        .unary(LoyaltyServiceGrpc.getGetAccountMethod(), this::getAccount)
        .unary(LoyaltyServiceGrpc.getListEntriesMethod(), this::listEntries)
        .unary(LoyaltyServiceGrpc.getGetRedemptionMethod(), this::getRedemption)
        .unary(LoyaltyServiceGrpc.getReservePointsMethod(), this::reservePoints)
        .unary(LoyaltyServiceGrpc.getCommitRedemptionMethod(), this::commitRedemption)
        .unary(LoyaltyServiceGrpc.getVoidRedemptionMethod(), this::voidRedemption)
        .unary(LoyaltyServiceGrpc.getAccruePointsMethod(), this::accruePoints)
        .unary(LoyaltyServiceGrpc.getReverseEntryMethod(), this::reverseEntry)
        .unary(LoyaltyServiceGrpc.getAdjustPointsMethod(), this::adjustPoints)
        .unary(LoyaltyServiceGrpc.getTransferPointsMethod(), this::transferPoints)
        .unsupported(
            LoyaltyServiceGrpc.getEnrolMemberMethod(),
            "The platform enrols members on its own pages only.")
        .unsupported(
            LoyaltyServiceGrpc.getLinkCardMethod(), "The platform issues its cards itself.")
        .unsupported(
            LoyaltyServiceGrpc.getMergeMembersMethod(), "The platform cannot merge members.")
        .unary(LoyaltyServiceGrpc.getListRewardsMethod(), this::listRewards)
        .unsupported(LoyaltyServiceGrpc.getListVouchersMethod(), "The platform issues no vouchers.")
        .build();
  }

  private GetBalanceResponse getBalance(GetBalanceRequest request) throws InterruptedException {
    BackendData data = read("/v2/members/{member}/balance", "member", request.getMemberId());
    expectEcho(data, request.getMemberId());
    return GetBalanceResponse.newBuilder()
        .setBalance(LoyaltyMapper.balance(data))
        .setFreshness(LoyaltyMapper.freshness(data))
        .build();
  }

  private GetAccountResponse getAccount(GetAccountRequest request) throws InterruptedException {
    expectMemberNamed(request.getMemberId());
    BackendData data = read("/v2/members/{member}/account", "member", request.getMemberId());
    expectEcho(data, request.getMemberId());
    return GetAccountResponse.newBuilder()
        .setAccount(LoyaltyMapper.account(data))
        .setFreshness(LoyaltyMapper.freshness(data))
        .build();
  }

  private GetRedemptionResponse getRedemption(GetRedemptionRequest request)
      throws InterruptedException {
    BackendData data;
    if (request.getRequestId().isEmpty()) {
      data = read("/v2/redemptions/{redemption}", "redemption", request.getRedemptionId());
      data.expectEcho("id", request.getRedemptionId(), "redemption");
      expectMember(data, request.getMemberId(), "redemption");
    } else {
      List<BackendData> found =
          backend
              .send(
                  BackendRequest.get("/v2/members/{member}/redemptions", request.getMemberId())
                      .about("redemption")
                      .query("idempotency_key", request.getRequestId()))
              .data()
              .list("data");
      if (found.size() != 1) {
        throw notFound("redemption");
      }
      data = found.getFirst();
      expectEcho(data, request.getMemberId());
    }
    return GetRedemptionResponse.newBuilder()
        .setRedemption(LoyaltyMapper.redemption(data, HoldKind.HOLD_KIND_NATIVE))
        .setFreshness(Canonical.freshness(LoyaltyMapper.SYSTEM, Optional.empty()))
        .build();
  }

  private ListEntriesResponse listEntries(ListEntriesRequest request) throws InterruptedException {
    expectMemberNamed(request.getMemberId());
    if (!request.getCurrencyCode().isEmpty()
        && !request.getCurrencyCode().equals(LoyaltyMapper.MAIN_CURRENCY)) {
      throw Canonical.refused("currency_code", "empty or " + LoyaltyMapper.MAIN_CURRENCY);
    }
    BackendRequest call =
        BackendRequest.get("/v2/members/{member}/ledger", request.getMemberId())
            .about("member")
            .query("limit", Integer.toString(PageToken.size(request, USUAL_PAGE)))
            .query("cursor", PageToken.place(request))
            .query("type", types(request.getKindsList()))
            .query("order_ref", request.getOrderId())
            .query("redemption_id", request.getRedemptionId())
            .query("idempotency_key", request.getRequestId());
    if (request.hasOccurredFrom()) {
      call = call.query("from", instant(request.getOccurredFrom()).toString());
    }
    if (request.hasOccurredUntil()) {
      call = call.query("to", instant(request.getOccurredUntil()).toString());
    }
    BackendData data = backend.send(call).data();
    ListEntriesResponse.Builder answer = ListEntriesResponse.newBuilder();
    List<BackendData> rows = data.list("data");
    rows.stream()
        .filter(row -> row.has("member_id"))
        .forEach(row -> expectEcho(row, request.getMemberId()));
    return answer
        .addAllEntries(
            Rows.readable(
                rows,
                LoyaltyMapper::entry,
                row -> row.optionalId("id").ifPresent(answer::addUnreadableEntryIds)))
        .setNextPageToken(PageToken.of(request, data.optionalText("next_cursor")))
        .setFreshness(Canonical.freshness(LoyaltyMapper.SYSTEM, Optional.empty()))
        .build();
  }

  private ReservePointsResponse reservePoints(ReservePointsRequest request)
      throws InterruptedException {
    ObjectNode body =
        redemption(
            request.getContext(), request.getPoints(), request.getOrderId(), request.getRewardId());
    body.put("capture", false);
    if (request.hasHoldFor()) {
      // The platform counts whole seconds; a hold is never shorter than asked.
      body.put(
          "hold_seconds",
          request.getHoldFor().getSeconds() + (request.getHoldFor().getNanos() > 0 ? 1 : 0));
    }
    BackendData data = redeem(request.getContext(), request.getMemberId(), body);
    expectEcho(data.object("redemption"), request.getMemberId());
    expectEcho(data.object("balance"), request.getMemberId());
    return ReservePointsResponse.newBuilder()
        .setRedemption(
            LoyaltyMapper.redemption(data.object("redemption"), HoldKind.HOLD_KIND_NATIVE))
        .setBalance(LoyaltyMapper.balance(data.object("balance")))
        .build();
  }

  private CommitRedemptionResponse commitRedemption(CommitRedemptionRequest request)
      throws InterruptedException {
    boolean held = !request.getRedemptionId().isEmpty();
    BackendData data = held ? capture(request) : redeemAtOnce(request);
    BackendData balance = data.object("balance");
    expectEcho(data.object("redemption"), request.getMemberId());
    if (held) {
      data.object("redemption").expectEcho("id", request.getRedemptionId(), "redemption");
    }
    expectEcho(balance, request.getMemberId());
    return CommitRedemptionResponse.newBuilder()
        .setRedemption(
            LoyaltyMapper.redemption(
                data.object("redemption"),
                held ? HoldKind.HOLD_KIND_NATIVE : HoldKind.HOLD_KIND_NONE))
        .setBalance(LoyaltyMapper.balance(balance))
        .setFreshness(LoyaltyMapper.freshness(balance))
        .build();
  }

  private BackendData capture(CommitRedemptionRequest request) throws InterruptedException {
    expectOwner(request.getRedemptionId(), request.getMemberId());
    ObjectNode body = BackendJson.object();
    if (request.hasPoints()) {
      body.put("points", number(request.getPoints(), "points"));
    }
    body.put("order_ref", request.getOrderId());
    if (request.hasValue()) {
      body.set("amount", amount(request.getValue()));
    }
    lines(body, request.getLinesList());
    return backend
        .send(
            BackendRequest.post("/v2/redemptions/{redemption}/capture", request.getRedemptionId())
                .about("redemption")
                .idempotencyKey(request.getContext().getRequestId())
                .json(body))
        .data();
  }

  private BackendData redeemAtOnce(CommitRedemptionRequest request) throws InterruptedException {
    ObjectNode body =
        redemption(
            request.getContext(), request.getPoints(), request.getOrderId(), request.getRewardId());
    body.put("capture", true);
    if (request.hasValue()) {
      body.set("amount", amount(request.getValue()));
    }
    lines(body, request.getLinesList());
    return redeem(request.getContext(), request.getMemberId(), body);
  }

  private VoidRedemptionResponse voidRedemption(VoidRedemptionRequest request)
      throws InterruptedException {
    expectOwner(request.getRedemptionId(), request.getMemberId());
    ObjectNode body = BackendJson.object();
    String reason = LoyaltyCodes.of(request.getReason());
    if (!reason.isEmpty()) {
      body.put("reason", reason);
    }
    BackendData data =
        backend
            .send(
                BackendRequest.post("/v2/redemptions/{redemption}/void", request.getRedemptionId())
                    .about("redemption")
                    .idempotencyKey(request.getContext().getRequestId())
                    .json(body))
            .data();
    data.object("redemption").expectEcho("id", request.getRedemptionId(), "redemption");
    expectEcho(data.object("balance"), request.getMemberId());
    return VoidRedemptionResponse.newBuilder()
        .setRedemption(
            LoyaltyMapper.redemption(data.object("redemption"), HoldKind.HOLD_KIND_NATIVE))
        .setBalance(LoyaltyMapper.balance(data.object("balance")))
        .build();
  }

  private AccruePointsResponse accruePoints(AccruePointsRequest request)
      throws InterruptedException {
    ObjectNode body = BackendJson.object();
    putUnlessEmpty(body, "order_ref", request.getOrderId());
    body.put("points", number(request.getPoints(), "points"));
    if (request.getLinesCount() > 0) {
      ArrayNode lines = body.putArray("lines");
      int index = 0;
      for (AccrualLine line : request.getLinesList()) {
        ObjectNode sent = lines.addObject();
        sent.put("line_id", line.getLineId());
        sent.put("sku", line.getItemId());
        sent.put(
            "quantity",
            plain(Canonical.number(line.getQuantity(), "lines[" + index++ + "].quantity")));
        sent.set("amount", amount(line.getAmount()));
        sent.put("points", number(line.getPoints(), "lines.points"));
      }
    }
    putUnlessEmpty(body, "campaign", request.getCampaignId());
    if (request.hasOccurredAt()) {
      body.put("occurred_at", instant(request.getOccurredAt()).toString());
    }
    if (request.hasActivatesAt()) {
      body.put("available_at", instant(request.getActivatesAt()).toString());
    }
    origin(body, request.getContext());
    BackendData data =
        backend
            .send(
                BackendRequest.post("/v2/members/{member}/earnings", request.getMemberId())
                    .about("member")
                    .idempotencyKey(request.getContext().getRequestId())
                    .json(body))
            .data();
    expectEcho(data.object("balance"), request.getMemberId());
    AccruePointsResponse.Builder answer =
        AccruePointsResponse.newBuilder().setBalance(LoyaltyMapper.balance(data.object("balance")));
    for (BackendData entry : data.list("entries")) {
      expectEcho(entry, request.getMemberId());
      answer.addEntries(LoyaltyMapper.entry(entry));
    }
    return answer.build();
  }

  private ReverseEntryResponse reverseEntry(ReverseEntryRequest request)
      throws InterruptedException {
    BackendData entry = read("/v2/ledger/{entry}", "entry", request.getEntryId());
    entry.expectEcho("id", request.getEntryId(), "entry");
    expectMember(entry, request.getMemberId(), "entry");
    ObjectNode body = BackendJson.object();
    body.put("points", number(request.getPoints(), "points"));
    if (request.getLinesCount() > 0) {
      ArrayNode lines = body.putArray("lines");
      for (EntryLine line : request.getLinesList()) {
        ObjectNode sent = lines.addObject();
        sent.put("line_id", line.getLineId());
        // The contract gives a line's points the entry's sign, the platform none.
        BigDecimal share = number(line.getPoints(), "lines.points");
        if (share.signum() != 0) {
          sent.put("points", share.abs());
        }
      }
    }
    body.put("reason", LoyaltyCodes.of(request.getReason()));
    putUnlessEmpty(body, "reference", request.getReturnId());
    body.put("allow_negative", request.getAllowNegativeBalance());
    BackendData data =
        backend
            .send(
                BackendRequest.post("/v2/ledger/{entry}/reversals", request.getEntryId())
                    .about("entry")
                    .idempotencyKey(request.getContext().getRequestId())
                    .json(body))
            .data();
    expectEcho(data.object("entry"), request.getMemberId());
    expectEcho(data.object("balance"), request.getMemberId());
    return ReverseEntryResponse.newBuilder()
        .setEntry(LoyaltyMapper.entry(data.object("entry")))
        .setBalance(LoyaltyMapper.balance(data.object("balance")))
        .build();
  }

  private AdjustPointsResponse adjustPoints(AdjustPointsRequest request)
      throws InterruptedException {
    if (request.hasExpiresAt()) {
      throw Canonical.refused("expires_at", "absent: the platform decides when points expire");
    }
    if (request.getAllowNegativeBalance()) {
      throw Canonical.refused(
          "allow_negative_balance", "false: the platform adjusts no balance below zero");
    }
    ObjectNode body = BackendJson.object();
    body.put("points", number(request.getPoints(), "points"));
    body.put("reason", LoyaltyCodes.of(request.getReason()));
    putUnlessEmpty(body, "note", request.getNote());
    putUnlessEmpty(
        body,
        "reference",
        request.getCaseId().isEmpty() ? request.getOrderId() : request.getCaseId());
    origin(body, request.getContext());
    BackendData data =
        post("/v2/members/{member}/adjustments", request.getMemberId(), request.getContext(), body);
    List<BackendData> entries = data.list("entries");
    if (entries.size() != 1) {
      throw data.invalid("entries", "one entry");
    }
    expectEcho(entries.getFirst(), request.getMemberId());
    expectEcho(data.object("balance"), request.getMemberId());
    return AdjustPointsResponse.newBuilder()
        .setEntry(
            LoyaltyMapper.entry(entries.getFirst()).toBuilder()
                .setAdjustmentReason(request.getReason()))
        .setBalance(LoyaltyMapper.balance(data.object("balance")))
        .build();
  }

  private TransferPointsResponse transferPoints(TransferPointsRequest request)
      throws InterruptedException {
    ObjectNode body = BackendJson.object();
    body.put("to", request.getToMemberId());
    body.put("points", number(request.getPoints(), "points"));
    origin(body, request.getContext());
    BackendData data =
        post(
            "/v2/members/{member}/transfers",
            request.getFromMemberId(),
            request.getContext(),
            body);
    expectEcho(data.object("balance"), request.getFromMemberId());
    expectEcho(data.object("to_balance"), request.getToMemberId());
    TransferPointsResponse.Builder answer =
        TransferPointsResponse.newBuilder()
            .setFromBalance(LoyaltyMapper.balance(data.object("balance")))
            .setToBalance(LoyaltyMapper.balance(data.object("to_balance")));
    for (BackendData entry : data.list("entries")) {
      answer.addEntries(LoyaltyMapper.entry(entry));
    }
    return answer.build();
  }

  private ListRewardsResponse listRewards(ListRewardsRequest request) throws InterruptedException {
    BackendData data =
        backend
            .send(
                BackendRequest.get("/v2/members/{member}/rewards", request.getMemberId())
                    .about("member")
                    .query("limit", Integer.toString(PageToken.size(request, USUAL_PAGE)))
                    .query("cursor", PageToken.place(request))
                    .query("channel", LoyaltyCodes.of(request.getChannel()))
                    .query("store", request.getStore())
                    .query("eligible", request.getEligibleOnly() ? "true" : ""))
            .data();
    ListRewardsResponse.Builder answer = ListRewardsResponse.newBuilder();
    return answer
        .addAllRewards(
            Rows.readable(
                data.list("data"),
                LoyaltyMapper::reward,
                row -> row.optionalId("id").ifPresent(answer::addUnreadableRewardIds)))
        .setNextPageToken(PageToken.of(request, data.optionalText("next_cursor")))
        .setAccountId(data.optionalText("account_id"))
        .setFreshness(Canonical.freshness(LoyaltyMapper.SYSTEM, Optional.empty()))
        .build();
  }

  private BackendData post(String template, String member, CommandContext context, ObjectNode body)
      throws InterruptedException {
    return backend
        .send(
            BackendRequest.post(template, member)
                .about("member")
                .idempotencyKey(context.getRequestId())
                .json(body))
        .data();
  }

  private BackendData read(String template, String resource, String id)
      throws InterruptedException {
    return backend.send(BackendRequest.get(template, id).about(resource)).data();
  }

  private BackendData redeem(CommandContext context, String member, ObjectNode body)
      throws InterruptedException {
    return post("/v2/members/{member}/redemptions", member, context, body);
  }

  // The platform finds a redemption without its member. A wrong pair must not move points: the hub
  // would drop the memory of the wrong balance.
  private void expectOwner(String redemption, String member) throws InterruptedException {
    BackendData found = read("/v2/redemptions/{redemption}", "redemption", redemption);
    found.expectEcho("id", redemption, "redemption");
    expectMember(found, member, "redemption");
  }

  private static void expectMember(BackendData found, String member, String resource) {
    if (!found.text("member_id").equals(member)) {
      throw notFound(resource);
    }
  }

  private static FailureException notFound(String resource) {
    return new FailureException(
        Failure.of(Reason.REASON_NOT_FOUND, "The member has no such " + resource + ".")
            .with("resource", resource));
  }

  // An answer about somebody else must reach nobody, least of all the hub's cache.
  private static void expectEcho(BackendData answered, String member) {
    answered.expectEcho("member_id", member, "member");
  }

  private static void expectMemberNamed(String member) {
    if (member.isEmpty()) {
      throw new FailureException(
          Failure.of(
                  Reason.REASON_NOT_SUPPORTED, "The platform finds an account by its member only.")
              .with("field", "member_id"));
    }
  }

  /** The number of points, in the only currency that the platform moves. */
  private static BigDecimal number(Points points, String field) {
    String currency = points.getCurrencyCode();
    if (!currency.isEmpty() && !currency.equals(LoyaltyMapper.MAIN_CURRENCY)) {
      throw Canonical.refused(field + ".currency_code", "empty or " + LoyaltyMapper.MAIN_CURRENCY);
    }
    return LoyaltyMapper.number(points).stripTrailingZeros();
  }

  private static ObjectNode redemption(
      CommandContext context, Points points, String order, String reward) {
    ObjectNode body = BackendJson.object();
    body.put("points", number(points, "points"));
    body.put("order_ref", order);
    putUnlessEmpty(body, "reward_id", reward);
    origin(body, context);
    return body;
  }

  private static void origin(ObjectNode body, CommandContext context) {
    putUnlessEmpty(body, "channel", LoyaltyCodes.of(context.getChannel()));
    putUnlessEmpty(body, "store", context.getStore());
  }

  private static void lines(ObjectNode body, List<EntryLine> lines) {
    if (!lines.isEmpty()) {
      ArrayNode sent = body.putArray("lines");
      for (EntryLine line : lines) {
        sent.addObject()
            .put("line_id", line.getLineId())
            .put("points", number(line.getPoints(), "lines.points").abs());
      }
    }
  }

  private static ObjectNode amount(Money money) {
    return BackendJson.object()
        .put("amount", plain(Canonical.amount(money)))
        .put("currency", money.getCurrencyCode());
  }

  private static String types(List<Entry.Kind> kinds) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < kinds.size(); i++) {
      String word = LoyaltyCodes.of(kinds.get(i));
      if (word.isEmpty()) {
        throw Canonical.refused("kinds[" + i + "]", "a kind that the platform has a word for");
      }
      words.add(word);
    }
    return String.join(",", words);
  }

  private static void putUnlessEmpty(ObjectNode body, String name, String value) {
    if (!value.isEmpty()) {
      body.put(name, value);
    }
  }
}
