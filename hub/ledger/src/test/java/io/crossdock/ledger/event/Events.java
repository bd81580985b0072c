package io.crossdock.ledger.event;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Date;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PostingCompleted;
import io.crossdock.event.v1.StockAdjusted;
import io.crossdock.finance.v1.SourceDocumentKind;
import io.crossdock.inventory.v1.StockBucket;
import java.util.UUID;

/** Events for tests. */
public final class Events {

  private Events() {}

  /** A financial event. */
  public static EventEnvelope.Builder posting(String postingId) {
    return envelope(
        postingId,
        PostingCompleted.newBuilder()
            .setPostingId(postingId)
            .setSourceKind(SourceDocumentKind.SOURCE_DOCUMENT_KIND_ORDER)
            .setSourceId("EU-001:till-03:000123:2026-11-21")
            .setAccountingDate(Date.newBuilder().setYear(2026).setMonth(11).setDay(21))
            .build());
  }

  /** A stock event. */
  public static EventEnvelope.Builder stock(String item) {
    return envelope(
        "EU-001/" + item,
        StockAdjusted.newBuilder()
            .setStockId("EU-001/" + item)
            .setLocationId("EU-001")
            .setItemId(item)
            .setBucket(StockBucket.STOCK_BUCKET_ON_HAND)
            .setDelta(Quantity.newBuilder().setValue(Decimal.newBuilder().setValue("-1")))
            .build());
  }

  /** An event around some data. */
  public static EventEnvelope.Builder envelope(String key, Message data) {
    return EventEnvelope.newBuilder()
        .setEventId(UUID.randomUUID().toString())
        .setSource("erp-eu")
        .setType(data.getDescriptorForType().getFullName())
        .setKey(key)
        .setOccurredAt(Timestamps.parseUnchecked("2026-11-21T08:00:00Z"))
        .setData(Any.pack(data));
  }
}
