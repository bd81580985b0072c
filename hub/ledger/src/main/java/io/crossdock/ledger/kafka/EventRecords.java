package io.crossdock.ledger.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.position.Key;
import io.crossdock.ledger.position.Partitioning;
import io.crossdock.policy.v1.Lane;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * An event as a record: the value is the envelope, the headers are those of CloudEvents' binding to
 * Kafka and some of ours.
 */
final class EventRecords {

  private static final String LEDGER_ID = "crossdock-ledger-id";
  private static final String AGGREGATE = "crossdock-aggregate";
  private static final String CORRELATION_ID = "crossdock-correlation-id";
  private static final String SEQUENCE = "crossdock-sequence";
  private static final String TYPE = "ce_type";

  private EventRecords() {}

  static ProducerRecord<byte[], byte[]> of(StoredEvent event, Topic topic) {
    EventEnvelope envelope = event.envelope();
    Key key = Key.of(event);
    ProducerRecord<byte[], byte[]> written =
        new ProducerRecord<>(
            topic.name(),
            topic.partitioning().of(key),
            Partitioning.recordKey(key),
            envelope.toByteArray());
    Headers headers = written.headers();
    add(headers, "ce_specversion", "1.0");
    add(headers, "ce_id", envelope.getEventId());
    add(headers, "ce_source", envelope.getSource());
    add(headers, TYPE, envelope.getType());
    add(headers, "ce_subject", envelope.getKey());
    add(headers, "ce_time", Timestamps.toString(envelope.getOccurredAt()));
    add(headers, "content-type", "application/protobuf");
    add(headers, LEDGER_ID, Long.toString(event.id()));
    add(headers, AGGREGATE, event.aggregate());
    add(headers, SEQUENCE, Long.toString(envelope.getSequence()));
    if (!envelope.getCorrelationId().isEmpty()) {
      add(headers, CORRELATION_ID, envelope.getCorrelationId());
    }
    if (!envelope.getTraceparent().isEmpty()) {
      add(headers, "traceparent", envelope.getTraceparent());
    }
    return written;
  }

  /** Id in the log; 0 when the record is none of the hub's. */
  static long id(ConsumerRecord<byte[], byte[]> read) {
    return read.value() == null ? 0 : number(read, LEDGER_ID);
  }

  /** Sequence of the event among those of its key; 0 when the record does not say. */
  static long sequence(ConsumerRecord<byte[], byte[]> read) {
    return number(read, SEQUENCE);
  }

  private static long number(ConsumerRecord<byte[], byte[]> read, String header) {
    String number = text(read.headers(), header);
    try {
      return number == null ? 0 : Long.parseLong(number);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  static String type(ConsumerRecord<byte[], byte[]> read) {
    String type = text(read.headers(), TYPE);
    return type == null ? "" : type;
  }

  /** The event that a record with an {@link #id} holds. */
  static StoredEvent event(ConsumerRecord<byte[], byte[]> read, Lane lane) {
    String aggregate = text(read.headers(), AGGREGATE);
    try {
      return new StoredEvent(
          id(read),
          lane,
          aggregate == null ? "" : aggregate,
          EventEnvelope.parseFrom(read.value()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "the record at "
              + read.topic()
              + "-"
              + read.partition()
              + "@"
              + read.offset()
              + " cannot be read",
          e);
    }
  }

  private static void add(Headers headers, String name, String value) {
    var _ = headers.add(name, value.getBytes(UTF_8));
  }

  private static @Nullable String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
  }
}
