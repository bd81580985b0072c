package io.crossdock.gateway.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads every value of one field out of serialized messages, also where the way to it leads through
 * lists, such as {@code matches.customer.customer_id}.
 *
 * <p>Compiled once from the descriptor; immutable, safe for any thread. A message is walked once
 * and only the values become objects. Meant for the few calls that need it; the hot path reads
 * single fields with {@link WireReader}.
 */
public final class FieldValues {

  private final List<FieldDescriptor> way;

  private FieldValues(List<FieldDescriptor> way) {
    this.way = List.copyOf(way);
  }

  /**
   * Resolves a dotted path to text, a whole number, a flag or an enum.
   *
   * @throws IllegalArgumentException when a step does not exist or the field has another type
   */
  public static FieldValues compile(Descriptor type, String path) {
    List<FieldDescriptor> way = new ArrayList<>();
    Descriptor at = type;
    for (String name : path.split("\\.", -1)) {
      FieldDescriptor field = at == null ? null : at.findFieldByName(name);
      if (field == null || field.isMapField()) {
        throw new IllegalArgumentException(
            path + ": no field " + name + " (expected: a field of " + type.getFullName() + ")");
      }
      way.add(field);
      at = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE ? field.getMessageType() : null;
    }
    switch (way.getLast().getType()) {
      case STRING, INT32, INT64, UINT32, UINT64, BOOL, ENUM -> {}
      default ->
          throw new IllegalArgumentException(
              path
                  + ": "
                  + way.getLast().getType()
                  + " (expected: text, a whole number, a flag or an enum)");
    }
    return new FieldValues(way);
  }

  /** Whether a message can have more than one value. */
  public boolean isList() {
    return way.stream().anyMatch(FieldDescriptor::isRepeated);
  }

  /**
   * The values that are set, in the message's order; an empty text counts as not set.
   *
   * @throws InvalidProtocolBufferException when the bytes are not a message
   */
  public List<String> read(byte[] message) throws InvalidProtocolBufferException {
    List<String> values = new ArrayList<>();
    try {
      read(CodedInputStream.newInstance(message), 0, values);
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      // Bytes in memory fail as a message or not at all.
      throw new UncheckedIOException(e);
    }
    return values;
  }

  private void read(CodedInputStream in, int depth, List<String> values) throws IOException {
    FieldDescriptor field = way.get(depth);
    boolean isLeaf = depth == way.size() - 1;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      boolean isDelimited = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      boolean isVarint = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT;
      if (WireFormat.getTagFieldNumber(tag) != field.getNumber()) {
        in.skipField(tag);
      } else if (!isLeaf && isDelimited) {
        int limit = in.pushLimit(in.readRawVarint32());
        read(in, depth + 1, values);
        in.popLimit(limit);
      } else if (isLeaf && isDelimited && field.getType() == FieldDescriptor.Type.STRING) {
        add(in.readString(), values);
      } else if (isLeaf && isDelimited && field.isPackable()) {
        int limit = in.pushLimit(in.readRawVarint32());
        while (!in.isAtEnd()) {
          add(number(field, in.readRawVarint64()), values);
        }
        in.popLimit(limit);
      } else if (isLeaf && isVarint && field.getType() != FieldDescriptor.Type.STRING) {
        add(number(field, in.readRawVarint64()), values);
      } else {
        in.skipField(tag);
      }
    }
  }

  private static void add(String value, List<String> values) {
    if (!value.isEmpty()) {
      values.add(value);
    }
  }

  private static String number(FieldDescriptor field, long raw) {
    return switch (field.getType()) {
      case INT32 -> Integer.toString((int) raw);
      case UINT32 -> Integer.toUnsignedString((int) raw);
      case UINT64 -> Long.toUnsignedString(raw);
      case BOOL -> Boolean.toString(raw != 0);
      case ENUM -> {
        EnumValueDescriptor value = field.getEnumType().findValueByNumber((int) raw);
        yield value == null ? Integer.toString((int) raw) : value.getName();
      }
      default -> Long.toString(raw);
    };
  }
}
