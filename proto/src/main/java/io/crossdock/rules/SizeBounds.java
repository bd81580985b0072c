package io.crossdock.rules;

import build.buf.validate.FieldRules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.WireFormat;
import io.crossdock.failure.Failure.Violation;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many entries and how long texts a serialized message may have, checked on its bytes before a
 * message is made of them: a million entries cost far more as objects than as bytes.
 *
 * <p>Linear in the bytes and over at the first violation. Rough where a rule counts characters or
 * where values are packed: what is let pass can be a few times too long, and protovalidate decides.
 * Safe for any thread.
 */
final class SizeBounds {

  private static final int MAX_DEPTH = 100;
  private static final int MOST_BYTES_OF_A_CHARACTER = 4;
  private static final int MOST_BYTES_OF_A_VARINT = 10;

  private final Map<Descriptor, Shape> shapes = new ConcurrentHashMap<>();

  /**
   * A message type.
   *
   * @param lists number of its repeated fields
   */
  private record Shape(Map<Integer, Field> fields, int lists) {}

  /**
   * A field of a message type.
   *
   * @param list position among the repeated fields, -1 for a single one
   * @param mostEntries how many entries it may have
   * @param length how long each value may be
   * @param type of its messages; null when it has none
   */
  private record Field(
      FieldDescriptor descriptor,
      int list,
      long mostEntries,
      Length length,
      @Nullable Descriptor type) {}

  /**
   * The longest value of a field.
   *
   * @param bytes beyond which it is too long for sure
   * @param rule the rule's id
   */
  private record Length(long bytes, String rule, String description) {

    static final Length ANY = new Length(Long.MAX_VALUE, "", "");
  }

  /**
   * The first violation.
   *
   * @return null when there is none
   * @throws IOException when the bytes are no message
   */
  @Nullable Violation check(Descriptor type, byte[] message) throws IOException {
    return check(CodedInputStream.newInstance(message), type, 0);
  }

  private @Nullable Violation check(CodedInputStream in, Descriptor type, int depth)
      throws IOException {
    Shape shape = shape(type);
    int[] counts = new int[shape.lists()];
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      Field field = shape.fields().get(WireFormat.getTagFieldNumber(tag));
      boolean hasLength = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (field == null || !hasLength) {
        in.skipField(tag);
        if (field != null && field.list() >= 0 && ++counts[field.list()] > field.mostEntries()) {
          return tooMany(field);
        }
        continue;
      }
      int length = in.readRawVarint32();
      if (field.list() >= 0) {
        counts[field.list()] += entries(field.descriptor(), length);
        if (counts[field.list()] > field.mostEntries()) {
          return tooMany(field);
        }
      }
      if (length > field.length().bytes()) {
        return new Violation(
            name(field, counts), field.length().rule(), field.length().description());
      }
      if (field.type() == null || depth >= MAX_DEPTH) {
        in.skipRawBytes(length);
      } else {
        int limit = in.pushLimit(length);
        Violation inside = check(in, field.type(), depth + 1);
        if (inside != null) {
          return new Violation(
              name(field, counts) + "." + inside.field(), inside.rule(), inside.description());
        }
        in.popLimit(limit);
      }
    }
    return null;
  }

  private static Violation tooMany(Field field) {
    FieldDescriptor descriptor = field.descriptor();
    return new Violation(
        descriptor.getName(),
        descriptor.isMapField() ? "map.max_pairs" : "repeated.max_items",
        "must have at most " + field.mostEntries() + " entries");
  }

  private static String name(Field field, int[] counts) {
    String name = field.descriptor().getName();
    return field.list() < 0 ? name : name + "[" + (counts[field.list()] - 1) + "]";
  }

  /** How many entries a run of bytes holds at least. */
  private static int entries(FieldDescriptor field, int length) {
    if (!field.isPackable()) {
      return 1;
    }
    return switch (field.getType()) {
      case DOUBLE, FIXED64, SFIXED64 -> length / Long.BYTES;
      case FLOAT, FIXED32, SFIXED32 -> length / Integer.BYTES;
      default -> length / MOST_BYTES_OF_A_VARINT;
    };
  }

  private Shape shape(Descriptor type) {
    Shape known = shapes.get(type);
    if (known == null) {
      Map<Integer, Field> fields = new HashMap<>();
      int lists = 0;
      for (FieldDescriptor each : type.getFields()) {
        fields.put(each.getNumber(), field(each, each.isRepeated() ? lists++ : -1));
      }
      known = new Shape(Map.copyOf(fields), lists);
      shapes.put(type, known);
    }
    return known;
  }

  private static Field field(FieldDescriptor field, int list) {
    FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
    long most = Long.MAX_VALUE;
    if (rules.getRepeated().hasMaxItems()) {
      most = rules.getRepeated().getMaxItems();
    } else if (rules.getMap().hasMaxPairs()) {
      most = rules.getMap().getMaxPairs();
    }
    boolean message = field.getJavaType() == JavaType.MESSAGE;
    return new Field(
        field,
        list,
        most,
        length(field.isRepeated() ? rules.getRepeated().getItems() : rules),
        message ? field.getMessageType() : null);
  }

  private static Length length(FieldRules rules) {
    var string = rules.getString();
    var bytes = rules.getBytes();
    if (string.hasMaxBytes()) {
      return inBytes("string.max_bytes", string.getMaxBytes());
    }
    if (string.hasMaxLen()) {
      return new Length(
          string.getMaxLen() * MOST_BYTES_OF_A_CHARACTER,
          "string.max_len",
          "must be at most " + string.getMaxLen() + " characters");
    }
    return bytes.hasMaxLen() ? inBytes("bytes.max_len", bytes.getMaxLen()) : Length.ANY;
  }

  private static Length inBytes(String rule, long most) {
    return new Length(most, rule, "must be at most " + most + " bytes");
  }
}
