package io.crossdock.rules;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.crossdock.failure.Failure.Violation;
import io.crossdock.failure.Violations;
import java.util.List;

/**
 * Checks messages against the rules of their contracts.
 *
 * <p>First what must hold before any expression may run: the number of entries of each list,
 * entries that must differ ({@code FieldPolicy.unique_by}), and moments and spans that exist. Only
 * a message without such a fault is given to protovalidate. No text ever quotes a value of the
 * message, which may be personal data.
 *
 * <p>Rules are compiled on first use of a type, which takes milliseconds; afterwards safe and cheap
 * for any thread.
 */
public final class MessageRules {

  /** Most violations that {@link #check} names of those it finds before protovalidate runs. */
  public static final int MAX_VIOLATIONS = 20;

  private final Bounds bounds = new Bounds();
  private final Validator validator = ValidatorFactory.newBuilder().build();

  /**
   * Compiles the rules of a type, so that the first call need not.
   *
   * @throws IllegalStateException when a rule cannot be compiled
   */
  public void prepare(Message sample) {
    check(sample);
  }

  /**
   * The rules that a message breaks; empty when it is sound.
   *
   * @throws IllegalStateException when a rule cannot be evaluated, which is a fault of the contract
   */
  public List<Violation> check(Message message) {
    List<Violation> broken = bounds.check(message, MAX_VIOLATIONS);
    if (!broken.isEmpty()) {
      return broken;
    }
    try {
      ValidationResult result = validator.validate(message);
      return result.isSuccess()
          ? List.of()
          : result.getViolations().stream().map(Violations::of).toList();
    } catch (ValidationException e) {
      Descriptor type = message.getDescriptorForType();
      throw new IllegalStateException(type.getFullName() + ": rules cannot be evaluated", e);
    }
  }
}
