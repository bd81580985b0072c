package io.crossdock.ledger.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.event.EventPage;
import io.crossdock.ledger.event.Events;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.position.Partitioning;
import io.crossdock.policy.v1.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class PartitionBufferTest {

  private static final Topic TOPIC = new Topic("t", Lane.LANE_FINANCIAL, new Partitioning(1));
  private static final String POSTING = "crossdock.event.v1.PostingCompleted";

  private final PartitionBuffer buffer = new PartitionBuffer(Lane.LANE_FINANCIAL);

  @Test
  void givesBackWhatWasSent() {
    EventEnvelope envelope =
        Events.posting("PO-1")
            .setSequence(3)
            .setCorrelationId("c-1")
            .setTraceparent("00-1")
            .build();
    StoredEvent event = new StoredEvent(7, Lane.LANE_FINANCIAL, "posting", envelope);

    buffer.add(List.of(read(EventRecords.of(event, TOPIC), 0)));

    assertThat(buffer.read(0, Set.of(), 10, Long.MAX_VALUE).events()).containsExactly(event);
  }

  @Test
  void noticesThatAKeysSequenceHasAGap() {
    buffer.add(
        List.of(
            sequenced(1, "PO-1", 1, 0),
            sequenced(2, "PO-2", 7, 1),
            sequenced(3, "PO-1", 2, 2),
            // As after a new start of the relay.
            sequenced(3, "PO-1", 2, 3)));
    var _ = buffer.read(0, Set.of("other"), 10, Long.MAX_VALUE);
    assertThat(buffer.gaps().trouble()).isEmpty();

    buffer.add(List.of(sequenced(8, "PO-1", 5, 4), sequenced(9, "PO-2", 8, 5)));
    var _ = buffer.read(3, Set.of("other"), 10, Long.MAX_VALUE);

    assertThat(buffer.gaps().missing()).isEqualTo(2);
    assertThat(buffer.gaps().trouble())
        .isEqualTo("2 events are missing in topic t: replay them from the ledger");
  }

  private static ConsumerRecord<byte[], byte[]> sequenced(
      long id, String key, long sequence, long offset) {
    EventEnvelope envelope = Events.posting(key).setSequence(sequence).build();
    return read(
        EventRecords.of(new StoredEvent(id, Lane.LANE_FINANCIAL, "posting", envelope), TOPIC),
        offset);
  }

  @Test
  void leavesOutWhatWasReadBefore() {
    buffer.add(List.of(event(5, 0), event(6, 1), event(5, 2), event(6, 3), event(7, 4)));

    assertThat(ids(buffer.read(5, Set.of(), 10, Long.MAX_VALUE))).containsExactly(6L, 7L);
  }

  @Test
  void anOffsetIsDoneWhenEverythingBeforeItIs() {
    buffer.add(List.of(event(5, 10), event(6, 11), event(9, 12)));
    var _ = buffer.read(0, Set.of(), 10, Long.MAX_VALUE);
    assertThat(buffer.done()).hasValue(10);

    buffer.noted(5);
    assertThat(buffer.done()).hasValue(11);
    buffer.noted(8);
    assertThat(buffer.done()).hasValue(12);
    buffer.noted(9);
    assertThat(buffer.done()).hasValue(13);
  }

  @Test
  void whatNobodyWantsIsPassedOver() {
    buffer.add(List.of(event(5, 0), event(6, 1), event(7, 2)));

    EventPage page = buffer.read(0, Set.of("crossdock.event.v1.OrderPlaced"), 10, Long.MAX_VALUE);

    assertThat(page.events()).isEmpty();
    assertThat(page.upTo()).isEqualTo(7);
    buffer.noted(7);
    assertThat(buffer.done()).hasValue(3);
  }

  @Test
  void aPageEndsWhereItIsToldTo() {
    buffer.add(List.of(event(5, 0), event(6, 1), event(7, 2)));

    EventPage page = buffer.read(0, Set.of(POSTING), 2, Long.MAX_VALUE);

    assertThat(ids(page)).containsExactly(5L, 6L);
    assertThat(page.more()).isTrue();
    assertThat(ids(buffer.read(page.upTo(), Set.of(POSTING), 2, Long.MAX_VALUE)))
        .containsExactly(7L);
  }

  @Test
  void aRecordOfSomebodyElseIsPassedOver() {
    buffer.add(List.of(read(new ProducerRecord<>("t", "hello".getBytes(UTF_8)), 0), event(5, 1)));

    assertThat(ids(buffer.read(0, Set.of(), 10, Long.MAX_VALUE))).containsExactly(5L);
    buffer.noted(5);
    assertThat(buffer.done()).hasValue(2);
  }

  @Test
  void aNewBeginningReadsAgainWhatWasNotNoted() {
    buffer.add(List.of(event(5, 0), event(6, 1)));
    var _ = buffer.read(0, Set.of(), 10, Long.MAX_VALUE);
    buffer.noted(5);

    buffer.begin();
    buffer.add(List.of(event(7, 2)));

    assertThat(buffer.read(5, Set.of(), 10, Long.MAX_VALUE).events()).isEmpty();
    assertThat(buffer.rewind()).hasValue(1);
    assertThat(buffer.rewind()).isEmpty();
    buffer.add(List.of(event(6, 1), event(7, 2)));
    assertThat(ids(buffer.read(5, Set.of(), 10, Long.MAX_VALUE))).containsExactly(6L, 7L);
  }

  @Test
  void aFirstBeginningGoesBackNowhere() {
    buffer.begin();

    assertThat(buffer.rewind()).isEmpty();
    assertThat(buffer.done()).isEmpty();
  }

  @Test
  void isFullAndEmptiesAgain() {
    List<ConsumerRecord<byte[], byte[]>> many = new ArrayList<>();
    for (int i = 0; i < 1024; i++) {
      many.add(event(i + 1, i));
    }
    buffer.add(many);
    assertThat(buffer.isFull()).isTrue();

    var _ = buffer.read(0, Set.of(), 300, Long.MAX_VALUE);
    assertThat(buffer.isFull()).isFalse();
    assertThat(buffer.isHalfEmpty()).isFalse();
    var _ = buffer.read(300, Set.of(), 300, Long.MAX_VALUE);
    assertThat(buffer.isHalfEmpty()).isTrue();
  }

  @Test
  void remembersLittleOfManyEventsBehindOneThatIsStuck() {
    long last = 20_000;
    for (long id = 1; id <= last; id++) {
      buffer.add(List.of(event(id, id - 1)));
      var _ = buffer.read(id - 1, Set.of(), 10, Long.MAX_VALUE);
    }

    buffer.noted(0);
    assertThat(buffer.done()).hasValue(0);
    buffer.noted(last / 2);
    assertThat(buffer.done().orElseThrow()).isBetween(1L, last / 2);
    buffer.noted(last);
    assertThat(buffer.done()).hasValue(last);
  }

  private static List<Long> ids(EventPage page) {
    return page.events().stream().map(StoredEvent::id).toList();
  }

  private static ConsumerRecord<byte[], byte[]> event(long id, long offset) {
    EventEnvelope envelope = Events.posting("PO-1").build();
    return read(
        EventRecords.of(new StoredEvent(id, Lane.LANE_FINANCIAL, "posting", envelope), TOPIC),
        offset);
  }

  private static ConsumerRecord<byte[], byte[]> read(
      ProducerRecord<byte[], byte[]> sent, long offset) {
    return new ConsumerRecord<>(
        sent.topic(),
        0,
        offset,
        0,
        TimestampType.CREATE_TIME,
        0,
        sent.value().length,
        sent.key(),
        sent.value(),
        new RecordHeaders(sent.headers()),
        Optional.empty());
  }
}
