package io.crossdock.connector.service;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Message;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.failure.Violations;

/**
 * The rules that stand in the contract beside the fields.
 *
 * <p>The hub checks them too. They are checked here again because a connector may be called without
 * it, and because what reaches a backend must be sound. No text quotes a value of the request.
 */
final class ContractRules {

  private final Validator validator = ValidatorFactory.newBuilder().build();

  /** Reads the rules of a request type, so that the first call need not. */
  void prepare(Message request) {
    try {
      validator.validate(request);
    } catch (ValidationException e) {
      throw new IllegalStateException(
          request.getDescriptorForType().getFullName() + ": rules cannot be evaluated", e);
    }
  }

  /**
   * @throws FailureException {@code RULE_VIOLATED}
   */
  void check(Message request) {
    ValidationResult result;
    try {
      result = validator.validate(request);
    } catch (ValidationException e) {
      throw new IllegalStateException(
          request.getDescriptorForType().getFullName() + ": rules cannot be evaluated", e);
    }
    if (!result.isSuccess()) {
      throw new FailureException(
          Violations.add(
              Failure.of(Reason.REASON_RULE_VIOLATED, "The request breaks rules of its contract."),
              result.getViolations()));
    }
  }
}
