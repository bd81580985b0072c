package io.crossdock.bench.ledger;

import com.google.protobuf.Any;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Date;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PostingCompleted;
import io.crossdock.finance.v1.SourceDocumentKind;
import io.crossdock.policy.v1.Lane;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The event that is written, read and delivered: an envelope of 256 bytes with its data. */
final class Sample {

  static final String TYPE = "crossdock.event.v1.PostingCompleted";
  static final String AGGREGATE = "posting";
  static final Lane LANE = Lane.LANE_FINANCIAL;

  /** Different keys that a measured run writes to. */
  static final int KEYS = 1_000;

  static final int BYTES = 256;

  private Sample() {}

  static EventEnvelope event(int number) {
    return event(number, "");
  }

  /**
   * An event.
   *
   * @param number chooses one of {@link #KEYS} keys
   * @param causationId something to recognise it by; makes it larger
   */
  static EventEnvelope event(int number, String causationId) {
    String key = key(number);
    return EventEnvelope.newBuilder()
        .setEventId(UUID.randomUUID().toString())
        .setSource("erp-eu1")
        .setType(TYPE)
        .setKey(key)
        .setOccurredAt(Timestamps.fromMillis(System.currentTimeMillis()))
        .setCorrelationId("EU-001:till-03:000123:2026-11-21")
        .setCausationId(causationId)
        .setData(
            Any.pack(
                PostingCompleted.newBuilder()
                    .setPostingId(key)
                    .setSourceKind(SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER)
                    .setSourceId("EU-001:till-3:123:2026-11-21")
                    .setAccountingDate(Date.newBuilder().setYear(2026).setMonth(11).setDay(21))
                    .build()))
        .build();
  }

  /** An event whose id begins with the time, as that of a UUID of version 7 does. */
  static EventEnvelope timeOrdered(int number) {
    return event(number).toBuilder().setEventId(timeOrderedId().toString()).build();
  }

  private static UUID timeOrderedId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long version = 0x7000L | random.nextInt(0x1000);
    long variant = 0x8000_0000_0000_0000L | random.nextLong() >>> 2;
    return new UUID(System.currentTimeMillis() << 16 | version, variant);
  }

  static String key(int number) {
    return "PO-" + (1_000 + Math.floorMod(number, KEYS));
  }

  static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }
}
