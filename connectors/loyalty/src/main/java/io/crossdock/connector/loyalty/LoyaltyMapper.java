package io.crossdock.connector.loyalty;

import static io.crossdock.connector.canonical.Canonical.date;
import static io.crossdock.connector.canonical.Canonical.identifier;
import static io.crossdock.connector.canonical.Canonical.timestamp;

import com.google.type.Money;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Identifier.Scheme;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.loyalty.v1.Account;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.Entry;
import io.crossdock.loyalty.v1.EntryLine;
import io.crossdock.loyalty.v1.ExpiringPoints;
import io.crossdock.loyalty.v1.HoldKind;
import io.crossdock.loyalty.v1.MembershipStatus;
import io.crossdock.loyalty.v1.PendingPoints;
import io.crossdock.loyalty.v1.Redemption;
import io.crossdock.loyalty.v1.RedemptionRate;
import io.crossdock.loyalty.v1.RedemptionStatus;
import io.crossdock.loyalty.v1.Reward;
import io.crossdock.loyalty.v1.Tier;
import io.crossdock.loyalty.v1.TierProgress;
import java.math.BigDecimal;

/** The platform's documents as the contract's messages. */
final class LoyaltyMapper {

  static final String SYSTEM = "loyalty";

  private static final BigDecimal BASIS_POINTS = BigDecimal.valueOf(100);

  private LoyaltyMapper() {}

  static Balance balance(BackendData data) {
    Balance.Builder balance =
        Balance.newBuilder()
            .setMemberId(data.text("member_id"))
            .setAvailablePoints(data.integer("available"))
            .setPendingPoints(data.integer("pending"))
            .setReservedPoints(data.integer("reserved"))
            .setTier(data.optionalText("tier"))
            .setStatus(LoyaltyCodes.membership(data.text("status")));
    data.find("cash_value").map(LoyaltyMapper::money).ifPresent(balance::setCashEquivalent);
    return balance.build();
  }

  static Freshness freshness(BackendData data) {
    return Canonical.freshness(SYSTEM, data.instant("as_of"));
  }

  static Account account(BackendData data) {
    String status = data.text("status");
    MembershipStatus known = LoyaltyCodes.membership(status);
    Account.Builder account =
        Account.newBuilder()
            .setMemberId(data.text("member_id"))
            .setStatus(known)
            .setRawStatus(known == MembershipStatus.MEMBERSHIP_STATUS_UNSPECIFIED ? status : "")
            .setAvailablePoints(data.integer("available"))
            .setPendingPoints(data.integer("pending"))
            .setReservedPoints(data.integer("reserved"))
            .setLifetimeEarnedPoints(data.integer("lifetime_earned", 0))
            .setLifetimeRedeemedPoints(data.integer("lifetime_redeemed", 0))
            .setEtag(data.optionalText("version"));
    if (data.has("customer_ref")) {
      account.addExternalIds(identifier(Scheme.SCHEME_CUSTOMER, data.text("customer_ref"), "crm"));
    }
    for (BackendData card : data.list("cards")) {
      account.addExternalIds(identifier(Scheme.SCHEME_CARD, card.text("number"), SYSTEM));
    }
    data.instant("enrolled_at").ifPresent(at -> account.setEnrolledAt(timestamp(at)));
    for (BackendData lot : data.list("pending_lots")) {
      PendingPoints.Builder pending =
          PendingPoints.newBuilder()
              .setPoints(lot.integer("points"))
              .setOrderId(lot.optionalText("order_ref"));
      lot.instant("available_at").ifPresent(at -> pending.setActivatesAt(timestamp(at)));
      account.addPending(pending);
    }
    for (BackendData lot : data.list("expiring_lots")) {
      ExpiringPoints.Builder expiring =
          ExpiringPoints.newBuilder().setPoints(lot.integer("points"));
      lot.instant("expires_at").ifPresent(at -> expiring.setExpiresAt(timestamp(at)));
      account.addExpiring(expiring);
    }
    data.find("tier_detail").map(LoyaltyMapper::tier).ifPresent(account::setTier);
    data.find("next_tier").map(LoyaltyMapper::progress).ifPresent(account::setNextTier);
    data.find("cash_value").map(LoyaltyMapper::money).ifPresent(account::setCashEquivalent);
    data.find("conversion").map(LoyaltyMapper::rate).ifPresent(account::setRate);
    return account.build();
  }

  private static Tier tier(BackendData data) {
    Tier.Builder tier =
        Tier.newBuilder().setCode(data.text("code")).setName(data.optionalText("name"));
    data.day("since").ifPresent(day -> tier.setSince(date(day)));
    data.day("valid_until").ifPresent(day -> tier.setExpiresAt(date(day)));
    return tier.build();
  }

  private static TierProgress progress(BackendData data) {
    TierProgress.Builder progress =
        TierProgress.newBuilder()
            .setTier(data.text("code"))
            .setMeasure(LoyaltyCodes.measure(data.optionalText("measure")))
            .setReached(data.integer("reached"))
            .setRequired(data.integer("required"))
            .setCurrencyCode(data.optionalText("currency"));
    data.day("until").ifPresent(day -> progress.setUntil(date(day)));
    return progress.build();
  }

  private static RedemptionRate rate(BackendData data) {
    return RedemptionRate.newBuilder()
        .setPoints(data.integer("points"))
        .setValue(money(data))
        .setMinimumPoints(data.integer("min_points", 0))
        .setStepPoints(data.integer("step", 0))
        .build();
  }

  static Entry entry(BackendData data) {
    String type = data.text("type");
    Entry.Kind kind = LoyaltyCodes.entry(type);
    Entry.Builder entry =
        Entry.newBuilder()
            .setEntryId(data.text("id"))
            .setMemberId(data.text("member_id"))
            .setKind(kind)
            .setRawKind(kind == Entry.Kind.KIND_UNSPECIFIED ? type : "")
            .setPoints(data.integer("points"))
            .setOrderId(data.optionalText("order_ref"))
            .setRedemptionId(data.optionalText("redemption_id"))
            .setReversesEntryId(data.optionalText("reverses"))
            .setReversiblePoints(data.integer("reversible", 0))
            .setCampaignId(data.optionalText("campaign"))
            .setChannel(LoyaltyCodes.channel(data.optionalText("channel")))
            .setStore(data.optionalText("store"));
    if (data.has("available_after")) {
      entry.setAvailableAfter(data.integer("available_after"));
    }
    data.instant("occurred_at").ifPresent(at -> entry.setOccurredAt(timestamp(at)));
    data.instant("posted_at").ifPresent(at -> entry.setPostedAt(timestamp(at)));
    data.instant("available_at").ifPresent(at -> entry.setActivatesAt(timestamp(at)));
    data.instant("expires_at").ifPresent(at -> entry.setExpiresAt(timestamp(at)));
    for (BackendData line : data.list("lines")) {
      entry.addLines(
          EntryLine.newBuilder()
              .setLineId(line.text("line_id"))
              .setPoints(line.integer("points", 0)));
    }
    return entry.build();
  }

  /**
   * @param held how the points of a redemption that is or was held are kept; a redemption in one
   *     step was never held
   */
  static Redemption redemption(BackendData data, HoldKind held) {
    String word = data.text("status");
    RedemptionStatus status = LoyaltyCodes.redemption(word);
    Redemption.Builder redemption =
        Redemption.newBuilder()
            .setRedemptionId(data.text("id"))
            .setMemberId(data.text("member_id"))
            .setStatus(status)
            .setRawStatus(status == RedemptionStatus.REDEMPTION_STATUS_UNSPECIFIED ? word : "")
            .setPoints(data.integer("points"))
            .setOrderId(data.optionalText("order_ref"))
            .setRewardId(data.optionalText("reward_id"))
            .setHoldKind(held)
            .addAllEntryIds(data.texts("entry_ids"));
    data.find("value").map(LoyaltyMapper::money).ifPresent(redemption::setValue);
    if (status == RedemptionStatus.REDEMPTION_STATUS_RESERVED) {
      data.instant("expires_at").ifPresent(at -> redemption.setExpiresAt(timestamp(at)));
    }
    data.instant("created_at").ifPresent(at -> redemption.setCreatedAt(timestamp(at)));
    data.instant("completed_at").ifPresent(at -> redemption.setCompletedAt(timestamp(at)));
    return redemption.build();
  }

  static Reward reward(BackendData data) {
    Reward.Builder reward =
        Reward.newBuilder()
            .setRewardId(data.text("id"))
            .setName(data.optionalText("name"))
            .setDescription(data.optionalText("description"))
            .setKind(LoyaltyCodes.reward(data.optionalText("kind")))
            .setPoints(data.integer("points"))
            .setItemId(data.optionalText("sku"))
            .setEligible(data.flag("eligible"))
            .addAllIneligibleReasons(data.texts("reasons"));
    data.find("value").map(LoyaltyMapper::money).ifPresent(reward::setValue);
    data.optionalDecimal("percent")
        .ifPresent(percent -> reward.setDiscountBasisPoints(basisPoints(data, percent)));
    data.instant("valid_from").ifPresent(at -> reward.setValidFrom(timestamp(at)));
    data.instant("valid_until").ifPresent(at -> reward.setValidUntil(timestamp(at)));
    data.texts("channels").forEach(word -> reward.addChannels(LoyaltyCodes.channel(word)));
    return reward.build();
  }

  private static int basisPoints(BackendData data, BigDecimal percent) {
    try {
      return percent.multiply(BASIS_POINTS).intValueExact();
    } catch (ArithmeticException e) {
      throw data.invalid("percent", "at most two decimals");
    }
  }

  private static Money money(BackendData data) {
    return Canonical.money(data.decimal("amount"), data.text("currency"));
  }
}
