package io.crossdock.ledger.idempotency;

/** What became of the wish to do a write. */
public sealed interface Claim {

  /** The write is the caller's to do; it completes or releases the claim. */
  record New() implements Claim {}

  /** Another call does it at this moment. */
  record InFlight() implements Claim {}

  /**
   * It was done.
   *
   * @param answer bytes of the response that was given
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Done(byte[] answer) implements Claim {}

  /** The id belongs to another request: the caller made a mistake. */
  record OtherRequest() implements Claim {}
}
