package io.crossdock.failure;

import io.crossdock.common.v1.Reason;

/**
 * The one exception for failures that were to be expected; anything else that is thrown is a fault
 * of ours and becomes {@code INTERNAL}.
 *
 * <p>Carries no stack trace: it is an answer, not a surprise.
 */
public final class FailureException extends RuntimeException {

  private final transient Failure failure;

  public FailureException(Failure failure) {
    super(failure.reasonName() + ": " + failure.message(), null, false, false);
    this.failure = failure;
  }

  public FailureException(Reason reason, String message) {
    this(Failure.of(reason, message));
  }

  /** Why the call failed. */
  public Failure failure() {
    return failure;
  }
}
