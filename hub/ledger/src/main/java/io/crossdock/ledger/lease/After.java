package io.crossdock.ledger.lease;

import com.google.protobuf.ByteString;
import java.time.Duration;

/** What becomes of a piece of work. */
public sealed interface After {

  /** It goes on under the same lease. */
  record GoesOn() implements After {}

  /** It is done and forgotten. */
  record Done() implements After {}

  /**
   * It went well and is due again.
   *
   * @param delay after which
   * @param payload what is left with it
   */
  record Again(Duration delay, ByteString payload) implements After {}

  /**
   * It failed and is due again; its attempts go on being counted.
   *
   * @param delay after which
   */
  record Retry(Duration delay) implements After {}
}
