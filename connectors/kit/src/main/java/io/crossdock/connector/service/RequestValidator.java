package io.crossdock.connector.service;

import com.google.protobuf.Message;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.failure.Violations;
import io.crossdock.rules.MessageRules;
import java.util.List;

/**
 * Checks requests against the rules of their contract.
 *
 * <p>The hub checks them too. They are checked here again because a connector may be called without
 * it, and because what reaches a backend must be sound. No text quotes a value of the request.
 */
final class RequestValidator {

  private final MessageRules rules = new MessageRules();

  /** Compiles the rules of a request type, so that the first call need not. */
  void prepare(Message request) {
    rules.prepare(request);
  }

  /**
   * @throws FailureException {@code RULE_VIOLATED}
   */
  void check(Message request) {
    List<Failure.Violation> broken = rules.check(request);
    if (!broken.isEmpty()) {
      throw new FailureException(
          Violations.add(
              Failure.of(Reason.REASON_RULE_VIOLATED, "The request breaks rules of its contract."),
              broken));
    }
  }
}
