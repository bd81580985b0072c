package io.crossdock.connector.loyalty;

import static io.crossdock.connector.canonical.Canonical.date;
import static io.crossdock.connector.canonical.Canonical.identifier;
import static io.crossdock.connector.canonical.Canonical.timestamp;

import io.crossdock.common.v1.Channel;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Identifier.Scheme;
import io.crossdock.common.v1.Money;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.loyalty.v1.Account;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.BenefitKind;
import io.crossdock.loyalty.v1.CurrencyAccount;
import io.crossdock.loyalty.v1.Entry;
import io.crossdock.loyalty.v1.EntryLine;
import io.crossdock.loyalty.v1.ExpiringPoints;
import io.crossdock.loyalty.v1.HoldKind;
import io.crossdock.loyalty.v1.Member;
import io.crossdock.loyalty.v1.MembershipStatus;
import io.crossdock.loyalty.v1.PendingPoints;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.crossdock.loyalty.v1.Redemption;
import io.crossdock.loyalty.v1.RedemptionRate;
import io.crossdock.loyalty.v1.RedemptionStatus;
import io.crossdock.loyalty.v1.Reward;
import io.crossdock.loyalty.v1.Tier;
import io.crossdock.loyalty.v1.TierProgress;
import io.crossdock.loyalty.v1.TierStanding;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** The platform's documents as the contract's messages. */
final class LoyaltyMapper {

  static final String SYSTEM = "loyalty";

  /** The platform's main currency; it has no code for it. */
  static final String MAIN_CURRENCY = "POINTS";

  private static final int NANO_DIGITS = 9;
  private static final BigDecimal BASIS_POINTS = BigDecimal.valueOf(100);

  private LoyaltyMapper() {}

  static Balance balance(BackendData data) {
    String word = data.text("status");
    MembershipStatus status = LoyaltyCodes.membership(word);
    Balance.Builder balance =
        Balance.newBuilder()
            .setMemberId(data.text("member_id"))
            .setAccountId(data.optionalText("account_id"))
            .setProgrammeId(data.optionalText("program"))
            .setStatus(status)
            .setRawStatus(status == MembershipStatus.MEMBERSHIP_STATUS_UNSPECIFIED ? word : "")
            .addBalances(pointsBalance(data, MAIN_CURRENCY))
            .setTier(data.optionalText("tier"));
    for (BackendData wallet : data.list("wallets")) {
      balance.addBalances(pointsBalance(wallet, wallet.text("currency")));
    }
    return balance.build();
  }

  private static PointsBalance pointsBalance(BackendData data, String currency) {
    PointsBalance.Builder balance =
        PointsBalance.newBuilder()
            .setAvailable(points(data, "available", currency))
            .setPending(points(data, "pending", currency))
            .setReserved(points(data, "reserved", currency));
    data.find("cash_value").map(LoyaltyMapper::money).ifPresent(balance::setCashEquivalent);
    return balance.build();
  }

  /** An amount of points, fractions included; at most nine decimals. */
  private static Points points(BackendData data, String name, String currency) {
    return points(data, name, data.decimal(name), currency);
  }

  private static Points points(BackendData data, String name, BigDecimal amount, String currency) {
    try {
      BigDecimal units = amount.setScale(0, RoundingMode.DOWN);
      return Points.newBuilder()
          .setCurrencyCode(currency)
          .setUnits(units.longValueExact())
          .setNanos(amount.subtract(units).movePointRight(NANO_DIGITS).intValueExact())
          .build();
    } catch (ArithmeticException e) {
      throw data.invalid(name, "points with at most 9 decimals");
    }
  }

  private static Points points(BackendData data, String name) {
    return points(
        data,
        name,
        data.optionalText("currency").isEmpty() ? MAIN_CURRENCY : data.text("currency"));
  }

  /** The number of an amount of points. */
  static BigDecimal number(Points points) {
    return BigDecimal.valueOf(points.getUnits())
        .add(BigDecimal.valueOf(points.getNanos(), NANO_DIGITS));
  }

  static Freshness freshness(BackendData data) {
    return Canonical.freshness(SYSTEM, data.instant("as_of"));
  }

  static Account account(BackendData data) {
    String status = data.text("status");
    MembershipStatus known = LoyaltyCodes.membership(status);
    Member.Builder member =
        Member.newBuilder()
            .setMemberId(data.text("member_id"))
            .setCustomerId(data.optionalText("customer_ref"))
            .setRole(Member.Role.ROLE_OWNER)
            .setStatus(known)
            .setRawStatus(known == MembershipStatus.MEMBERSHIP_STATUS_UNSPECIFIED ? status : "");
    if (data.has("customer_ref")) {
      member.addExternalIds(identifier(Scheme.SCHEME_CUSTOMER, data.text("customer_ref"), "crm"));
    }
    for (BackendData card : data.list("cards")) {
      member.addExternalIds(identifier(Scheme.SCHEME_CARD, card.text("number"), SYSTEM));
    }
    data.instant("enrolled_at").ifPresent(at -> member.setEnrolledAt(timestamp(at)));
    Account.Builder account =
        Account.newBuilder()
            .setAccountId(data.optionalText("account_id"))
            .setProgrammeId(data.optionalText("program"))
            .setMemberId(data.text("member_id"))
            .addMembers(member)
            .addCurrencies(mainCurrency(data))
            .setEtag(data.optionalText("version"));
    for (BackendData wallet : data.list("wallets")) {
      account.addCurrencies(
          CurrencyAccount.newBuilder().setBalance(pointsBalance(wallet, wallet.text("currency"))));
    }
    TierStanding.Builder standing = TierStanding.newBuilder();
    data.find("tier_detail").map(LoyaltyMapper::tier).ifPresent(standing::setTier);
    data.find("next_tier").map(LoyaltyMapper::progress).ifPresent(standing::addProgress);
    if (standing.hasTier() || standing.getProgressCount() > 0) {
      account.addTiers(standing);
    }
    return account.build();
  }

  private static CurrencyAccount mainCurrency(BackendData data) {
    CurrencyAccount.Builder account =
        CurrencyAccount.newBuilder().setBalance(pointsBalance(data, MAIN_CURRENCY));
    for (BackendData lot : data.list("pending_lots")) {
      PendingPoints.Builder pending =
          PendingPoints.newBuilder()
              .setPoints(points(lot, "points", MAIN_CURRENCY))
              .setOrderId(lot.optionalText("order_ref"));
      lot.instant("available_at").ifPresent(at -> pending.setActivatesAt(timestamp(at)));
      account.addPending(pending);
    }
    for (BackendData lot : data.list("expiring_lots")) {
      ExpiringPoints.Builder expiring =
          ExpiringPoints.newBuilder().setPoints(points(lot, "points", MAIN_CURRENCY));
      lot.instant("expires_at").ifPresent(at -> expiring.setExpiresAt(timestamp(at)));
      account.addExpiring(expiring);
    }
    if (data.has("lifetime_earned")) {
      account.setLifetimeEarned(points(data, "lifetime_earned", MAIN_CURRENCY));
    }
    if (data.has("lifetime_redeemed")) {
      account.setLifetimeRedeemed(points(data, "lifetime_redeemed", MAIN_CURRENCY));
    }
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
    String word = data.optionalText("measure");
    TierProgress.Measure measure = LoyaltyCodes.measure(word);
    String currency = data.optionalText("currency");
    TierProgress.Builder progress =
        TierProgress.newBuilder()
            .setTier(data.text("code"))
            .setMeasure(measure)
            .setRawMeasure(measure == TierProgress.Measure.MEASURE_UNSPECIFIED ? word : "")
            .setReached(decimal(data, "reached"))
            .setRequired(decimal(data, "required"))
            .setCurrencyCode(
                currency.isEmpty() && measure == TierProgress.Measure.MEASURE_POINTS
                    ? MAIN_CURRENCY
                    : currency);
    data.day("until").ifPresent(day -> progress.setUntil(date(day)));
    return progress.build();
  }

  private static Decimal decimal(BackendData data, String name) {
    return Decimal.newBuilder().setValue(Canonical.plain(data.decimal(name))).build();
  }

  private static RedemptionRate rate(BackendData data) {
    RedemptionRate.Builder rate =
        RedemptionRate.newBuilder()
            .setPoints(points(data, "points", MAIN_CURRENCY))
            .setValue(money(data));
    if (data.has("min_points")) {
      rate.setMinimum(points(data, "min_points", MAIN_CURRENCY));
    }
    if (data.has("step")) {
      rate.setStep(points(data, "step", MAIN_CURRENCY));
    }
    return rate.build();
  }

  static Entry entry(BackendData data) {
    String type = data.text("type");
    Entry.Kind kind = LoyaltyCodes.entry(type);
    Entry.Builder entry =
        Entry.newBuilder()
            .setEntryId(data.text("id"))
            .setMemberId(data.text("member_id"))
            .setAccountId(data.optionalText("account_id"))
            .setKind(kind)
            .setRawKind(kind == Entry.Kind.KIND_UNSPECIFIED ? type : "")
            .setPoints(points(data, "points"))
            .setOrderId(data.optionalText("order_ref"))
            .setRedemptionId(data.optionalText("redemption_id"))
            .setReversesEntryId(data.optionalText("reverses"))
            .setCampaignId(data.optionalText("campaign"))
            .setChannel(LoyaltyCodes.channel(data.optionalText("channel")))
            .setStore(data.optionalText("store"));
    if (data.has("available_after")) {
      entry.setAvailableAfter(points(data, "available_after"));
    }
    if (data.has("reversible")) {
      entry.setReversible(points(data, "reversible"));
    }
    data.instant("occurred_at").ifPresent(at -> entry.setOccurredAt(timestamp(at)));
    data.instant("posted_at").ifPresent(at -> entry.setPostedAt(timestamp(at)));
    data.instant("available_at").ifPresent(at -> entry.setActivatesAt(timestamp(at)));
    data.instant("expires_at").ifPresent(at -> entry.setExpiresAt(timestamp(at)));
    for (BackendData line : data.list("lines")) {
      EntryLine.Builder share = EntryLine.newBuilder().setLineId(line.text("line_id"));
      if (line.has("points")) {
        share.setPoints(points(line, "points", entry.getPoints().getCurrencyCode()));
      }
      entry.addLines(share);
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
            .setAccountId(data.optionalText("account_id"))
            .setStatus(status)
            .setRawStatus(status == RedemptionStatus.REDEMPTION_STATUS_UNSPECIFIED ? word : "")
            .setPoints(points(data, "points"))
            .setOrderId(data.optionalText("order_ref"))
            .setRewardId(data.optionalText("reward_id"))
            .setHoldKind(held)
            .addAllEntryIds(data.texts("entry_ids"));
    data.find("value").map(LoyaltyMapper::money).ifPresent(redemption::setValue);
    if (data.has("captured_points")) {
      redemption.setCommittedPoints(points(data, "captured_points"));
    }
    if (status == RedemptionStatus.REDEMPTION_STATUS_RESERVED) {
      data.instant("expires_at").ifPresent(at -> redemption.setExpiresAt(timestamp(at)));
    }
    data.instant("created_at").ifPresent(at -> redemption.setCreatedAt(timestamp(at)));
    data.instant("completed_at").ifPresent(at -> redemption.setCompletedAt(timestamp(at)));
    return redemption.build();
  }

  static Reward reward(BackendData data) {
    String word = data.optionalText("kind");
    BenefitKind kind = LoyaltyCodes.benefit(word);
    Reward.Builder reward =
        Reward.newBuilder()
            .setRewardId(data.text("id"))
            .setName(data.optionalText("name"))
            .setDescription(data.optionalText("description"))
            .setKind(kind)
            .setRawKind(kind == BenefitKind.BENEFIT_KIND_UNSPECIFIED ? word : "")
            .setCost(points(data, "points"))
            .setItemId(data.optionalText("sku"))
            .setEligible(data.flag("eligible"))
            .addAllIneligibleReasons(data.texts("reasons"));
    data.find("value").map(LoyaltyMapper::money).ifPresent(reward::setValue);
    data.optionalDecimal("percent")
        .ifPresent(percent -> reward.setDiscountBasisPoints(basisPoints(data, percent)));
    data.instant("valid_from").ifPresent(at -> reward.setValidFrom(timestamp(at)));
    data.instant("valid_until").ifPresent(at -> reward.setValidUntil(timestamp(at)));
    for (String name : data.texts("channels")) {
      Channel channel = LoyaltyCodes.channel(name);
      reward.addChannels(channel);
      if (channel == Channel.CHANNEL_UNSPECIFIED) {
        reward.addRawChannels(name);
      }
    }
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
