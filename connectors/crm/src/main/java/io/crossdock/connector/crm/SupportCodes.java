package io.crossdock.connector.crm;

import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.Channel;
import io.crossdock.support.v1.CaseKind;
import io.crossdock.support.v1.CaseLink;
import io.crossdock.support.v1.CasePriority;
import io.crossdock.support.v1.CaseStatus;
import io.crossdock.support.v1.SlaClock;

/** The CRM's words for cases and the contract's; an unknown one becomes UNSPECIFIED. */
final class SupportCodes {

  private SupportCodes() {}

  static CaseStatus status(String word) {
    return switch (word) {
      case "new" -> CaseStatus.CASE_STATUS_NEW;
      case "open" -> CaseStatus.CASE_STATUS_OPEN;
      case "pending" -> CaseStatus.CASE_STATUS_WAITING_CUSTOMER;
      case "on_hold" -> CaseStatus.CASE_STATUS_WAITING_THIRD_PARTY;
      case "solved" -> CaseStatus.CASE_STATUS_RESOLVED;
      case "closed" -> CaseStatus.CASE_STATUS_CLOSED;
      default -> CaseStatus.CASE_STATUS_UNSPECIFIED;
    };
  }

  static String of(CaseStatus status) {
    return switch (status) {
      case CASE_STATUS_NEW -> "new";
      case CASE_STATUS_OPEN -> "open";
      case CASE_STATUS_WAITING_CUSTOMER -> "pending";
      case CASE_STATUS_WAITING_THIRD_PARTY -> "on_hold";
      case CASE_STATUS_RESOLVED -> "solved";
      case CASE_STATUS_CLOSED -> "closed";
      case CASE_STATUS_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static CaseKind kind(String word) {
    return switch (word) {
      case "question" -> CaseKind.CASE_KIND_QUESTION;
      case "complaint" -> CaseKind.CASE_KIND_COMPLAINT;
      case "return" -> CaseKind.CASE_KIND_RETURN;
      case "refund" -> CaseKind.CASE_KIND_REFUND;
      case "delivery" -> CaseKind.CASE_KIND_DELIVERY;
      case "loyalty" -> CaseKind.CASE_KIND_LOYALTY;
      case "pricing" -> CaseKind.CASE_KIND_PRICING;
      case "incident" -> CaseKind.CASE_KIND_PROCESS_EXCEPTION;
      default -> CaseKind.CASE_KIND_UNSPECIFIED;
    };
  }

  static String of(CaseKind kind) {
    return switch (kind) {
      case CASE_KIND_QUESTION -> "question";
      case CASE_KIND_COMPLAINT -> "complaint";
      case CASE_KIND_RETURN -> "return";
      case CASE_KIND_REFUND -> "refund";
      case CASE_KIND_DELIVERY -> "delivery";
      case CASE_KIND_LOYALTY -> "loyalty";
      case CASE_KIND_PRICING -> "pricing";
      case CASE_KIND_PROCESS_EXCEPTION -> "incident";
      case CASE_KIND_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static CasePriority priority(String word) {
    return switch (word) {
      case "low" -> CasePriority.CASE_PRIORITY_LOW;
      case "normal" -> CasePriority.CASE_PRIORITY_NORMAL;
      case "high" -> CasePriority.CASE_PRIORITY_HIGH;
      case "urgent" -> CasePriority.CASE_PRIORITY_URGENT;
      default -> CasePriority.CASE_PRIORITY_UNSPECIFIED;
    };
  }

  static String of(CasePriority priority) {
    return switch (priority) {
      case CASE_PRIORITY_LOW -> "low";
      case CASE_PRIORITY_NORMAL -> "normal";
      case CASE_PRIORITY_HIGH -> "high";
      case CASE_PRIORITY_URGENT -> "urgent";
      case CASE_PRIORITY_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static Channel channel(String word) {
    return switch (word) {
      case "store" -> Channel.CHANNEL_STORE;
      case "web" -> Channel.CHANNEL_WEB;
      case "app" -> Channel.CHANNEL_APP;
      case "marketplace" -> Channel.CHANNEL_MARKETPLACE;
      case "phone" -> Channel.CHANNEL_CONTACT_CENTER;
      case "system" -> Channel.CHANNEL_SYSTEM;
      default -> Channel.CHANNEL_UNSPECIFIED;
    };
  }

  static String of(Channel channel) {
    return switch (channel) {
      case CHANNEL_STORE -> "store";
      case CHANNEL_WEB -> "web";
      case CHANNEL_APP -> "app";
      case CHANNEL_MARKETPLACE -> "marketplace";
      case CHANNEL_CONTACT_CENTER, CHANNEL_PHONE -> "phone";
      case CHANNEL_SYSTEM -> "system";
      // The service desk has no word for these.
      case CHANNEL_KIOSK, CHANNEL_SOCIAL, CHANNEL_PARTNER -> "";
      case CHANNEL_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static CaseLink.Kind link(String word) {
    return switch (word) {
      case "order" -> CaseLink.Kind.KIND_ORDER;
      case "return" -> CaseLink.Kind.KIND_RETURN;
      case "loyalty_entry" -> CaseLink.Kind.KIND_LOYALTY_ENTRY;
      case "redemption" -> CaseLink.Kind.KIND_LOYALTY_REDEMPTION;
      case "shipment" -> CaseLink.Kind.KIND_SHIPMENT;
      case "refund" -> CaseLink.Kind.KIND_REFUND;
      case "posting" -> CaseLink.Kind.KIND_POSTING;
      case "case" -> CaseLink.Kind.KIND_CASE;
      case "process" -> CaseLink.Kind.KIND_PROCESS;
      default -> CaseLink.Kind.KIND_UNSPECIFIED;
    };
  }

  static String of(CaseLink.Kind kind) {
    return switch (kind) {
      case KIND_ORDER -> "order";
      case KIND_RETURN -> "return";
      case KIND_LOYALTY_ENTRY -> "loyalty_entry";
      case KIND_LOYALTY_REDEMPTION -> "redemption";
      case KIND_SHIPMENT -> "shipment";
      case KIND_REFUND -> "refund";
      case KIND_POSTING -> "posting";
      case KIND_CASE -> "case";
      case KIND_PROCESS -> "process";
      case KIND_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  static Actor.Kind actor(String word) {
    return switch (word) {
      case "customer" -> Actor.Kind.KIND_CUSTOMER;
      case "associate" -> Actor.Kind.KIND_ASSOCIATE;
      case "agent" -> Actor.Kind.KIND_AGENT;
      case "operator" -> Actor.Kind.KIND_OPERATOR;
      case "system" -> Actor.Kind.KIND_SYSTEM;
      default -> Actor.Kind.KIND_UNSPECIFIED;
    };
  }

  static String of(Actor.Kind kind) {
    return switch (kind) {
      case KIND_CUSTOMER -> "customer";
      case KIND_ASSOCIATE -> "associate";
      case KIND_AGENT -> "agent";
      case KIND_OPERATOR -> "operator";
      case KIND_SYSTEM, KIND_UNSPECIFIED, UNRECOGNIZED -> "system";
    };
  }

  static SlaClock.Kind clock(String word) {
    return switch (word) {
      case "first_response" -> SlaClock.Kind.KIND_FIRST_RESPONSE;
      case "next_response" -> SlaClock.Kind.KIND_NEXT_RESPONSE;
      case "resolution" -> SlaClock.Kind.KIND_RESOLUTION;
      default -> SlaClock.Kind.KIND_UNSPECIFIED;
    };
  }

  static SlaClock.State clockState(String word) {
    return switch (word) {
      case "running" -> SlaClock.State.STATE_RUNNING;
      case "paused" -> SlaClock.State.STATE_PAUSED;
      case "met" -> SlaClock.State.STATE_MET;
      case "breached" -> SlaClock.State.STATE_BREACHED;
      default -> SlaClock.State.STATE_UNSPECIFIED;
    };
  }
}
