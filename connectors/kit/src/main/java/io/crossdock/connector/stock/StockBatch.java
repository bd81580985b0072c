package io.crossdock.connector.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.inventory.v1.AdjustStockRequest;
import io.crossdock.inventory.v1.AdjustStockResponse;
import io.crossdock.inventory.v1.AdjustmentResult;
import io.crossdock.inventory.v1.BatchAdjustStockRequest;
import io.crossdock.inventory.v1.BatchAdjustStockResponse;
import io.crossdock.inventory.v1.StockAdjustment;
import java.util.UUID;

/**
 * A batch of stock adjustments for a backend that books one at a time.
 *
 * <p>Each line has a request id of its own, made from the batch's, so that a batch that is sent
 * again books only what was not booked before.
 */
public final class StockBatch {

  private StockBatch() {}

  /** Books one adjustment. */
  @FunctionalInterface
  public interface Booking {

    /** Books it, or fails. */
    AdjustStockResponse book(AdjustStockRequest request) throws InterruptedException;
  }

  /**
   * Books line by line. A line that the backend refuses is reported and does not stop the rest; a
   * failure that says nothing about the line, such as an outage, ends the batch.
   */
  public static BatchAdjustStockResponse adjust(BatchAdjustStockRequest batch, Booking booking)
      throws InterruptedException {
    BatchAdjustStockResponse.Builder answer = BatchAdjustStockResponse.newBuilder();
    for (StockAdjustment line : batch.getAdjustmentsList()) {
      AdjustmentResult.Builder result =
          answer.addResultsBuilder().setLineId(line.getLineId()).setItemId(line.getItemId());
      try {
        AdjustStockResponse booked = booking.book(request(batch, line));
        result.setOutcome(
            booked.getApplied()
                ? AdjustmentResult.Outcome.OUTCOME_APPLIED
                : AdjustmentResult.Outcome.OUTCOME_OUTDATED);
        if (booked.hasDocument()) {
          result.setDocument(booked.getDocument());
        }
      } catch (FailureException e) {
        if (!isAboutTheLine(e.failure().reason())) {
          throw e;
        }
        result
            .setOutcome(AdjustmentResult.Outcome.OUTCOME_REFUSED)
            .setReason(e.failure().reason().name().substring("REASON_".length()));
      }
    }
    return answer.build();
  }

  private static AdjustStockRequest request(BatchAdjustStockRequest batch, StockAdjustment line) {
    String id = batch.getContext().getRequestId() + "/" + line.getLineId();
    AdjustStockRequest.Builder request =
        AdjustStockRequest.newBuilder()
            .setContext(
                batch.getContext().toBuilder()
                    .setRequestId(UUID.nameUUIDFromBytes(id.getBytes(UTF_8)).toString()))
            .setLocationId(batch.getLocationId())
            .setItemId(line.getItemId())
            .setBucket(line.getBucket())
            .setFromBucket(line.getFromBucket())
            .setOccurredAt(line.getOccurredAt())
            .setBusinessStep(line.getBusinessStep())
            .setDisposition(line.getDisposition())
            .setReasonCode(line.getReasonCode())
            .setLotId(line.getLotId())
            .addAllReferences(batch.getReferencesList());
    switch (line.getChangeCase()) {
      case DELTA -> request.setDelta(line.getDelta());
      case COUNT -> request.setCount(line.getCount());
      case CHANGE_NOT_SET -> {}
    }
    return request.build();
  }

  private static boolean isAboutTheLine(Reason reason) {
    return switch (reason) {
      case REASON_RULE_VIOLATED,
          REASON_NOT_FOUND,
          REASON_INVALID_STATE,
          REASON_INSUFFICIENT,
          REASON_REFUSED_BY_POLICY,
          REASON_NOT_SUPPORTED ->
          true;
      default -> false;
    };
  }
}
