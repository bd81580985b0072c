package io.crossdock.ledger.offline;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * Something that was accepted without its owner.
 *
 * @param operation full name of the method
 * @param requestId as the caller gave it
 * @param request the request's bytes, to be sent to the owner
 * @param member whose exposure it is
 * @param store where, empty for channels without one
 * @param amount how much, 1 or more
 * @param correlationId id of the business transaction
 * @param recordedAt when it was accepted
 */
public record Authorisation(
    String operation,
    String requestId,
    ByteString request,
    String member,
    String store,
    long amount,
    String correlationId,
    Instant recordedAt) {

  public Authorisation {
    if (amount < 1) {
      throw new IllegalArgumentException("amount: " + amount + " (expected: 1 or more)");
    }
  }
}
