package io.crossdock.connector.conformance;

import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Requests to try methods with: those that somebody gave, otherwise one made from the contract's
 * rules.
 *
 * <p>A made request keeps every rule, but nobody knows what it asks for; most backends answer
 * NOT_FOUND, which is an answer too.
 */
final class Samples {

  // What ids, codes, units and addresses usually look like.
  private static final List<String> TEXTS =
      List.of(
          "EU-001",
          "EUR",
          "C62",
          "1",
          "0",
          "en",
          "DE",
          "a",
          "A1",
          "4006381000000",
          "+49301234567",
          "nobody@example.com",
          "2000-01-01T00:00:00Z");
  // Each round corrects what the last one's violations name; a request is not deeper than this.
  private static final int ROUNDS = 30;

  private final Validator validator = ValidatorFactory.newBuilder().build();
  private final Map<String, Message> given;

  Samples(Map<String, Message> given) {
    this.given = new HashMap<>(given);
  }

  boolean isGiven(String method) {
    return given.containsKey(method);
  }

  /** A request that keeps the contract's rules, with a request id of its own. */
  Optional<DynamicMessage> request(String method, Descriptor type) {
    Message sample = given.get(method);
    if (sample != null) {
      return Optional.of(withRequestId(copy(type, sample), UUID.randomUUID().toString()));
    }
    DynamicMessage.Builder made = DynamicMessage.newBuilder(type);
    for (int round = 0; round < ROUNDS; round++) {
      List<Violation> violations = violations(made.build());
      if (violations.isEmpty()) {
        return Optional.of(made.build());
      }
      for (Violation violation : violations) {
        mend(made, violation.toProto().getField().getElementsList(), round);
      }
    }
    return Optional.empty();
  }

  /** Whether a request breaks a rule; false when its rules cannot be evaluated here. */
  boolean breaksARule(Message request) {
    return !violations(request).isEmpty();
  }

  private List<Violation> violations(Message message) {
    try {
      return validator.validate(message).getViolations();
    } catch (ValidationException e) {
      return List.of();
    }
  }

  private static DynamicMessage copy(Descriptor type, Message sample) {
    try {
      return DynamicMessage.parseFrom(type, sample.toByteString());
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(type.getFullName() + ": a sample of another type", e);
    }
  }

  /** The same request under another request id, where it has one. */
  static DynamicMessage withRequestId(DynamicMessage request, String id) {
    return withContext(request, "request_id", id);
  }

  /** The same request with another text in its context, where it has one. */
  static DynamicMessage withContext(DynamicMessage request, String field, String value) {
    FieldDescriptor context = context(request.getDescriptorForType());
    if (context == null) {
      return request;
    }
    Message.Builder inner = ((Message) request.getField(context)).toBuilder();
    FieldDescriptor text = context.getMessageType().findFieldByName(field);
    if (text == null) {
      return request;
    }
    inner.setField(text, value);
    return request.toBuilder().setField(context, inner.build()).build();
  }

  static @org.jspecify.annotations.Nullable FieldDescriptor context(Descriptor type) {
    FieldDescriptor context = type.findFieldByName("context");
    return context != null
            && context.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            && context.getMessageType().findFieldByName("request_id") != null
        ? context
        : null;
  }

  private void mend(Message.Builder builder, List<FieldPathElement> path, int round) {
    if (path.isEmpty()) {
      fillOneOfs(builder, round);
      return;
    }
    FieldDescriptor field =
        builder.getDescriptorForType().findFieldByName(path.getFirst().getFieldName());
    if (field == null) {
      // The path names a oneof.
      fillOneOfs(builder, round);
      return;
    }
    List<FieldPathElement> rest = path.subList(1, path.size());
    if (field.isRepeated()) {
      int index = (int) path.getFirst().getIndex();
      if (!path.getFirst().hasIndex() || index >= builder.getRepeatedFieldCount(field)) {
        builder.addRepeatedField(field, value(builder, field, round));
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !rest.isEmpty()) {
        Message.Builder inner = ((Message) builder.getRepeatedField(field, index)).toBuilder();
        mend(inner, rest, round);
        builder.setRepeatedField(field, index, inner.build());
      } else {
        builder.setRepeatedField(field, index, value(builder, field, round));
      }
    } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && builder.hasField(field)
        && !isWellKnown(field)) {
      Message.Builder inner = ((Message) builder.getField(field)).toBuilder();
      mend(inner, rest, round);
      builder.setField(field, inner.build());
    } else {
      builder.setField(field, value(builder, field, round));
    }
  }

  private static boolean isWellKnown(FieldDescriptor field) {
    return field.getMessageType().getFullName().startsWith("google.protobuf.");
  }

  // Rules over a whole message mostly ask for one of several fields, or for a number.
  private void fillOneOfs(Message.Builder builder, int round) {
    List<FieldDescriptor> empty =
        builder.getDescriptorForType().getFields().stream()
            .filter(field ->
                field.isRepeated()
                    ? builder.getRepeatedFieldCount(field) == 0
                    : !builder.hasField(field))
            .toList();
    if (!empty.isEmpty()) {
      FieldDescriptor field = empty.get(round % empty.size());
      Object value = value(builder, field, round);
      if (field.isRepeated()) {
        builder.addRepeatedField(field, value);
      } else {
        builder.setField(field, value);
      }
    }
  }

  private static Object value(Message.Builder parent, FieldDescriptor field, int round) {
    return switch (field.getJavaType()) {
      case INT -> 1 + round / 4;
      case LONG -> 1L + round / 4;
      case FLOAT -> 1f;
      case DOUBLE -> 1d;
      case BOOLEAN -> true;
      case BYTE_STRING -> com.google.protobuf.ByteString.copyFromUtf8("1");
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(Math.min(1 + round / 4, field.getEnumType().getValues().size() - 1));
      case STRING ->
          field.getName().equals("request_id")
              ? UUID.randomUUID().toString()
              : TEXTS.get(round % TEXTS.size());
      case MESSAGE -> {
        Message.Builder inner = parent.newBuilderForField(field);
        if (field.getMessageType().getFullName().equals("google.protobuf.Timestamp")) {
          inner.setField(
              field.getMessageType().findFieldByName("seconds"), Instant.now().getEpochSecond());
        } else if (field.getMessageType().getFullName().equals("google.protobuf.Duration")) {
          inner.setField(field.getMessageType().findFieldByName("seconds"), 60L);
        }
        yield inner.build();
      }
    };
  }
}
