package io.crossdock.connector.crm;

import io.crossdock.common.v1.Identifier.Scheme;
import io.crossdock.customer.v1.AttributeSource.SurvivorshipRule;
import io.crossdock.customer.v1.Consent.ContactChannel;
import io.crossdock.customer.v1.Consent.LegalBasis;
import io.crossdock.customer.v1.Consent.Purpose;
import io.crossdock.customer.v1.Consent.State;
import io.crossdock.customer.v1.CustomerStatus;
import io.crossdock.customer.v1.IdentityLink.MatchMethod;
import io.crossdock.customer.v1.PostalAddress.Use;
import io.crossdock.customer.v1.Restriction;
import java.util.Map;

/** The CRM's words for customers and the contract's; an unknown one becomes UNSPECIFIED. */
final class CustomerCodes {

  /** The contract's attributes and the CRM's fields. */
  static final Map<String, String> FIELDS =
      Map.of(
          "given_name", "firstName",
          "family_name", "lastName",
          "company_name", "company",
          "emails", "emails",
          "phones", "phones",
          "addresses", "addresses",
          "birth_date", "birthDate",
          "language_code", "language",
          "home_store", "homeStore",
          "segments", "segments");

  private CustomerCodes() {}

  static CustomerStatus status(String word) {
    return switch (word) {
      case "ACTIVE" -> CustomerStatus.CUSTOMER_STATUS_ACTIVE;
      case "LOCKED" -> CustomerStatus.CUSTOMER_STATUS_BLOCKED;
      case "MERGED" -> CustomerStatus.CUSTOMER_STATUS_MERGED;
      case "ERASE_REQUESTED" -> CustomerStatus.CUSTOMER_STATUS_ERASURE_PENDING;
      case "ERASED" -> CustomerStatus.CUSTOMER_STATUS_ERASED;
      default -> CustomerStatus.CUSTOMER_STATUS_UNSPECIFIED;
    };
  }

  static Scheme scheme(String word) {
    return switch (word) {
      case "MEMBER" -> Scheme.SCHEME_MEMBER;
      case "CUSTOMER" -> Scheme.SCHEME_CUSTOMER;
      case "CARD" -> Scheme.SCHEME_CARD;
      default -> Scheme.SCHEME_UNSPECIFIED;
    };
  }

  static String of(Scheme scheme) {
    return scheme == Scheme.SCHEME_UNSPECIFIED || scheme == Scheme.UNRECOGNIZED
        ? "OTHER"
        : scheme.name().substring("SCHEME_".length());
  }

  static MatchMethod method(String word) {
    return switch (word) {
      case "shared_id" -> MatchMethod.MATCH_METHOD_SHARED_ID;
      case "verified_contact" -> MatchMethod.MATCH_METHOD_VERIFIED_CONTACT;
      case "probabilistic" -> MatchMethod.MATCH_METHOD_PROBABILISTIC;
      case "manual" -> MatchMethod.MATCH_METHOD_MANUAL;
      default -> MatchMethod.MATCH_METHOD_UNSPECIFIED;
    };
  }

  static SurvivorshipRule rule(String word) {
    return switch (word) {
      case "source_priority" -> SurvivorshipRule.SURVIVORSHIP_RULE_SOURCE_PRIORITY;
      case "most_recent" -> SurvivorshipRule.SURVIVORSHIP_RULE_MOST_RECENT;
      case "verified" -> SurvivorshipRule.SURVIVORSHIP_RULE_VERIFIED;
      case "manual" -> SurvivorshipRule.SURVIVORSHIP_RULE_MANUAL;
      case "only_value" -> SurvivorshipRule.SURVIVORSHIP_RULE_ONLY_VALUE;
      default -> SurvivorshipRule.SURVIVORSHIP_RULE_UNSPECIFIED;
    };
  }

  static Use use(String word) {
    return switch (word) {
      case "shipping" -> Use.USE_SHIPPING;
      case "billing" -> Use.USE_BILLING;
      case "any" -> Use.USE_ANY;
      default -> Use.USE_UNSPECIFIED;
    };
  }

  static String of(Use use) {
    return switch (use) {
      case USE_SHIPPING -> "shipping";
      case USE_BILLING -> "billing";
      case USE_ANY -> "any";
      case USE_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static Restriction.Kind restriction(String word) {
    return switch (word) {
      case "credit" -> Restriction.Kind.KIND_PURCHASE_ON_ACCOUNT;
      case "redeem" -> Restriction.Kind.KIND_REDEMPTION;
      case "return" -> Restriction.Kind.KIND_RETURN;
      case "edit" -> Restriction.Kind.KIND_CHANGE;
      case "all" -> Restriction.Kind.KIND_ALL;
      default -> Restriction.Kind.KIND_UNSPECIFIED;
    };
  }

  static Purpose purpose(String word) {
    return switch (word) {
      case "marketing" -> Purpose.PURPOSE_MARKETING;
      case "personalisation" -> Purpose.PURPOSE_PERSONALISATION;
      case "analytics" -> Purpose.PURPOSE_ANALYTICS;
      case "loyalty" -> Purpose.PURPOSE_LOYALTY;
      case "sharing" -> Purpose.PURPOSE_SHARING;
      case "service" -> Purpose.PURPOSE_SERVICE;
      default -> Purpose.PURPOSE_UNSPECIFIED;
    };
  }

  static String of(Purpose purpose) {
    return switch (purpose) {
      case PURPOSE_MARKETING -> "marketing";
      case PURPOSE_PERSONALISATION -> "personalisation";
      case PURPOSE_ANALYTICS -> "analytics";
      case PURPOSE_LOYALTY -> "loyalty";
      case PURPOSE_SHARING -> "sharing";
      case PURPOSE_SERVICE -> "service";
      case PURPOSE_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static ContactChannel channel(String word) {
    return switch (word) {
      case "email" -> ContactChannel.CONTACT_CHANNEL_EMAIL;
      case "sms" -> ContactChannel.CONTACT_CHANNEL_SMS;
      case "phone" -> ContactChannel.CONTACT_CHANNEL_PHONE;
      case "push" -> ContactChannel.CONTACT_CHANNEL_PUSH;
      case "post" -> ContactChannel.CONTACT_CHANNEL_POST;
      case "whatsapp", "telegram", "signal" -> ContactChannel.CONTACT_CHANNEL_MESSENGER;
      case "any" -> ContactChannel.CONTACT_CHANNEL_ANY;
      default -> ContactChannel.CONTACT_CHANNEL_UNSPECIFIED;
    };
  }

  /** The CRM's word for a channel; empty where it depends on the caller's own word. */
  static String of(ContactChannel channel) {
    return switch (channel) {
      case CONTACT_CHANNEL_EMAIL -> "email";
      case CONTACT_CHANNEL_SMS -> "sms";
      case CONTACT_CHANNEL_PHONE -> "phone";
      case CONTACT_CHANNEL_PUSH -> "push";
      case CONTACT_CHANNEL_POST -> "post";
      case CONTACT_CHANNEL_ANY -> "any";
      case CONTACT_CHANNEL_MESSENGER, CONTACT_CHANNEL_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static State state(String word) {
    return switch (word) {
      case "granted" -> State.STATE_GRANTED;
      case "denied" -> State.STATE_DENIED;
      case "pending" -> State.STATE_PENDING;
      default -> State.STATE_UNSPECIFIED;
    };
  }

  static String of(State state) {
    return switch (state) {
      case STATE_GRANTED -> "granted";
      case STATE_DENIED -> "denied";
      case STATE_PENDING -> "pending";
      case STATE_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static LegalBasis basis(String word) {
    return switch (word) {
      case "consent" -> LegalBasis.LEGAL_BASIS_CONSENT;
      case "contract" -> LegalBasis.LEGAL_BASIS_CONTRACT;
      case "legal_obligation" -> LegalBasis.LEGAL_BASIS_LEGAL_OBLIGATION;
      case "legitimate_interest" -> LegalBasis.LEGAL_BASIS_LEGITIMATE_INTEREST;
      default -> LegalBasis.LEGAL_BASIS_UNSPECIFIED;
    };
  }

  static String of(LegalBasis basis) {
    return switch (basis) {
      case LEGAL_BASIS_CONSENT -> "consent";
      case LEGAL_BASIS_CONTRACT -> "contract";
      case LEGAL_BASIS_LEGAL_OBLIGATION -> "legal_obligation";
      case LEGAL_BASIS_LEGITIMATE_INTEREST -> "legitimate_interest";
      case LEGAL_BASIS_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }
}
