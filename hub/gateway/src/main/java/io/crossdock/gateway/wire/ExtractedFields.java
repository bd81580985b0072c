package io.crossdock.gateway.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one serialized message holds of the fields that a {@link WireReader} was asked for.
 *
 * <p>Refers to the message's bytes, which must not change meanwhile.
 */
public final class ExtractedFields {

  /** Whether the bytes are a message of the type. */
  public enum Form {
    /** Protobuf's parser accepts the bytes and knows every field. */
    WELL_FORMED,
    /** Protobuf's parser accepts the bytes and finds a field that the type does not have. */
    UNKNOWN_FIELD,
    /** Protobuf's parser refuses the bytes. */
    MALFORMED,
    /** More than {@link WireReader#MAX_FIELDS} fields; what the parser says is not known. */
    TOO_MANY_FIELDS
  }

  private static final int ABSENT = -1;

  final byte[] bytes;
  private final FieldPath[] wanted;
  // Start and end of each slot's last value; the earlier ones, where all count, are in `earlier`.
  private final int[] ranges;
  private @Nullable List<int[]> @Nullable [] earlier;

  // Where the reader stands.
  int position;
  int read;
  boolean malformed;
  boolean tooMany;
  @Nullable String unknown;

  ExtractedFields(byte[] bytes, FieldPath[] wanted) {
    this.bytes = bytes;
    this.wanted = wanted;
    this.ranges = new int[wanted.length * 2];
    for (int i = 0; i < ranges.length; i += 2) {
      ranges[i] = ABSENT;
    }
  }

  /** Whether the bytes are a message of the type. */
  public Form form() {
    if (tooMany) {
      return Form.TOO_MANY_FIELDS;
    }
    if (malformed) {
      return Form.MALFORMED;
    }
    return unknown == null ? Form.WELL_FORMED : Form.UNKNOWN_FIELD;
  }

  /**
   * Path of the first unknown field, its number last, such as {@code context.77}; empty when none.
   */
  public String unknownField() {
    return unknown == null ? "" : unknown;
  }

  /** Whether a field stands in the message. */
  public boolean present(int slot) {
    return ranges[slot * 2] != ABSENT;
  }

  /**
   * Value of a single scalar as text: strings as they are, numbers decimal, enums by name where the
   * number has one; the default's text when the field is absent.
   *
   * @throws IllegalArgumentException for a repeated or message field
   */
  public String text(int slot) {
    FieldDescriptor field = wanted[slot].leaf();
    if (field.isRepeated() || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      throw new IllegalArgumentException(wanted[slot] + ": no single scalar");
    }
    if (!present(slot)) {
      return defaultText(field);
    }
    int start = ranges[slot * 2];
    int end = ranges[slot * 2 + 1];
    return switch (field.getType()) {
      case STRING -> new String(bytes, start, end - start, StandardCharsets.UTF_8);
      case BYTES -> new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
      case BOOL -> Boolean.toString(varint(start, end) != 0);
      case INT32 -> Integer.toString((int) varint(start, end));
      case UINT32 -> Integer.toUnsignedString((int) varint(start, end));
      case SINT32 -> {
        int raw = (int) varint(start, end);
        yield Integer.toString((raw >>> 1) ^ -(raw & 1));
      }
      case INT64 -> Long.toString(varint(start, end));
      case UINT64 -> Long.toUnsignedString(varint(start, end));
      case SINT64 -> {
        long raw = varint(start, end);
        yield Long.toString((raw >>> 1) ^ -(raw & 1));
      }
      case FIXED32 -> Integer.toUnsignedString(little(start).getInt());
      case SFIXED32 -> Integer.toString(little(start).getInt());
      case FLOAT -> Float.toString(little(start).getFloat());
      case FIXED64 -> Long.toUnsignedString(little(start).getLong());
      case SFIXED64 -> Long.toString(little(start).getLong());
      case DOUBLE -> Double.toString(little(start).getDouble());
      case ENUM -> {
        int number = (int) varint(start, end);
        EnumValueDescriptor value = field.getEnumType().findValueByNumber(number);
        yield value == null ? Integer.toString(number) : value.getName();
      }
      case MESSAGE, GROUP -> throw new AssertionError(field);
    };
  }

  /**
   * Value of a single field of an integer or enum type without zigzag encoding; 0 when it is
   * absent.
   */
  public long number(int slot) {
    return present(slot) ? varint(ranges[slot * 2], ranges[slot * 2 + 1]) : 0;
  }

  /**
   * Bytes that are equal only when all values of the slots are equal: for each slot its values,
   * each as its length plus one (a varint) and its bytes, then a zero.
   */
  public byte[] key(int[] slots) {
    int size = slots.length;
    for (int slot : slots) {
      for (int[] range : earlier(slot)) {
        size += keySize(range[1] - range[0]);
      }
      if (present(slot)) {
        size += keySize(ranges[slot * 2 + 1] - ranges[slot * 2]);
      }
    }
    byte[] key = new byte[size];
    int at = 0;
    for (int slot : slots) {
      for (int[] range : earlier(slot)) {
        at = write(key, at, range[0], range[1]);
      }
      if (present(slot)) {
        at = write(key, at, ranges[slot * 2], ranges[slot * 2 + 1]);
      }
      at++;
    }
    return key;
  }

  void put(int slot, int start, int end, boolean allCount) {
    if (allCount && present(slot)) {
      if (earlier == null) {
        earlier = newLists(wanted.length);
      }
      List<int[]> before = earlier[slot];
      if (before == null) {
        before = new ArrayList<>();
        earlier[slot] = before;
      }
      before.add(new int[] {ranges[slot * 2], ranges[slot * 2 + 1]});
    }
    ranges[slot * 2] = start;
    ranges[slot * 2 + 1] = end;
  }

  void clear(int[] slots) {
    for (int slot : slots) {
      ranges[slot * 2] = ABSENT;
      if (earlier != null) {
        earlier[slot] = null;
      }
    }
  }

  private static String defaultText(FieldDescriptor field) {
    Object value = field.getDefaultValue();
    return switch (field.getType()) {
      case ENUM -> ((EnumValueDescriptor) value).getName();
      case BYTES -> ((ByteString) value).toString(StandardCharsets.ISO_8859_1);
      case UINT32, FIXED32 -> Integer.toUnsignedString((Integer) value);
      case UINT64, FIXED64 -> Long.toUnsignedString((Long) value);
      default -> value.toString();
    };
  }

  private List<int[]> earlier(int slot) {
    List<int[]> before = earlier == null ? null : earlier[slot];
    return before == null ? List.of() : before;
  }

  private static int keySize(int length) {
    return CodedOutputStream.computeUInt32SizeNoTag(length + 1) + length;
  }

  private int write(byte[] key, int at, int start, int end) {
    int length = end - start;
    int next = at;
    int rest = length + 1;
    for (; rest > 0x7f; rest >>>= 7) {
      key[next++] = (byte) (rest | 0x80);
    }
    key[next++] = (byte) rest;
    System.arraycopy(bytes, start, key, next, length);
    return next + length;
  }

  private long varint(int start, int end) {
    long value = 0;
    for (int at = start; at < end; at++) {
      value |= (bytes[at] & 0x7fL) << (7 * (at - start));
    }
    return value;
  }

  private ByteBuffer little(int start) {
    return ByteBuffer.wrap(bytes, start, 8 <= bytes.length - start ? 8 : 4)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no generic arrays
  private static @Nullable List<int[]>[] newLists(int length) {
    return new List[length];
  }
}
