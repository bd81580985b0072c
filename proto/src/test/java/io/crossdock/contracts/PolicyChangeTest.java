package io.crossdock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.contract.GiftCards;
import io.crossdock.contracts.PolicyChange.Kind;
import io.crossdock.contracts.PolicyText.Fact;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Edits of policies that leave every shape as it is, so that {@code buf breaking} sees none. */
final class PolicyChangeTest {

  private static final String ACME = " acme.giftcard.v1.";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          cache_key: true routing_attribute | routing_attribute | field GetGiftCardRequest.brand cache_key
          tags: "card/{card_id}" | tags: "gift/{card_id}" | method GiftCardService.GetGiftCard cache.tags
          invalidates: "card/{card}" | invalidates: "gift/{card}" | method GiftCardService.Charge invalidates
          invalidates: "card/{card}" | | method GiftCardService.Charge invalidates
          invalidates: "card/{card_id}" | | message GiftCardCharged invalidates
          string { max_len: 16 } | string { max_len: 15 } | field GetGiftCardRequest.brand rule.string.max_len
          pattern: "^GC-[0-9]{1,12}$" | pattern: "^GC-[0-9]{1,9}$" | field GetGiftCardRequest.card_id rule.string.pattern
          string { max_len: 200 } | string { max_len: 200 min_len: 1 } | field Line.note rule.string.min_len
          string { max_len: 200 } | required: true string { max_len: 200 } | field Line.note rule.required
          repeated { max_items: 50 } | repeated { max_items: 49 } | field ChargeRequest.lines rule.repeated.max_items
          repeated { max_items: 50 } | repeated { max_items: 50 min_items: 1 } | field ChargeRequest.lines rule.repeated.min_items
          {1,12}$')" | {1,9}$')" | field Line.amount rule.cel[line.amount].expression
          in: "acme" in: "apex" | in: "acme" | field ChargeRequest.brand rule.string.in
          { string { max_len: 16 } } | { string { max_len: 16 in: "acme" } } | field GetGiftCardRequest.brand rule.string.in
          { string { max_len: 16 } } | { string { max_len: 16 not_in: "acme" } } | field GetGiftCardRequest.brand rule.string.not_in
          { string { max_len: 16 } } | { ignore: IGNORE_ALWAYS string { max_len: 16 } } | field GetGiftCardRequest.brand rule.ignore
          scopes: "giftcard.read" | scopes: "giftcard.read" scopes: "pos.sale" | method GiftCardService.GetGiftCard scopes
          scopes: "giftcard.read" | | method GiftCardService.GetGiftCard scopes
          scopes: "giftcard.write" | scopes: "giftcard.charge" | method GiftCardService.Charge scopes
          retry: RETRY_CLASS_UNAVAILABLE | retry: RETRY_CLASS_NEVER | method GiftCardService.GetGiftCard retry
          retry: RETRY_CLASS_UNAVAILABLE | | method GiftCardService.GetGiftCard retry
          data_class: DATA_CLASS_PERSONAL | data_class: DATA_CLASS_INTERNAL | field Line.note data_class
          data_class: DATA_CLASS_PERSONAL | | field Line.note data_class
          deadline_ms: 500 | deadline_ms: 499 | method GiftCardService.GetGiftCard deadline_ms
          priority: PRIORITY_SERVICE | priority: PRIORITY_BATCH | method GiftCardService.GetGiftCard priority
          priority: PRIORITY_SERVICE | | method GiftCardService.GetGiftCard priority
          idempotency: IDEMPOTENCY_KEYED | idempotency: IDEMPOTENCY_NONE | method GiftCardService.Charge idempotency
          idempotency: IDEMPOTENCY_SAFE | | method GiftCardService.GetGiftCard idempotency
          lane: LANE_FINANCIAL owner: "gift-team" } | lane: LANE_BUSINESS owner: "gift-team" } | message GiftCardSold lane
          key: "card_id" lane: LANE_FINANCIAL owner: "gift-team" } | key: "shop_id" lane: LANE_FINANCIAL owner: "gift-team" } | message GiftCardSold key
          aggregate: "gift_card" key: "card_id" lane: LANE_FINANCIAL owner: "gift-team" } | aggregate: "card" key: "card_id" lane: LANE_FINANCIAL owner: "gift-team" } | message GiftCardSold aggregate
          degraded_mode: DEGRADED_MODE_STALE | degraded_mode: DEGRADED_MODE_NONE | method GiftCardService.GetGiftCard degraded_mode
          deadline_ms: 900 | deadline_ms: 900 degraded_mode: DEGRADED_MODE_OFFLINE_AUTHORISATION | method GiftCardService.Charge degraded_mode
          deadline_ms: 900 | deadline_ms: 900 default_answer: "{}" | method GiftCardService.Charge default_answer
          ttl_ms: 1000 | ttl_ms: 1001 | method GiftCardService.GetGiftCard cache.ttl_ms
          deadline_ms: 900 | deadline_ms: 900 cache { ttl_ms: 1 } | method GiftCardService.Charge cache.ttl_ms
          stale_if_error_ms: 5000 | stale_if_error_ms: 4000 | method GiftCardService.GetGiftCard cache.stale_if_error_ms
          stale_if_error_ms: 5000 | stale_if_error_ms: 6000 | method GiftCardService.GetGiftCard cache.stale_if_error_ms
          stale_while_revalidate_ms: 100 | stale_while_revalidate_ms: 101 | method GiftCardService.GetGiftCard cache.stale_while_revalidate_ms
          negative_ttl_ms: 200 | negative_ttl_ms: 201 | method GiftCardService.GetGiftCard cache.negative_ttl_ms
          tags: "card/{card_id}" | tags: "card/{card_id}" ttl_only: true | method GiftCardService.GetGiftCard cache.ttl_only
          { routing_attribute: "brand" } | { routing_attribute: "region" } | field ChargeRequest.brand routing_attribute
          { routing_attribute: "brand" } | { data_class: DATA_CLASS_INTERNAL } | field ChargeRequest.brand routing_attribute
          availability_millipercent: 99900 | availability_millipercent: 99000 | service GiftCardService service_level.availability_millipercent
          p99_ms: 250 | p99_ms: 251 | service GiftCardService service_level.p99_ms
          p99_ms: 250 | | service GiftCardService service_level.p99_ms
          stage: STAGE_STABLE | stage: STAGE_PREVIEW | service GiftCardService lifecycle.stage
          stage: STAGE_STABLE | stage: STAGE_DEPRECATED | service GiftCardService lifecycle.stage
          """)
  void behaviourThatSomebodyReliesOnIsBreaking(String old, String edit, String expected) {
    assertThat(changes(old, edit))
        .filteredOn(change -> change.kind() == Kind.BREAKING)
        .extracting(change -> change.element() + " " + change.name())
        .containsExactly(expected.replaceFirst(" ", ACME));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tags: "card/{card_id}" | tags: "card/{card_id}" tags: "brand/{brand}"
          invalidates: "card/{card}" | invalidates: "card/{card}" invalidates: "brand/{brand}"
          invalidates: "card/{card_id}" | invalidates: "card/{card_id}" invalidates: "cards"
          string { max_len: 16 } | string { max_len: 17 }
          repeated { max_items: 50 } | repeated { max_items: 51 }
          in: "acme" in: "apex" | in: "acme" in: "apex" in: "arc"
          { required: true } | { }
          [buf.validate.field] { string { max_len: 16 } } |
          message_type { name: "ChargeResponse" } | message_type { name: "ChargeResponse" } message_type { name: "VoidRequest" }
          message_type { name: "ChargeResponse" } | message_type { name: "ChargeResponse" field { name: "note" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL } }
          field { name: "size" | field { name: "hint" number: 7 type: TYPE_STRING label: LABEL_OPTIONAL options { [buf.validate.field] { string { max_len: 5 } } } } field { name: "size"
          """)
  void moreThanBeforeIsAnAddition(String old, String edit) {
    assertThat(changes(old, edit))
        .isNotEmpty()
        .allMatch(change -> change.kind() != Kind.BREAKING)
        .anyMatch(change -> change.kind() == Kind.ADDITION);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          priority: PRIORITY_SERVICE | priority: PRIORITY_CHECKOUT
          deadline_ms: 500 | deadline_ms: 501
          ttl_ms: 1000 | ttl_ms: 999
          negative_ttl_ms: 200 | negative_ttl_ms: 100
          data_class: DATA_CLASS_PERSONAL | data_class: DATA_CLASS_SENSITIVE
          owner: "gift-team" routed_by | owner: "card-team" routed_by
          since: "2026-11-28" | since: "2026-11-29"
          message: "up to 12 digits" | message: "at most 12 digits"
          """)
  void whatNobodyReliesOnIsHarmless(String old, String edit) {
    assertThat(changes(old, edit))
        .singleElement()
        .extracting(PolicyChange::kind)
        .isEqualTo(Kind.HARMLESS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          TYPE_STRING | LABEL_OPTIONAL | required: true | true
          TYPE_STRING | LABEL_OPTIONAL | string { min_len: 1 max_len: 9 } | true
          TYPE_STRING | LABEL_OPTIONAL | ignore: IGNORE_IF_ZERO_VALUE string { pattern: "^a$" } | false
          TYPE_STRING | LABEL_OPTIONAL | string { max_len: 9 } | false
          TYPE_STRING | LABEL_REPEATED | repeated { min_items: 1 max_items: 2 } | true
          TYPE_STRING | LABEL_REPEATED | repeated { max_items: 2 unique: true items { string { min_len: 2 } } } | false
          TYPE_INT64 | LABEL_OPTIONAL | int64 { gt: 0 } | true
          TYPE_INT64 | LABEL_OPTIONAL | int64 { lte: 9 } | false
          """)
  void aNewFieldMayNotRefuseWhatOlderCallersSend(
      String type, String label, String rules, boolean breaks) {
    List<PolicyChange> changes =
        changes(
            "field { name: \"size\"",
            "field { name: \"new\" number: 7 type: %s label: %s options { [buf.validate.field] { %s } } }"
                    .formatted(type, label, rules)
                + " field { name: \"size\"");

    assertThat(changes)
        .singleElement()
        .extracting(PolicyChange::kind)
        .isEqualTo(breaks ? Kind.BREAKING : Kind.ADDITION);
  }

  @Test
  void anElementThatIsGoneIsBreaking() {
    assertThat(PolicyChange.between(facts(), List.of()))
        .hasSizeGreaterThan(20)
        .allMatch(change -> change.kind() == Kind.BREAKING);
    assertThat(PolicyChange.between(List.of(), facts()))
        .hasSizeGreaterThan(20)
        .allMatch(change -> change.kind() == Kind.ADDITION);
    assertThat(PolicyChange.between(facts(), facts())).isEmpty();
  }

  @Test
  void anOptionThatIsNotKnownHereIsTakenForBreaking() {
    Fact element = new Fact("method acme.A.B", Fact.IS, "X -> Y");
    Fact option = new Fact("method acme.A.B", "tomorrow.option", "1");

    assertThat(PolicyChange.between(List.of(element), List.of(element, option)))
        .singleElement()
        .extracting(PolicyChange::kind)
        .isEqualTo(Kind.BREAKING);
  }

  @Test
  void aChangeReadsAsALine() {
    assertThat(changes("deadline_ms: 500", "deadline_ms: 499").getFirst())
        .hasToString("method acme.giftcard.v1.GiftCardService.GetGiftCard deadline_ms: 500 -> 499");
  }

  @Test
  void aPageHasWordsAndNamesWhatChanges() {
    List<PolicyChange> changes = changes("deadline_ms: 500", "deadline_ms: 499");
    String words =
        "The platform has become faster, and tills that wait longer only queue behind each other. ";
    String page =
        "# 0099. Sooner\n\n## Context\n\n%s\n\n## Decision\n\n%s\n\n## Consequences\n\n%s\n";

    assertThat(DecisionPage.of(page.formatted("", "", "")).lacks(changes))
        .containsExactly(
            "the section \"Context\" says nothing",
            "the section \"Decision\" says nothing",
            "the section \"Consequences\" says nothing",
            "it does not name acme.giftcard.v1.GiftCardService.GetGiftCard");
    assertThat(DecisionPage.of(page.formatted(words, words, words)).lacks(changes))
        .containsExactly("it does not name acme.giftcard.v1.GiftCardService.GetGiftCard");
    for (String name :
        List.of(
            "acme.giftcard.v1.GiftCardService.GetGiftCard",
            "acme.giftcard.v1.GiftCardService",
            "`GiftCardService.GetGiftCard`",
            "acme.giftcard.v1.*")) {
      assertThat(DecisionPage.of(page.formatted(words, words + name, words)).lacks(changes))
          .as(name)
          .isEmpty();
    }
    for (String another :
        List.of(
            "GiftCardService.GetGiftCards", "acme.giftcard.v1", "MyGiftCardService.GetGiftCard")) {
      assertThat(DecisionPage.of(page.formatted(words, words + another, words)).lacks(changes))
          .as(another)
          .hasSize(1);
    }
  }

  @Test
  void aPageMovesTheBaselineOnce() {
    String words =
        "The platform has become faster, and tills that wait longer only queue behind each other. ";
    String page =
        "## Context\n\n%1$s\n\n## Decision\n\n%1$s\n\n## Consequences\n\n%1$s\n".formatted(words);

    assertThat(DecisionPage.of(page).lacks(List.of())).isEmpty();
    assertThat(
            DecisionPage.of(page + "\nBaseline of the contracts from here on: `0`\n")
                .lacks(List.of()))
        .containsExactly(
            "it has moved the baseline before; another change needs a page of its own");
  }

  private static List<PolicyChange> changes(String old, String edit) {
    return PolicyChange.between(
        facts(), PolicyText.of(List.of(GiftCards.edited(old, edit == null ? "" : edit).toProto())));
  }

  private static Collection<Fact> facts() {
    return PolicyText.of(List.of(GiftCards.right().toProto()));
  }
}
