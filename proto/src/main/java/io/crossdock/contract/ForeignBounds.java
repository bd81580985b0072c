package io.crossdock.contract;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out by trying whether a message objects to a huge value inside of a {@code google} message
 * that it holds: a rule may be of any form, and only its effect counts.
 */
final class ForeignBounds {

  private static final int HUGE = 200_000;

  // Made when first needed, because it costs some hundred milliseconds.
  private @Nullable Validator validator;

  /**
   * The fields of a held message that nobody bounds.
   *
   * @param field the field that holds it
   * @param held its type
   */
  List<String> unbounded(FieldDescriptor field, Descriptor held) {
    return held.getFields().stream()
        .filter(leaf -> canGrow(leaf) && !isBounded(field, held, leaf))
        .map(FieldDescriptor::getName)
        .toList();
  }

  private static boolean canGrow(FieldDescriptor leaf) {
    return leaf.isRepeated()
        || leaf.getType() == FieldDescriptor.Type.STRING
        || leaf.getType() == FieldDescriptor.Type.BYTES;
  }

  /**
   * Whether each huge value breaks a rule that some ordinary value beside the same numbers keeps.
   */
  private boolean isBounded(FieldDescriptor field, Descriptor held, FieldDescriptor leaf) {
    Map<Message, Set<String>> always = new LinkedHashMap<>();
    for (Message numbers : List.of(numbered(held, 0), numbered(held, 1))) {
      for (Object ordinary : values(leaf, 1)) {
        always.merge(
            numbers,
            broken(field, with(numbers, leaf, ordinary)),
            (known, broken) -> {
              known.retainAll(broken);
              return known;
            });
      }
    }
    return values(leaf, HUGE).stream()
        .allMatch(huge ->
            always.entrySet().stream()
                .anyMatch(entry ->
                    !entry
                        .getValue()
                        .containsAll(broken(field, with(entry.getKey(), leaf, huge)))));
  }

  /** A message whose numbers are all the same, for a rule may look at several fields at once. */
  private static Message numbered(Descriptor held, int number) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(held);
    for (FieldDescriptor field : held.getFields()) {
      if (!field.isRepeated()) {
        switch (field.getJavaType()) {
          case INT -> message.setField(field, number);
          case LONG -> message.setField(field, (long) number);
          case FLOAT -> message.setField(field, (float) number);
          case DOUBLE -> message.setField(field, (double) number);
          case BOOLEAN, STRING, BYTE_STRING, ENUM, MESSAGE -> {}
        }
      }
    }
    return message.build();
  }

  private static Message with(Message message, FieldDescriptor leaf, Object value) {
    return message.toBuilder().setField(leaf, value).build();
  }

  /** Values of the kinds that rules accept: numbers, codes, names. */
  private static List<Object> values(FieldDescriptor leaf, int times) {
    if (leaf.isRepeated()) {
      Object element =
          switch (leaf.getType()) {
            case STRING -> "a";
            case BYTES -> ByteString.EMPTY;
            case MESSAGE, GROUP -> DynamicMessage.getDefaultInstance(leaf.getMessageType());
            case ENUM -> leaf.getEnumType().getValues().getFirst();
            case BOOL -> false;
            case FLOAT -> 0f;
            case DOUBLE -> 0d;
            case INT32, SINT32, SFIXED32, UINT32, FIXED32 -> 0;
            case INT64, SINT64, SFIXED64, UINT64, FIXED64 -> 0L;
          };
      return List.of(Collections.nCopies(times, element));
    }
    return Stream.of("1", "EUR", "a")
        .map(text -> text.repeat(times))
        .<Object>map(text ->
            leaf.getType() == FieldDescriptor.Type.BYTES ? ByteString.copyFromUtf8(text) : text)
        .toList();
  }

  /** Rules that the holder breaks when it holds nothing but this value. */
  private Set<String> broken(FieldDescriptor field, Message value) {
    DynamicMessage.Builder holder = DynamicMessage.newBuilder(field.getContainingType());
    if (field.isMapField()) {
      FieldDescriptor key = field.getMessageType().findFieldByName("key");
      DynamicMessage.Builder entry = DynamicMessage.newBuilder(field.getMessageType());
      entry.setField(key, key.getDefaultValue());
      entry.setField(field.getMessageType().findFieldByName("value"), value);
      holder.addRepeatedField(field, entry.build());
    } else if (field.isRepeated()) {
      holder.addRepeatedField(field, value);
    } else {
      holder.setField(field, value);
    }
    try {
      return validator().validate(holder.build()).getViolations().stream()
          .map(Violation::toProto)
          .map(violation -> violation.getField() + violation.getRuleId())
          .collect(Collectors.toCollection(HashSet::new));
    } catch (ValidationException e) {
      // Rules that cannot be evaluated bound nothing, and the hub refuses them elsewhere.
      return new HashSet<>();
    }
  }

  private Validator validator() {
    if (validator == null) {
      validator = ValidatorFactory.newBuilder().build();
    }
    return validator;
  }
}
