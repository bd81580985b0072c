package io.crossdock.ledger.lease;

import com.google.protobuf.ByteString;
import java.time.Duration;

/** What becomes of a piece of work. */
public sealed interface Completion {

  /** It goes on under the same lease. */
  record Continue() implements Completion {}

  /** It is done and forgotten. */
  record Done() implements Completion {}

  /**
   * It went well and is due again.
   *
   * @param delay after which
   * @param payload what is left with it
   */
  record Reschedule(Duration delay, ByteString payload) implements Completion {}

  /**
   * It failed and is due again; its attempts go on being counted.
   *
   * @param delay after which
   */
  record Retry(Duration delay) implements Completion {}
}
