package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.wire.Payload;
import java.util.concurrent.CompletionStage;

/** What a policy decides about a call. */
public sealed interface Verdict {

  /** The call goes on to the next policy. */
  Verdict PROCEED = new Proceed();

  /** The call goes on to the next policy. */
  record Proceed() implements Verdict {}

  /** The call is answered without the rest of the way. */
  record Answer(Payload payload) implements Verdict {}

  /** The call fails without the rest of the way. */
  record Refuse(Outcome.Failed outcome) implements Verdict {}

  /**
   * The same policy is asked again, on the call's own event loop, when the stage has completed in
   * whatever way. Meanwhile the call's deadline and its cancellation hold as always.
   */
  record Wait(CompletionStage<?> stage) implements Verdict {}

  /** The call is answered without the rest of the way. */
  static Verdict answer(Payload payload) {
    return new Answer(payload);
  }

  /** The call fails without the rest of the way. */
  static Verdict refuse(Failure failure) {
    return new Refuse(Outcome.failed(failure));
  }

  /** The call fails without the rest of the way. */
  static Verdict refuse(Reason reason, String message) {
    return refuse(Failure.of(reason, message));
  }

  /** The same policy is asked again when the stage has completed. */
  static Verdict waitFor(CompletionStage<?> stage) {
    return new Wait(stage);
  }
}
