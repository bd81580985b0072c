package io.crossdock.runtime.config;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks a message against the rules that stand beside its fields, and says what is wrong in YAML's
 * terms.
 */
final class Rules {

  private static final Validator VALIDATOR = ValidatorFactory.newBuilder().build();

  private Rules() {}

  /**
   * Tells every rule that a message breaks.
   *
   * @param unread paths of what the file holds and the message does not
   * @param report takes the path and what was expected there
   */
  static void check(Message message, List<String> unread, BiConsumer<String, String> report) {
    ValidationResult result;
    try {
      result = VALIDATOR.validate(message);
    } catch (ValidationException e) {
      throw new IllegalStateException(
          "the rules of " + message.getDescriptorForType().getFullName() + " cannot be checked", e);
    }
    for (Violation violation : result.getViolations()) {
      List<FieldPathElement> elements = violation.toProto().getField().getElementsList();
      // The message around what the violation speaks of.
      Descriptor around = around(message.getDescriptorForType(), elements);
      String name = elements.isEmpty() ? "" : elements.getLast().getFieldName();
      OneofDescriptor oneof = oneof(around, name);
      if (oneof == null) {
        String path = path(elements);
        boolean counts = violation.toProto().getRuleId().endsWith("_items");
        // What could not be read is not complained about twice.
        if (unread.stream()
            .noneMatch(known -> isIn(known, path) || (!counts && isIn(path, known)))) {
          report.accept(path, expectation(violation, around.findFieldByName(name)));
        }
      } else {
        // A oneof is no key in the file.
        String path = path(elements.subList(0, elements.size() - 1));
        if (unread.stream().noneMatch(known -> couldHold(path, known, oneof))) {
          report.accept(path, members(oneof));
        }
      }
    }
  }

  private static String expectation(Violation violation, @Nullable FieldDescriptor field) {
    String rule = violation.toProto().getRuleId();
    String fallback = plain(violation.toProto().getMessage());
    if (field == null) {
      return fallback;
    }
    Violation.FieldValue given = violation.getRuleValue();
    Object bound = given == null ? "" : given.getValue();
    return switch (rule) {
      case "required" -> "a value";
      case "string.min_len" -> "at least " + count(bound, "character");
      case "string.max_len" -> "at most " + count(bound, "character");
      case "string.pattern" -> "a text that matches " + bound;
      case "string.host_and_port" -> "a host and a port such as 127.0.0.1:7101";
      case "repeated.min_items" -> "at least " + count(bound, "entry", "entries");
      case "repeated.max_items" -> "at most " + count(bound, "entry", "entries");
      case "repeated.unique" -> "entries that differ";
      case "enum.defined_only" -> Expectations.choices(field);
      default ->
          rule.matches("\\w+\\.(gt|lt)e?(_(gt|lt)e?)?(_exclusive)?")
              ? Expectations.range(field).orElse(fallback)
              : fallback;
    };
  }

  private static String count(Object bound, String one) {
    return count(bound, one, one + "s");
  }

  private static String count(Object bound, String one, String many) {
    return bound + " " + (bound.toString().equals("1") ? one : many);
  }

  private static String plain(String message) {
    String text = message;
    for (String opening : List.of("value ", "must ", "be ", "equal ")) {
      if (text.startsWith(opening)) {
        text = text.substring(opening.length());
      }
    }
    return text;
  }

  private static String members(OneofDescriptor oneof) {
    return "one of "
        + oneof.getFields().stream()
            .map(FieldDescriptor::getName)
            .collect(Collectors.joining(", "));
  }

  private static Descriptor around(Descriptor message, List<FieldPathElement> elements) {
    Descriptor at = message;
    for (FieldPathElement element : elements.subList(0, Math.max(0, elements.size() - 1))) {
      FieldDescriptor field = at.findFieldByName(element.getFieldName());
      at =
          field.isMapField()
              ? field.getMessageType().findFieldByName("value").getMessageType()
              : field.getMessageType();
    }
    return at;
  }

  private static @Nullable OneofDescriptor oneof(Descriptor message, String name) {
    return message.getRealOneofs().stream()
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static String path(List<FieldPathElement> elements) {
    return elements.stream().map(Rules::path).collect(Collectors.joining("."));
  }

  private static String path(FieldPathElement element) {
    String name = element.getFieldName();
    return switch (element.getSubscriptCase()) {
      case INDEX -> name + "[" + element.getIndex() + "]";
      case STRING_KEY -> YamlReader.entryPath(name, element.getStringKey());
      case INT_KEY -> YamlReader.entryPath(name, element.getIntKey());
      case UINT_KEY -> YamlReader.entryPath(name, Long.toUnsignedString(element.getUintKey()));
      case BOOL_KEY -> YamlReader.entryPath(name, element.getBoolKey());
      case SUBSCRIPT_NOT_SET -> name;
    };
  }

  /** Whether one path is another or leads on from it. */
  private static boolean isIn(String outer, String inner) {
    return inner.equals(outer)
        || outer.isEmpty()
        || (inner.startsWith(outer) && ".[".indexOf(inner.charAt(outer.length())) >= 0);
  }

  // A key that could not be read may be the member that is missed: one of them, or a misspelt one.
  private static boolean couldHold(String path, String known, OneofDescriptor oneof) {
    if (isIn(known, path)) {
      return true;
    }
    String inside =
        path.isEmpty() ? known : known.substring(Math.min(known.length(), path.length() + 1));
    if (!isIn(path, known)) {
      return false;
    }
    String key = inside.split("[.\\[]", 2)[0];
    FieldDescriptor field = oneof.getContainingType().findFieldByName(key);
    return field == null || oneof.equals(field.getContainingOneof());
  }
}
