package io.crossdock.ledger.audit;

import io.crossdock.failure.Failure;

/** How an action ended. */
public sealed interface Outcome {

  /**
   * It was done.
   *
   * @param subjectId the thing that it was done to
   */
  record Done(String subjectId) implements Outcome {}

  /**
   * It was not, and nothing was changed.
   *
   * @param failure why
   */
  record Refused(Failure failure) implements Outcome {}
}
