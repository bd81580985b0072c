package io.crossdock.ledger.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PostingCompleted;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.finance.v1.SourceDocumentKind;
import io.crossdock.policy.v1.Lane;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventCatalogueTest {

  private static final EventCatalogue CATALOGUE = EventCatalogue.ofBuild();

  @Test
  void knowsEveryEventOfTheBuildWithItsLaneAndKey() {
    assertThat(CATALOGUE.types()).hasSizeGreaterThan(20);
    EventType posting = CATALOGUE.type("crossdock.event.v1.PostingCompleted").orElseThrow();

    assertThat(posting.lane()).isEqualTo(Lane.LANE_FINANCIAL);
    assertThat(posting.aggregate()).isEqualTo("posting");
    assertThat(posting.key().getName()).isEqualTo("posting_id");
    assertThat(posting.owner()).isEqualTo("finance-team");
  }

  @Test
  void acceptsAnEventThatObeysItsContract() {
    CheckedEvent checked = CATALOGUE.check(Events.posting("PO-1").build());

    assertThat(checked.key()).isEqualTo("PO-1");
  }

  @Test
  void refusesAnUnknownType() {
    assertThat(refused(Events.posting("PO-1").setType("crossdock.event.v1.Nothing")))
        .isEqualTo("type: event.type");
  }

  @Test
  void refusesDataOfAnotherType() {
    assertThat(refused(Events.posting("PO-1").setType("crossdock.event.v1.PostingRejected")))
        .isEqualTo("data.type_url: event.data_type");
  }

  @Test
  void refusesDataThatDoesNotParse() {
    EventEnvelope.Builder event = Events.posting("PO-1");
    Any data = event.getData().toBuilder().setValue(ByteString.copyFromUtf8("\n\u007f")).build();

    Failure failure = failure(event.setData(data));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_MALFORMED_REQUEST);
  }

  @Test
  void refusesAKeyThatIsNotTheFieldsValue() {
    assertThat(refused(Events.posting("PO-1").setKey("PO-2"))).isEqualTo("key: event.key");
  }

  @Test
  void refusesAMissingKey() {
    assertThat(
            refused(
                Events.posting("PO-1").setData(Any.pack(PostingCompleted.newBuilder().build()))))
        .isEqualTo("data.posting_id: event.key_missing");
    assertThat(refused(Events.posting("PO-1").clearKey())).isEqualTo("key: string.min_len");
  }

  @Test
  void refusesDataThatBreaksItsRules() {
    PostingCompleted data =
        PostingCompleted.newBuilder()
            .setPostingId("PO-1")
            .setSourceKind(SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER)
            .build();

    assertThat(refused(Events.posting("PO-1").setData(Any.pack(data))))
        .startsWith("data.source_id: string.min_len");
  }

  @ParameterizedTest
  @ValueSource(longs = {253_402_300_800L, -62_135_596_801L, Long.MAX_VALUE, Long.MIN_VALUE})
  void refusesATimeThatCannotBeWritten(long seconds) {
    assertThat(
            refused(
                Events.posting("PO-1").setOccurredAt(Timestamp.newBuilder().setSeconds(seconds))))
        .isEqualTo("occurred_at: event.time");
  }

  @Test
  void refusesAnOversizedEvent() {
    PostingCompleted data =
        PostingCompleted.newBuilder().setSourceId("x".repeat(EventCatalogue.MOST_BYTES)).build();

    Failure failure = failure(Events.posting("PO-1").setData(Any.pack(data)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_MESSAGE_TOO_LARGE);
    assertThat(failure.metadata()).containsKey("event_id");
  }

  private static String refused(EventEnvelope.Builder event) {
    Failure failure = failure(event);
    assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    Failure.Violation first = failure.violations().getFirst();
    return first.field() + ": " + first.rule();
  }

  private static Failure failure(EventEnvelope.Builder event) {
    FailureException refusal =
        catchThrowableOfType(FailureException.class, () -> CATALOGUE.check(event.build()));
    assertThat(refusal).isNotNull();
    return refusal.failure();
  }
}
