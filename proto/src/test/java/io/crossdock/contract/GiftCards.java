package io.crossdock.contract;

import static org.assertj.core.api.Assertions.assertThat;

import build.buf.validate.ValidateProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.TextFormat;
import com.google.type.DateProto;
import com.google.type.DecimalProto;
import com.google.type.MoneyProto;
import io.crossdock.common.v1.Freshness;
import io.crossdock.policy.v1.PolicyProto;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A contract of a retailer that breaks no rule, and what becomes of it by an edit. */
public final class GiftCards {

  static final String FILE = "acme/giftcard/v1/giftcard.proto";

  private static final String TEXT =
      """
      name: "acme/giftcard/v1/giftcard.proto" package: "acme.giftcard.v1" syntax: "proto3"
      dependency: "crossdock/common/v1/common.proto"
      dependency: "crossdock/policy/v1/policy.proto"
      dependency: "buf/validate/validate.proto"
      dependency: "google/type/money.proto"
      dependency: "google/type/decimal.proto"
      dependency: "google/type/date.proto"
      dependency: "google/protobuf/field_mask.proto"
      service {
        name: "GiftCardService"
        options { [crossdock.policy.v1.service] {
          owner: "gift-team" routed_by: "brand" lifecycle { stage: STAGE_STABLE since: "2026-11-28" }
          service_level { availability_millipercent: 99900 p99_ms: 250 } } }
        method {
          name: "GetGiftCard" input_type: ".acme.giftcard.v1.GetGiftCardRequest"
          output_type: ".acme.giftcard.v1.GetGiftCardResponse"
          options { [crossdock.policy.v1.method] {
            priority: PRIORITY_SERVICE deadline_ms: 500 scopes: "giftcard.read" idempotency: IDEMPOTENCY_SAFE
            cache { ttl_ms: 1000 stale_while_revalidate_ms: 100 stale_if_error_ms: 5000
              negative_ttl_ms: 200 tags: "card/{card_id}" }
            degraded_mode: DEGRADED_MODE_STALE retry: RETRY_CLASS_UNAVAILABLE
          } }
        }
        method {
          name: "Charge" input_type: ".acme.giftcard.v1.ChargeRequest"
          output_type: ".acme.giftcard.v1.ChargeResponse"
          options { [crossdock.policy.v1.method] {
            deadline_ms: 900 scopes: "giftcard.write" idempotency: IDEMPOTENCY_KEYED
            invalidates: "card/{card}"
          } }
        }
      }
      message_type {
        name: "GetGiftCardRequest"
        field { name: "card_id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL options {
          [crossdock.policy.v1.field] { cache_key: true }
          [buf.validate.field] { string { pattern: "^GC-[0-9]{1,12}$" } } } }
        field { name: "brand" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL options {
          [crossdock.policy.v1.field] { cache_key: true routing_attribute: "brand" }
          [buf.validate.field] { string { max_len: 16 } } } }
        field { name: "screen" number: 3 type: TYPE_MESSAGE type_name: ".acme.giftcard.v1.Screen"
          label: LABEL_OPTIONAL options { [crossdock.policy.v1.field] { cache_key_ignore: true } } }
      }
      message_type {
        name: "Screen"
        field { name: "size" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
      }
      message_type {
        name: "GetGiftCardResponse"
        field { name: "remarks" number: 1 type: TYPE_STRING label: LABEL_REPEATED }
        field { name: "freshness" number: 15 type: TYPE_MESSAGE
          type_name: ".crossdock.common.v1.Freshness" label: LABEL_OPTIONAL }
        field { name: "hub_freshness" number: 16 type: TYPE_MESSAGE
          type_name: ".crossdock.common.v1.HubFreshness" label: LABEL_OPTIONAL }
      }
      message_type {
        name: "ChargeRequest"
        field { name: "context" number: 1 type: TYPE_MESSAGE
          type_name: ".crossdock.common.v1.CommandContext" label: LABEL_OPTIONAL
          options { [buf.validate.field] { required: true } } }
        field { name: "card" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL options {
          [buf.validate.field] { string { max_len: 64 } } } }
        field { name: "brand" number: 3 type: TYPE_STRING label: LABEL_OPTIONAL options {
          [crossdock.policy.v1.field] { routing_attribute: "brand" }
          [buf.validate.field] { string { in: "acme" in: "apex" } } } }
        field { name: "lines" number: 4 type: TYPE_MESSAGE type_name: ".acme.giftcard.v1.Line"
          label: LABEL_REPEATED options { [buf.validate.field] { repeated { max_items: 50 } } } }
      }
      message_type {
        name: "Line"
        field { name: "note" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL options {
          [crossdock.policy.v1.field] { data_class: DATA_CLASS_PERSONAL }
          [buf.validate.field] { string { max_len: 200 } } } }
        field { name: "receipt" number: 2 type: TYPE_BYTES label: LABEL_OPTIONAL options {
          [buf.validate.field] { bytes { max_len: 2000 } } } }
        field { name: "labels" number: 3 type: TYPE_MESSAGE
          type_name: ".acme.giftcard.v1.Line.LabelsEntry" label: LABEL_REPEATED options {
          [buf.validate.field] { map { max_pairs: 8 keys { string { max_len: 10 } }
            values { string { max_len: 20 } } } } } }
        field { name: "amount" number: 4 type: TYPE_MESSAGE type_name: ".google.type.Decimal"
          label: LABEL_OPTIONAL options { [buf.validate.field] {
            cel { id: "line.amount" message: "up to 12 digits"
                  expression: "this.value.matches('^[0-9]{1,12}$')" } } } }
        nested_type {
          name: "LabelsEntry" options { map_entry: true }
          field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
          field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
        }
        enum_type {
          name: "LineKind"
          value { name: "LINE_KIND_UNSPECIFIED" number: 0 }
          value { name: "LINE_KIND_SALE" number: 1 }
        }
      }
      message_type { name: "ChargeResponse" }
      message_type {
        name: "GiftCardCharged"
        options { [crossdock.policy.v1.event] {
          aggregate: "gift_card" key: "card_id" lane: LANE_FINANCIAL owner: "gift-team"
          invalidates: "card/{card_id}" } }
        field { name: "card_id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL options {
          [buf.validate.field] { string { max_len: 64 } } } }
      }
      message_type {
        name: "GiftCardSold"
        options { [crossdock.policy.v1.event] {
          aggregate: "gift_card" key: "card_id" lane: LANE_FINANCIAL owner: "gift-team" } }
        field { name: "card_id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL options {
          [buf.validate.field] { string { max_len: 64 } } } }
      }
      source_code_info {
        location { path: [4, 4, 4, 0, 2, 0] leading_comments: " Not stated.\\n" }
      }
      """;

  private GiftCards() {}

  /** The contract as it is. */
  public static FileDescriptor right() {
    return linked(parsed(TEXT));
  }

  /** The contract after an edit of its text, each piece of which occurs exactly once. */
  public static FileDescriptor edited(String... oldAndNew) {
    String text = TEXT;
    for (int i = 0; i < oldAndNew.length; i += 2) {
      int at = text.indexOf(oldAndNew[i]);
      assertThat(at).as(oldAndNew[i]).isNotNegative().isEqualTo(text.lastIndexOf(oldAndNew[i]));
      text = text.replace(oldAndNew[i], oldAndNew[i + 1]);
    }
    return linked(parsed(text));
  }

  static FileDescriptor linked(FileDescriptorProto file) {
    Map<String, FileDescriptor> imports =
        Stream.of(
                Freshness.getDescriptor().getFile(),
                PolicyProto.getDescriptor(),
                ValidateProto.getDescriptor(),
                MoneyProto.getDescriptor(),
                DecimalProto.getDescriptor(),
                DateProto.getDescriptor(),
                FieldMaskProto.getDescriptor())
            .collect(Collectors.toMap(FileDescriptor::getFullName, Function.identity()));
    try {
      return FileDescriptor.buildFrom(
          file, file.getDependencyList().stream().map(imports::get).toArray(FileDescriptor[]::new));
    } catch (DescriptorValidationException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static FileDescriptorProto parsed(String text) {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    PolicyProto.registerAllExtensions(registry);
    ValidateProto.registerAllExtensions(registry);
    FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder();
    try {
      TextFormat.merge(text, registry, file);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
    return file.build();
  }
}
