package io.crossdock.rules;

import build.buf.protovalidate.Config;
import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.crossdock.failure.Failure.Violation;
import io.crossdock.failure.Violations;
import java.io.IOException;
import java.util.List;

/**
 * Checks messages against the rules of their contracts.
 *
 * <p>First what must hold before any expression may run: the number of entries of each list,
 * entries that must differ ({@code FieldPolicy.unique_by}), and moments and spans that exist. Only
 * a message without such a fault is given to protovalidate. No text ever quotes a value of the
 * message, which may be personal data.
 *
 * <p>A message of more than {@link #LARGE_BYTES} is checked up to its first violation: naming all
 * violations of a message costs more than all else about it. Its counts and lengths are checked on
 * its bytes, before it is parsed.
 *
 * <p>Rules are compiled on first use of a type, which takes milliseconds; afterwards safe for any
 * thread, and cheap for a message that is not large.
 */
public final class MessageRules {

  /** Most violations that {@link #check} names of those it finds before protovalidate runs. */
  public static final int MAX_VIOLATIONS = 20;

  /** Size from which a message is large: checking one up to it takes less than a millisecond. */
  public static final int LARGE_BYTES = 4_096;

  private final SizeBounds sizes = new SizeBounds();
  private final Bounds bounds = new Bounds();
  private final Validator all = ValidatorFactory.newBuilder().build();
  private final Validator first =
      ValidatorFactory.newBuilder()
          .withConfig(Config.newBuilder().setFailFast(true).build())
          .build();

  /**
   * Compiles the rules of a type, so that the first call need not.
   *
   * @throws IllegalStateException when a rule cannot be compiled
   */
  public void prepare(Message sample) {
    obeyed(sample, all);
    obeyed(sample, first);
  }

  /**
   * The rules that a message breaks; empty when it is sound.
   *
   * @throws IllegalStateException when a rule cannot be evaluated, which is a fault of the contract
   */
  public List<Violation> check(Message message) {
    if (message.getSerializedSize() <= LARGE_BYTES) {
      return obeyed(message, all);
    }
    try {
      Violation size = sizes.check(message.getDescriptorForType(), message.toByteArray());
      return size == null ? obeyed(message, first) : List.of(size);
    } catch (IOException e) {
      throw new IllegalStateException("a message cannot read itself", e);
    }
  }

  /**
   * The same for a message that is not parsed yet.
   *
   * @throws InvalidProtocolBufferException when the bytes are not of that type
   * @throws IllegalStateException when a rule cannot be evaluated, which is a fault of the contract
   */
  public List<Violation> check(Descriptor type, byte[] message)
      throws InvalidProtocolBufferException {
    if (message.length <= LARGE_BYTES) {
      return obeyed(DynamicMessage.parseFrom(type, message), all);
    }
    try {
      Violation size = sizes.check(type, message);
      return size == null ? obeyed(DynamicMessage.parseFrom(type, message), first) : List.of(size);
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
  }

  private List<Violation> obeyed(Message message, Validator validator) {
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
