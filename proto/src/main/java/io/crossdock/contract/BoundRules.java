package io.crossdock.contract;

import static io.crossdock.contract.Scope.finding;

import build.buf.validate.FieldRules;
import build.buf.validate.Ignore;
import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a caller can make grow has a bound: every list, map, text and byte string that a request
 * or an event can hold.
 *
 * <p>Fields of {@code google} messages cannot carry rules of their own; there the message that
 * holds them has to object, in a rule of the field or of itself. {@code google.protobuf.Any} is
 * passed over: its bytes are bounded by the largest message.
 */
final class BoundRules implements Rule {

  /** More than any list in a request may hold, for a bound has to bound something. */
  static final int MOST_ITEMS = 10_000;

  /** The same for characters or bytes of one field. */
  static final int MOST_LENGTH = 1 << 20;

  private static final String ANY = "google.protobuf.Any";

  @Override
  public void check(Scope scope, Consumer<Finding> findings) {
    ForeignBounds foreign = new ForeignBounds();
    Set<Descriptor> seen = new HashSet<>();
    Stream.concat(scope.methods().map(MethodDescriptor::getInputType).distinct(), scope.events())
        .forEach(root -> message(root, seen, foreign, scope, findings));
  }

  private static void message(
      Descriptor message,
      Set<Descriptor> seen,
      ForeignBounds foreign,
      Scope scope,
      Consumer<Finding> findings) {
    if (!seen.add(message)) {
      return;
    }
    boolean reported = scope.subjects().contains(message.getFile());
    for (FieldDescriptor field : message.getFields()) {
      FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
      if (reported) {
        count(field, rules, findings);
        length(field, rules, findings);
      }
      Descriptor held = held(field);
      if (held == null || held.getFullName().equals(ANY)) {
        continue;
      }
      if (Scope.isOwn(held.getFile())) {
        message(held, seen, foreign, scope, findings);
      } else if (reported) {
        foreign
            .unbounded(field, held)
            .forEach(leaf ->
                findings.accept(
                    finding(
                        field,
                        "lets " + held.getFullName() + "." + leaf + " grow without a bound",
                        "a rule of the field or of "
                            + message.getFullName()
                            + " that refuses it")));
      }
    }
  }

  private static @Nullable Descriptor held(FieldDescriptor field) {
    FieldDescriptor value =
        field.isMapField() ? field.getMessageType().findFieldByName("value") : field;
    return Scope.isMessage(value) ? value.getMessageType() : null;
  }

  private static void count(FieldDescriptor field, FieldRules rules, Consumer<Finding> findings) {
    if (field.isMapField()) {
      if (!isWithin(
          rules, rules.getMap().hasMaxPairs(), rules.getMap().getMaxPairs(), MOST_ITEMS)) {
        findings.accept(
            finding(field, "is a map without a bound", "map.max_pairs of at most " + MOST_ITEMS));
      }
    } else if (field.isRepeated()
        && !isWithin(
            rules,
            rules.getRepeated().hasMaxItems(),
            rules.getRepeated().getMaxItems(),
            MOST_ITEMS)) {
      findings.accept(
          finding(
              field, "is a list without a bound", "repeated.max_items of at most " + MOST_ITEMS));
    }
  }

  private static void length(FieldDescriptor field, FieldRules rules, Consumer<Finding> findings) {
    if (field.isMapField()) {
      Descriptor entry = field.getMessageType();
      leaf(
          field,
          entry.findFieldByName("key"),
          rules,
          rules.getMap().getKeys(),
          "map.keys.",
          findings);
      leaf(
          field,
          entry.findFieldByName("value"),
          rules,
          rules.getMap().getValues(),
          "map.values.",
          findings);
    } else if (field.isRepeated()) {
      leaf(field, field, rules, rules.getRepeated().getItems(), "repeated.items.", findings);
    } else {
      leaf(field, field, rules, rules, "", findings);
    }
  }

  private static void leaf(
      FieldDescriptor field,
      FieldDescriptor value,
      FieldRules outer,
      FieldRules rules,
      String path,
      Consumer<Finding> findings) {
    boolean bounded =
        switch (value.getType()) {
          case STRING -> isActive(outer) && isActive(rules) && LengthBound.of(rules.getString());
          case BYTES -> isActive(outer) && isActive(rules) && LengthBound.of(rules.getBytes());
          default -> true;
        };
    if (!bounded) {
      boolean text = value.getType() == FieldDescriptor.Type.STRING;
      findings.accept(
          finding(
              field,
              text ? "is text without a bound" : "is bytes without a bound",
              text
                  ? path + "string.max_len, or a pattern, format or list of finite length"
                  : path + "bytes.max_len"));
    }
  }

  private static boolean isWithin(FieldRules rules, boolean stated, long most, long limit) {
    return isActive(rules) && stated && most >= 0 && most <= limit;
  }

  private static boolean isActive(FieldRules rules) {
    return rules.getIgnore() != Ignore.IGNORE_ALWAYS;
  }
}
