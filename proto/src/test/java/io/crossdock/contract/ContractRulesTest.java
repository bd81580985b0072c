package io.crossdock.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceOptions;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.crossdock.event.v1.LoyaltyEventsProto;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule for contracts, broken once in a contract that is right otherwise. */
final class ContractRulesTest {

  private static final String ACME = GiftCards.FILE + ": acme.giftcard.v1.";

  @Test
  void aContractThatIsRightHasNoFindings() {
    assertThat(ContractRules.check(List.of(GiftCards.right()))).isEmpty();
  }

  @Test
  void everythingIsReportedAtOnce() {
    assertThat(
            findings(
                "deadline_ms: 500", "",
                "lane: LANE_FINANCIAL owner: \"gift-team\" }", "owner: \"gift-team\" }"))
        .containsExactly(
            ACME
                + "GiftCardService.GetGiftCard is unary and has no deadline (expected: deadline_ms of 1"
                + " or more)",
            ACME + "GiftCardSold is an event without a lane (expected: lane)");
  }

  @Test
  void everyRequestFieldOfACachedMethodIsInTheKeyOrIgnored() {
    assertThat(findings("cache_key: true routing_attribute", "routing_attribute"))
        .containsExactly(
            ACME
                + "GetGiftCardRequest.brand is not in the cache key of"
                + " acme.giftcard.v1.GiftCardService.GetGiftCard (expected: cache_key, or"
                + " cache_key_ignore and a comment that says why)");
  }

  @Test
  void aNestedRequestFieldOfACachedMethodIsInTheKeyOrIgnored() {
    assertThat(findings("cache_key_ignore: true", ""))
        .containsExactly(
            ACME
                + "Screen.size is not in the cache key of"
                + " acme.giftcard.v1.GiftCardService.GetGiftCard (expected: cache_key, or"
                + " cache_key_ignore and a comment that says why)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cache_key: true } | cache_key: true cache_key_ignore: true } | GetGiftCardRequest.card_id is in the cache key and ignored by it
          { cache_key_ignore: true } | { cache_key: true } | GetGiftCardRequest.screen is in the cache key and has many values
          ttl_ms: 1000 | | GiftCardService.GetGiftCard is cached without a life
          name: "freshness" number: 15 | name: "freshness" number: 14 | GiftCardService.GetGiftCard is cached and its answer does not say how old it is
          name: "hub_freshness" number: 16 | name: "hub_freshness" number: 17 | GiftCardService.GetGiftCard is cached and its answer does not say how old it is
          name: "remarks" number: 1 type: TYPE_STRING label: LABEL_REPEATED | name: "remarks" number: 1 type: TYPE_STRING label: LABEL_REPEATED options { [crossdock.policy.v1.field] { data_class: DATA_CLASS_SENSITIVE } } | GetGiftCardResponse.remarks is sensitive and would be stored by the cache
          """)
  void aCachedAnswerAnswersExactlyItsRequest(String old, String edit, String expected) {
    assertThat(one(old, edit == null ? "" : edit)).startsWith(ACME + expected);
  }

  @Test
  void aKeyIsMadeOfSingleScalars() {
    String where =
        " and can not be in the cache key of acme.giftcard.v1.GiftCardService.GetGiftCard";
    assertThat(
            one(
                "cache_key_ignore: true", "",
                "type_name: \".acme.giftcard.v1.Screen\"", "type_name: \".google.type.Date\""))
        .startsWith(ACME + "GetGiftCardRequest.screen is a google.type.Date" + where);
    assertThat(
            one(
                "name: \"size\" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL",
                "name: \"size\" number: 1 type: TYPE_INT32 label: LABEL_REPEATED"
                    + " options { [buf.validate.field] { repeated { max_items: 5 } } }",
                "cache_key_ignore: true",
                ""))
        .startsWith(ACME + "Screen.size has many values" + where);
  }

  @Test
  void onlyUnaryReadsAreCached() {
    String cached = ACME + "GiftCardService.GetGiftCard is cached and not a unary read";

    assertThat(findings("idempotency: IDEMPOTENCY_SAFE", ""))
        .anyMatch(finding -> finding.startsWith(cached));
    assertThat(
            findings(
                "output_type: \".acme.giftcard.v1.GetGiftCardResponse\"",
                "server_streaming: true output_type: \".acme.giftcard.v1.GetGiftCardResponse\""))
        .anyMatch(finding -> finding.startsWith(cached));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          { string { pattern: "^GC-[0-9]{1,12}$" } } | { string { pattern: "^GC-[0-9]+$" } } | GetGiftCardRequest.card_id is text without a bound
          { string { max_len: 16 } } | { string { min_len: 1 } } | GetGiftCardRequest.brand is text without a bound
          { string { max_len: 16 } } | { ignore: IGNORE_ALWAYS string { max_len: 16 } } | GetGiftCardRequest.brand is text without a bound
          { string { max_len: 16 } } | { string { max_len: 4000000000 } } | GetGiftCardRequest.brand is text without a bound
          { string { max_len: 16 } } | { string { email: true } } | GetGiftCardRequest.brand is text without a bound
          { string { max_len: 16 } } | { string { uuid: false } } | GetGiftCardRequest.brand is text without a bound
          { string { in: "acme" in: "apex" } } | { string { not_in: "acme" } } | ChargeRequest.brand is text without a bound
          { string { max_len: 200 } } | { required: true } | Line.note is text without a bound
          bytes { max_len: 2000 } | bytes { min_len: 2000 } | Line.receipt is bytes without a bound
          repeated { max_items: 50 } | repeated { min_items: 1 } | ChargeRequest.lines is a list without a bound
          repeated { max_items: 50 } | repeated { max_items: 1000000 } | ChargeRequest.lines is a list without a bound
          max_pairs: 8 | | Line.labels is a map without a bound
          keys { string { max_len: 10 } } | | Line.labels is text without a bound (expected: map.keys.string.max_len
          values { string { max_len: 20 } } | | Line.labels is text without a bound (expected: map.values.string.max_len
          '^[0-9]{1,12}$' | '^[0-9]+$' | Line.amount lets google.type.Decimal.value grow without a bound
          '^[0-9]{1,12}$' | '^[0-9]*[A-Z]{0,3}$' | Line.amount lets google.type.Decimal.value grow without a bound
          type_name: ".google.type.Decimal" | type_name: ".google.protobuf.FieldMask" | Line.amount lets google.protobuf.FieldMask.paths grow without a bound
          """)
  void everythingThatACallerCanMakeGrowHasABound(String old, String edit, String expected) {
    assertThat(one(old, edit == null ? "" : edit)).startsWith(ACME + expected);
  }

  @Test
  void aRuleOverSeveralFieldsIsABoundToo() {
    String money = "type_name: \".google.type.Money\"";
    String positive =
        "\"this.currency_code.matches('^[A-Z]{3}$') && (this.units > 0 || this.nanos > 0)\"";

    assertThat(
            findings(
                "type_name: \".google.type.Decimal\"",
                money,
                "\"this.value.matches('^[0-9]{1,12}$')\"",
                positive))
        .isEmpty();
    assertThat(
            one(
                "type_name: \".google.type.Decimal\"",
                money,
                "\"this.value.matches('^[0-9]{1,12}$')\"",
                "\"this.units > 0 || this.nanos > 0\""))
        .startsWith(ACME + "Line.amount lets google.type.Money.currency_code grow without a bound");
  }

  @Test
  void aListOfTextsBoundsItsTexts() {
    assertThat(
            one(
                "name: \"size\" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL",
                "name: \"size\" number: 1 type: TYPE_STRING label: LABEL_REPEATED"
                    + " options { [buf.validate.field] { repeated { max_items: 5 } } }"))
        .startsWith(
            ACME + "Screen.size is text without a bound (expected: repeated.items.string.max_len");
  }

  @Test
  void whatAnEventHoldsHasABound() {
    assertThat(
            one(
                "invalidates: \"card/{card_id}\" } }",
                "invalidates: \"card/{card_id}\" } } field { name: \"more\" number: 2 type: TYPE_STRING"
                    + " label: LABEL_REPEATED options { [buf.validate.field] { repeated { items { string {"
                    + " max_len: 5 } } } } } }"))
        .startsWith(ACME + "GiftCardCharged.more is a list without a bound");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          deadline_ms: 900 | | GiftCardService.Charge is unary and has no deadline
          { required: true } | { required: false } | GiftCardService.Charge is IDEMPOTENCY_KEYED, but acme.giftcard.v1.ChargeRequest names no request id
          name: "context" number: 1 | name: "context" number: 9 | GiftCardService.Charge is IDEMPOTENCY_KEYED, but acme.giftcard.v1.ChargeRequest names no request id
          name: "context" number: 1 | name: "ctx" number: 1 | GiftCardService.Charge is IDEMPOTENCY_KEYED, but acme.giftcard.v1.ChargeRequest names no request id
          idempotency: IDEMPOTENCY_KEYED | idempotency: IDEMPOTENCY_NONE retry: RETRY_CLASS_UNAVAILABLE | GiftCardService.Charge is sent again although a second arrival does it twice
          stale_if_error_ms: 5000 | | GiftCardService.GetGiftCard is DEGRADED_MODE_STALE and has no cache.stale_if_error_ms
          degraded_mode: DEGRADED_MODE_STALE | | GiftCardService.GetGiftCard has cache.stale_if_error_ms and is not DEGRADED_MODE_STALE
          idempotency: IDEMPOTENCY_KEYED | idempotency: IDEMPOTENCY_KEYED degraded_mode: DEGRADED_MODE_STALE | GiftCardService.Charge is DEGRADED_MODE_STALE and has no cache
          idempotency: IDEMPOTENCY_KEYED | idempotency: IDEMPOTENCY_KEYED degraded_mode: DEGRADED_MODE_DEFAULT | GiftCardService.Charge has a degraded mode and a default_answer that do not fit
          idempotency: IDEMPOTENCY_KEYED | idempotency: IDEMPOTENCY_KEYED degraded_mode: DEGRADED_MODE_DEFAULT default_answer: '{"no":1}' | GiftCardService.Charge has a degraded mode and a default_answer that do not fit
          idempotency: IDEMPOTENCY_KEYED | idempotency: IDEMPOTENCY_KEYED default_answer: '{}' | GiftCardService.Charge has a degraded mode and a default_answer that do not fit
          idempotency: IDEMPOTENCY_KEYED | degraded_mode: DEGRADED_MODE_OFFLINE_AUTHORISATION | GiftCardService.Charge is DEGRADED_MODE_OFFLINE_AUTHORISATION
          scopes: "giftcard.write" | scopes: "giftcards" | GiftCardService.Charge has the scope "giftcards"
          """)
  void aMethodAgreesWithItself(String old, String edit, String expected) {
    assertThat(one(old, edit == null ? "" : edit)).startsWith(ACME + expected);
  }

  @Test
  void aStreamIsNotSentAgain() {
    assertThat(
            one(
                "output_type: \".acme.giftcard.v1.ChargeResponse\"",
                "server_streaming: true output_type: \".acme.giftcard.v1.ChargeResponse\"",
                "idempotency: IDEMPOTENCY_KEYED",
                "idempotency: IDEMPOTENCY_KEYED retry: RETRY_CLASS_UNAVAILABLE"))
        .startsWith(ACME + "GiftCardService.Charge is a stream that is sent again");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          invalidates: "card/{card}" | invalidates: "cards/{card}" | GiftCardService.Charge invalidates the tag cards/{card}, which no cached read carries
          invalidates: "card/{card_id}" | invalidates: "card/{card_id}" invalidates: "basket" | GiftCardCharged invalidates the tag basket, which no cached read carries
          tags: "card/{card_id}" | tags: "card/{card_id}" tags: "brand/{brand}" | GiftCardService.GetGiftCard is cached under the tag brand/{brand}, which no write and no event drops
          tags: "card/{card_id}" | tags: "card/{card_id}" ttl_only: true | GiftCardService.GetGiftCard is cache.ttl_only although a write or an event drops its tag card/{card_id}
          invalidates: "card/{card}" | invalidates: "card/{number}" | GiftCardService.Charge has the tag card/{number}, whose {number} is no text or number
          invalidates: "card/{card}" | invalidates: "card/{response.number}" | GiftCardService.Charge has the tag card/{response.number}, whose {response.number} is no text or number
          invalidates: "card/{card_id}" | invalidates: "card/{card_id.x}" | GiftCardCharged has the tag card/{card_id.x}, whose {card_id.x} is no text or number
          """)
  void everyTagIsCarriedAndDropped(String old, String edit, String expected) {
    assertThat(one(old, edit == null ? "" : edit)).startsWith(ACME + expected);
  }

  @Test
  void aReadThatNothingInvalidatesSaysSo() {
    assertThat(
            findings(
                "tags: \"card/{card_id}\"", "",
                "invalidates: \"card/{card}\"", "",
                "invalidates: \"card/{card_id}\"", ""))
        .singleElement()
        .asString()
        .startsWith(ACME + "GiftCardService.GetGiftCard is cached and nothing can invalidate it");
    assertThat(
            findings(
                "tags: \"card/{card_id}\"", "ttl_only: true",
                "invalidates: \"card/{card}\"", "",
                "invalidates: \"card/{card_id}\"", ""))
        .isEmpty();
  }

  @Test
  void aReadInvalidatesNothing() {
    assertThat(one("deadline_ms: 500", "deadline_ms: 500 invalidates: \"card/{card_id}\""))
        .startsWith(ACME + "GiftCardService.GetGiftCard is a read and invalidates");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          { routing_attribute: "brand" } | { routing_attribute: "banner" } | ChargeRequest.brand has the routing attribute "banner"
          routed_by: "brand" | routed_by: "banner" | GiftCardService is routed_by "banner"
          name: "card" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL options { | name: "card" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL options { [crossdock.policy.v1.field] { routing_attribute: "card" } | ChargeRequest.card has the routing attribute "card"
          name: "size" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL | name: "size" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL options { [crossdock.policy.v1.field] { routing_attribute: "region" } } | Screen.size is a routing attribute and not text
          """)
  void routingAttributesAreWordsOfTheVocabulary(String old, String edit, String expected) {
    assertThat(findings(old, edit).getFirst()).startsWith(ACME + expected);
  }

  @Test
  void aRequestOfASharedDomainSaysWhichBackendOwnsIt() {
    // Not "brand": every write carries that in its context.
    assertThat(findings("routed_by: \"brand\"", "routed_by: \"region\""))
        .isNotEmpty()
        .anyMatch(finding ->
            finding.startsWith(
                ACME + "GiftCardService.Charge does not say which backend owns what"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          lane: LANE_FINANCIAL owner: "gift-team" } | owner: "gift-team" } | GiftCardSold is an event without a lane
          lane: LANE_FINANCIAL owner: "gift-team" } | lane: LANE_FINANCIAL } | GiftCardSold is an event without an owner
          lane: LANE_FINANCIAL owner: "gift-team" } | lane: LANE_STOCK owner: "gift-team" } | GiftCardSold travels in LANE_STOCK and another event of the aggregate "gift_card", acme.giftcard.v1.GiftCardCharged, in LANE_FINANCIAL
          aggregate: "gift_card" key: "card_id" lane: LANE_FINANCIAL owner: "gift-team" } | key: "card_id" lane: LANE_FINANCIAL owner: "gift-team" } | GiftCardSold is an event without an aggregate
          key: "card_id" lane: LANE_FINANCIAL owner: "gift-team" } | key: "card" lane: LANE_FINANCIAL owner: "gift-team" } | GiftCardSold is an event whose key "card" is not text of its own
          """)
  void anEventSaysHowItTravels(String old, String edit, String expected) {
    assertThat(one(old, edit == null ? "" : edit)).startsWith(ACME + expected);
  }

  @Test
  void anEventSharesTheLaneOfItsAggregateWithKnownContracts() {
    FileDescriptor known = LoyaltyEventsProto.getDescriptor();
    String other = "LANE_STOCK";
    FileDescriptor acme =
        GiftCards.edited(
            "aggregate: \"gift_card\" key: \"card_id\" lane: LANE_FINANCIAL owner: \"gift-team\" }",
            "aggregate: \"member\" key: \"card_id\" lane: " + other + " owner: \"gift-team\" }");

    assertThat(ContractRules.check(List.of(acme), List.of(known)))
        .singleElement()
        .asString()
        .startsWith(ACME + "GiftCardSold travels in " + other)
        .contains("crossdock.event.v1.");
    assertThat(ContractRules.check(List.of(acme))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "LINE_KIND_UNSPECIFIED" | "LINE_KIND_ANY" | has the first value LINE_KIND_ANY = 0
          Not stated.\\n | Any line.\\n | gives its zero LINE_KIND_UNSPECIFIED a meaning
          Not stated.\\n | Not stated; treated as LINE_KIND_SALE.\\n | gives its zero LINE_KIND_UNSPECIFIED a meaning
          """)
  void theZeroOfAnEnumSaysNothing(String old, String edit, String expected) {
    assertThat(one(old, edit == null ? "" : edit)).startsWith(ACME + "Line.LineKind " + expected);
  }

  @Test
  void optionsThatCannotBeReadAreNotTakenForNone() {
    UnknownFieldSet anotherNumber =
        UnknownFieldSet.newBuilder()
            .addField(1188, Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build())
            .build();
    FileDescriptor unread =
        GiftCards.linked(
            FileDescriptorProto.newBuilder()
                .setName(GiftCards.FILE)
                .setPackage("acme.giftcard.v1")
                .setSyntax("proto3")
                .addDependency("crossdock/policy/v1/policy.proto")
                .addService(
                    ServiceDescriptorProto.newBuilder()
                        .setName("GiftCardService")
                        .setOptions(ServiceOptions.newBuilder().setUnknownFields(anotherNumber)))
                .build());

    assertThat(ContractRules.check(List.of(unread)))
        .singleElement()
        .asString()
        .startsWith(
            ACME.substring(0, ACME.length() - 1)
                + " imports crossdock/policy/v1/policy.proto and states no option that can be read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      textBlock =
          """
          ^[a-z]{1,8}$ true
          ^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$ true
          ^(a|b)[0-9]?$ true
          ^[+*]$ true
          ^[]+]$ true
          ^\\+[0-9]{3}\\z true
          [a-z]{1,8} false
          ^[a-z]{1,8} false
          ^a$|b false
          ^a|b$ false
          ^[a-z]*$ false
          ^[a-z]+$ false
          ^(ab{2}){1}c+$ false
          ^[a-z]{1,}$ false
          ^a\\$ false
          """)
  void aPatternOfFiniteLengthIsABound(String pattern, boolean finite) {
    assertThat(LengthBound.isFinite(pattern)).isEqualTo(finite);
  }

  private static String one(String... oldAndNew) {
    List<String> findings = findings(oldAndNew);
    assertThat(findings).hasSize(1);
    return findings.getFirst();
  }

  private static List<String> findings(String... oldAndNew) {
    return ContractRules.check(List.of(GiftCards.edited(oldAndNew))).stream()
        .map(Finding::toString)
        .toList();
  }
}
