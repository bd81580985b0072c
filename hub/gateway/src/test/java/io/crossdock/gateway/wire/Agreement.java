package io.crossdock.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One message type, the reader for all its fields, and protobuf's own parser as the judge. */
final class Agreement {

  private static final int PATH_LENGTH = 3;

  private final Descriptor type;
  private final @Nullable Parser<? extends Message> generated;
  private final List<FieldPath> paths = new ArrayList<>();
  private final boolean dropsFields;
  private final WireReader reader;

  private Agreement(Descriptor type, @Nullable Parser<? extends Message> generated) {
    this.type = type;
    this.generated = generated;
    collect(type, new ArrayList<>());
    this.dropsFields = hasMessageInOneof(type, new ArrayList<>());
    this.reader = WireReader.compile(type, paths);
  }

  static Agreement on(Descriptor type) {
    return new Agreement(type, null);
  }

  static Agreement on(Message generated) {
    return new Agreement(generated.getDescriptorForType(), generated.getParserForType());
  }

  Descriptor type() {
    return type;
  }

  /** Fails unless reader and parser say the same of the bytes. */
  void check(byte[] bytes) {
    ExtractedFields reading = reader.read(bytes);
    DynamicMessage message = parsed(bytes);
    String input = type.getFullName() + " " + HexFormat.of().formatHex(bytes);
    assertThat(reading.form() == ExtractedFields.Form.MALFORMED)
        .as(input)
        .isEqualTo(message == null);
    if (generated != null) {
      assertThat(accepts(generated, bytes)).as(input).isEqualTo(message != null);
    }
    if (message == null) {
      return;
    }
    boolean unknown = reading.form() == ExtractedFields.Form.UNKNOWN_FIELD;
    if (hasUnknown(message)) {
      assertThat(unknown).as(input).isTrue();
      assertThat(reading.unknownField()).as(input).isNotEmpty();
    } else if (!dropsFields) {
      assertThat(unknown).as(input).isFalse();
      assertThat(reading.unknownField()).as(input).isEmpty();
    }
    for (int slot = 0; slot < paths.size(); slot++) {
      checkSlot(reading, slot, message, input);
    }
  }

  /** Fails when two messages have the same key and different values. */
  void checkKeys(byte[] first, byte[] second) {
    DynamicMessage one = parsed(first);
    DynamicMessage other = parsed(second);
    if (one == null || other == null) {
      return;
    }
    ExtractedFields readingOfOne = reader.read(first);
    ExtractedFields readingOfOther = reader.read(second);
    for (int slot = 0; slot < paths.size(); slot++) {
      int[] alone = {slot};
      if (Arrays.equals(readingOfOne.key(alone), readingOfOther.key(alone))) {
        assertSame(one, other, paths.get(slot), first, second);
      }
    }
    int[] all = IntStream.range(0, paths.size()).toArray();
    if (Arrays.equals(readingOfOne.key(all), readingOfOther.key(all))) {
      paths.forEach(path -> assertSame(one, other, path, first, second));
    }
  }

  private void assertSame(
      DynamicMessage one, DynamicMessage other, FieldPath path, byte[] first, byte[] second) {
    assertThat(comparable(valueOf(one, path)))
        .as(
            "%s.%s of %s and %s",
            type.getFullName(),
            path,
            HexFormat.of().formatHex(first),
            HexFormat.of().formatHex(second))
        .isEqualTo(comparable(valueOf(other, path)));
  }

  // Unknown enum numbers are new descriptors each time.
  private static @Nullable Object comparable(@Nullable Object value) {
    return switch (value) {
      case EnumValueDescriptor number -> number.getNumber();
      case List<?> list -> list.stream().map(Agreement::comparable).toList();
      case Message message -> message.toByteString();
      case null, default -> value;
    };
  }

  private void checkSlot(ExtractedFields reading, int slot, DynamicMessage message, String input) {
    FieldPath path = paths.get(slot);
    FieldDescriptor leaf = path.leaf();
    Object value = valueOf(message, path);
    String as = path + " of " + input;
    if (leaf.isRepeated()) {
      if (value != null && !((List<?>) value).isEmpty()) {
        assertThat(reading.present(slot)).as(as).isTrue();
      }
      return;
    }
    if (leaf.hasPresence()) {
      assertThat(reading.present(slot)).as(as).isEqualTo(value != null);
    } else if (value != null) {
      assertThat(reading.present(slot)).as(as).isTrue();
    }
    if (leaf.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      assertThat(reading.text(slot))
          .as(as)
          .isEqualTo(text(leaf, value == null ? leaf.getDefaultValue() : value));
    }
  }

  /** The value at the end of a path; null when absent. */
  private static @Nullable Object valueOf(Message message, FieldPath path) {
    Message at = message;
    for (FieldDescriptor step : path.fields().subList(0, path.fields().size() - 1)) {
      if (!at.hasField(step)) {
        return path.leaf().isRepeated() ? List.of() : null;
      }
      at = (Message) at.getField(step);
    }
    FieldDescriptor leaf = path.leaf();
    if (leaf.isRepeated()) {
      return at.getField(leaf);
    }
    return at.hasField(leaf) ? at.getField(leaf) : null;
  }

  private static String text(FieldDescriptor field, Object value) {
    return switch (value) {
      case ByteString bytes -> bytes.toString(StandardCharsets.ISO_8859_1);
      case EnumValueDescriptor number ->
          field.getEnumType().findValueByNumber(number.getNumber()) == null
              ? Integer.toString(number.getNumber())
              : number.getName();
      case Integer number when isUnsigned(field) -> Integer.toUnsignedString(number);
      case Long number when isUnsigned(field) -> Long.toUnsignedString(number);
      default -> value.toString();
    };
  }

  private static boolean isUnsigned(FieldDescriptor field) {
    return switch (field.getType()) {
      case UINT32, UINT64, FIXED32, FIXED64 -> true;
      default -> false;
    };
  }

  private @Nullable DynamicMessage parsed(byte[] bytes) {
    try {
      return DynamicMessage.parseFrom(type, bytes);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static boolean accepts(Parser<? extends Message> parser, byte[] bytes) {
    try {
      return Objects.nonNull(parser.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private static boolean hasUnknown(Message message) {
    if (!message.getUnknownFields().asMap().isEmpty()) {
      return true;
    }
    return message.getAllFields().values().stream()
        .anyMatch(value ->
            switch (value) {
              case Message child -> hasUnknown(child);
              case List<?> list ->
                  list.stream().anyMatch(item -> item instanceof Message m && hasUnknown(m));
              default -> false;
            });
  }

  private void collect(Descriptor message, List<FieldDescriptor> way) {
    for (FieldDescriptor field : message.getFields()) {
      List<FieldDescriptor> longer = new ArrayList<>(way);
      longer.add(field);
      paths.add(new FieldPath(longer));
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && !field.isRepeated()
          && longer.size() < PATH_LENGTH
          && !field.getMessageType().equals(message)) {
        collect(field.getMessageType(), longer);
      }
    }
  }

  // A sub-message that a sibling of its oneof replaces takes its unknown fields with it.
  private static boolean hasMessageInOneof(Descriptor message, List<Descriptor> seen) {
    if (seen.contains(message)) {
      return false;
    }
    seen.add(message);
    return message.getFields().stream()
        .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
        .anyMatch(field ->
            field.getRealContainingOneof() != null
                || hasMessageInOneof(field.getMessageType(), seen));
  }

  @Override
  public String toString() {
    return type.getFullName();
  }
}
