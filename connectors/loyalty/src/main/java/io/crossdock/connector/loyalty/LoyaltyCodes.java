package io.crossdock.connector.loyalty;

import io.crossdock.common.v1.Channel;
import io.crossdock.loyalty.v1.AdjustmentReason;
import io.crossdock.loyalty.v1.BenefitKind;
import io.crossdock.loyalty.v1.Entry;
import io.crossdock.loyalty.v1.MembershipStatus;
import io.crossdock.loyalty.v1.RedemptionStatus;
import io.crossdock.loyalty.v1.ReverseEntryRequest.ReversalReason;
import io.crossdock.loyalty.v1.TierProgress.Measure;
import io.crossdock.loyalty.v1.VoidRedemptionRequest.VoidReason;

/**
 * The platform's words and the contract's. A word that is not known becomes UNSPECIFIED, never a
 * guess.
 */
final class LoyaltyCodes {

  private LoyaltyCodes() {}

  static MembershipStatus membership(String word) {
    return switch (word) {
      case "prospect" -> MembershipStatus.MEMBERSHIP_STATUS_PROSPECT;
      case "active" -> MembershipStatus.MEMBERSHIP_STATUS_ACTIVE;
      case "on_hold" -> MembershipStatus.MEMBERSHIP_STATUS_SUSPENDED;
      case "closed" -> MembershipStatus.MEMBERSHIP_STATUS_CLOSED;
      default -> MembershipStatus.MEMBERSHIP_STATUS_UNSPECIFIED;
    };
  }

  static RedemptionStatus redemption(String word) {
    return switch (word) {
      case "held" -> RedemptionStatus.REDEMPTION_STATUS_RESERVED;
      case "captured" -> RedemptionStatus.REDEMPTION_STATUS_COMMITTED;
      case "voided" -> RedemptionStatus.REDEMPTION_STATUS_VOIDED;
      case "lapsed" -> RedemptionStatus.REDEMPTION_STATUS_EXPIRED;
      case "refunded" -> RedemptionStatus.REDEMPTION_STATUS_REVERSED;
      default -> RedemptionStatus.REDEMPTION_STATUS_UNSPECIFIED;
    };
  }

  static Entry.Kind entry(String word) {
    return switch (word) {
      case "earn" -> Entry.Kind.KIND_EARNED;
      case "bonus" -> Entry.Kind.KIND_BONUS;
      case "redeem" -> Entry.Kind.KIND_REDEEMED;
      case "reversal" -> Entry.Kind.KIND_REVERSED;
      case "expire" -> Entry.Kind.KIND_EXPIRED;
      case "adjust" -> Entry.Kind.KIND_ADJUSTED;
      case "transfer_in", "transfer_out" -> Entry.Kind.KIND_TRANSFERRED;
      default -> Entry.Kind.KIND_UNSPECIFIED;
    };
  }

  /** The platform's words for a kind, with commas between them; empty when it has none. */
  static String of(Entry.Kind kind) {
    return switch (kind) {
      case KIND_EARNED -> "earn";
      case KIND_BONUS -> "bonus";
      case KIND_REDEEMED -> "redeem";
      case KIND_REVERSED -> "reversal";
      case KIND_EXPIRED -> "expire";
      case KIND_ADJUSTED -> "adjust";
      case KIND_TRANSFERRED -> "transfer_in,transfer_out";
      case KIND_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static Channel channel(String word) {
    return switch (word) {
      case "pos" -> Channel.CHANNEL_STORE;
      case "web" -> Channel.CHANNEL_WEB;
      case "app" -> Channel.CHANNEL_APP;
      case "marketplace" -> Channel.CHANNEL_MARKETPLACE;
      case "callcenter" -> Channel.CHANNEL_CONTACT_CENTER;
      case "system" -> Channel.CHANNEL_SYSTEM;
      default -> Channel.CHANNEL_UNSPECIFIED;
    };
  }

  static String of(Channel channel) {
    return switch (channel) {
      case CHANNEL_STORE -> "pos";
      case CHANNEL_WEB -> "web";
      case CHANNEL_APP -> "app";
      case CHANNEL_MARKETPLACE -> "marketplace";
      case CHANNEL_CONTACT_CENTER -> "callcenter";
      case CHANNEL_SYSTEM -> "system";
      // The platform has no word for these.
      case CHANNEL_KIOSK, CHANNEL_SOCIAL, CHANNEL_PHONE, CHANNEL_PARTNER -> "";
      case CHANNEL_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static BenefitKind benefit(String word) {
    return switch (word) {
      case "discount_amount" -> BenefitKind.BENEFIT_KIND_DISCOUNT_AMOUNT;
      case "discount_percent" -> BenefitKind.BENEFIT_KIND_DISCOUNT_PERCENT;
      case "free_item" -> BenefitKind.BENEFIT_KIND_FREE_ITEM;
      case "gift_voucher" -> BenefitKind.BENEFIT_KIND_GIFT_VOUCHER;
      case "experience" -> BenefitKind.BENEFIT_KIND_EXPERIENCE;
      default -> BenefitKind.BENEFIT_KIND_UNSPECIFIED;
    };
  }

  static Measure measure(String word) {
    return switch (word) {
      case "points" -> Measure.MEASURE_POINTS;
      case "spend" -> Measure.MEASURE_SPEND;
      case "visits" -> Measure.MEASURE_VISITS;
      default -> Measure.MEASURE_UNSPECIFIED;
    };
  }

  static String of(VoidReason reason) {
    return switch (reason) {
      case VOID_REASON_SALE_ABANDONED -> "sale_abandoned";
      case VOID_REASON_TENDER_CHANGED -> "tender_changed";
      case VOID_REASON_SALE_FAILED -> "sale_failed";
      case VOID_REASON_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static String of(AdjustmentReason reason) {
    return switch (reason) {
      case ADJUSTMENT_REASON_GOODWILL -> "goodwill";
      case ADJUSTMENT_REASON_MISSING_POINTS -> "missing_points";
      case ADJUSTMENT_REASON_CORRECTION -> "correction";
      case ADJUSTMENT_REASON_FRAUD -> "fraud";
      case ADJUSTMENT_REASON_MIGRATION -> "migration";
      case ADJUSTMENT_REASON_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static String of(ReversalReason reason) {
    return switch (reason) {
      case REVERSAL_REASON_RETURN -> "return";
      case REVERSAL_REASON_CANCELLATION -> "cancellation";
      case REVERSAL_REASON_CORRECTION -> "correction";
      case REVERSAL_REASON_FRAUD -> "fraud";
      case REVERSAL_REASON_COMPENSATION -> "compensation";
      case REVERSAL_REASON_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }
}
