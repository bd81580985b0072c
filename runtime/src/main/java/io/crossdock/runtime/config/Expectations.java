package io.crossdock.runtime.config;

import build.buf.validate.FieldRules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.math.BigInteger;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what a field may hold, from its type and its rules. */
final class Expectations {

  private Expectations() {}

  /** What a whole number may be: the field's own bounds, else those of its type. */
  static String integers(FieldDescriptor field) {
    return "a whole number, " + range(field).orElseGet(() -> least(field) + ".." + most(field));
  }

  static BigInteger least(FieldDescriptor field) {
    return isUnsigned(field) ? BigInteger.ZERO : BigInteger.ONE.shiftLeft(bits(field) - 1).negate();
  }

  static BigInteger most(FieldDescriptor field) {
    return BigInteger.ONE
        .shiftLeft(isUnsigned(field) ? bits(field) : bits(field) - 1)
        .subtract(BigInteger.ONE);
  }

  static boolean isUnsigned(FieldDescriptor field) {
    return switch (field.getType()) {
      case UINT32, UINT64, FIXED32, FIXED64 -> true;
      default -> false;
    };
  }

  /** The values of an enum, as they are written. */
  static String choices(FieldDescriptor field) {
    return field.getEnumType().getValues().stream()
        .filter(value -> value.getNumber() != 0)
        .map(EnumNames::inShort)
        .collect(Collectors.joining(" or "));
  }

  /** The bounds that a field's rules set; empty when they set none. */
  static Optional<String> range(FieldDescriptor field) {
    Message rules = typeRules(field);
    if (rules == null) {
      return Optional.empty();
    }
    String above = bound(field, rules, "gt");
    String below = bound(field, rules, "lt");
    String from = bound(field, rules, "gte");
    String to = bound(field, rules, "lte");
    if (from == null && above == null && isUnsigned(field)) {
      from = "0";
    }
    if (from != null && to != null) {
      return Optional.of(from + ".." + to);
    }
    String low = from != null ? "at least " + from : above != null ? "more than " + above : null;
    String high = to != null ? "at most " + to : below != null ? "less than " + below : null;
    if (low == null || high == null) {
      return Optional.ofNullable(low == null ? high : low);
    }
    return Optional.of(low + " and " + high);
  }

  private static @Nullable Message typeRules(FieldDescriptor field) {
    FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
    if (field.isRepeated() && !field.isMapField()) {
      rules = rules.getRepeated().getItems();
    }
    return rules.getAllFields().values().stream()
        .filter(Message.class::isInstance)
        .map(Message.class::cast)
        .findFirst()
        .orElse(null);
  }

  private static @Nullable String bound(FieldDescriptor field, Message rules, String name) {
    FieldDescriptor bound = rules.getDescriptorForType().findFieldByName(name);
    if (bound == null || !rules.hasField(bound)) {
      return null;
    }
    Object value = rules.getField(bound);
    return switch (value) {
      case Message duration when DurationText.holds(bound) -> DurationText.write(duration);
      case Integer number when isUnsigned(field) -> Integer.toUnsignedString(number);
      case Long number when isUnsigned(field) -> Long.toUnsignedString(number);
      default -> value.toString();
    };
  }

  private static int bits(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.LONG ? 64 : 32;
  }
}
