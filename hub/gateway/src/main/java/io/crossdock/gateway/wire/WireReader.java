package io.crossdock.gateway.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the wanted fields out of serialized messages of one type and tells whether protobuf's
 * parser would accept the bytes.
 *
 * <p>Compiled once from the descriptor; immutable, safe for any thread. A message is walked once,
 * without an object per field. The rules (varints of up to ten bytes, last value wins, messages
 * merge, members of a oneof clear each other, a known number with a foreign wire type is an unknown
 * field, 100 levels at most) are those of protobuf's Java parser with its default limits, and
 * {@link #MAX_FIELDS}, which bounds the time that a message takes from its event loop.
 */
public final class WireReader {

  /** Most fields and packed values of a message that are read, those of inner messages included. */
  public static final int MAX_FIELDS = 250_000;

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int START_GROUP = 3;
  private static final int END_GROUP = 4;
  private static final int FIXED32 = 5;

  private static final int MAX_DEPTH = 100;
  private static final int DENSE = 64;
  private static final int[] NO_SLOTS = {};

  private final FieldPath[] wanted;
  private final Shape root;

  private WireReader(FieldPath[] wanted, Shape root) {
    this.wanted = wanted;
    this.root = root;
  }

  /**
   * Compiles a reader.
   *
   * @param type the messages' type
   * @param wanted the fields to read; a slot is the position in this list
   * @throws IllegalArgumentException when the type uses what this reader does not judge: required
   *     fields and the message-set encoding
   */
  public static WireReader compile(Descriptor type, List<FieldPath> wanted) {
    return new WireReader(
        wanted.toArray(FieldPath[]::new), new Compiler(wanted).shape(type, List.of()));
  }

  /** Reads a message. */
  public ExtractedFields read(byte[] message) {
    ExtractedFields reading = new ExtractedFields(message, wanted);
    readMessage(reading, root, message.length, 0, 0);
    return reading;
  }

  /** A message type, as far as the walk needs it. */
  private static final class Shape {

    private final @Nullable Field[] dense = new @Nullable Field[DENSE];
    private Map<Integer, Field> sparse = Map.of();

    void set(Map<Integer, Field> fields) {
      fields.forEach((number, field) -> {
        if (number < DENSE) {
          dense[number] = field;
        }
      });
      sparse = Map.copyOf(fields);
    }

    @Nullable Field field(int number) {
      return number < DENSE && number >= 0 ? dense[number] : sparse.get(number);
    }
  }

  /**
   * A field of a message type.
   *
   * @param wireType wire type of one value
   * @param wide whether a varint counts with all its 64 bits
   * @param packable whether several values may stand in one length-delimited run
   * @param utf8 whether the value must be UTF-8
   * @param child shape of a message's fields
   * @param known numbers of a closed enum, others count as unknown fields
   * @param slot where the value is put, -1 for nowhere
   * @param allCount whether every occurrence belongs to the value
   * @param clears slots that lose their value when this field appears
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Field(
      String name,
      int wireType,
      boolean wide,
      boolean packable,
      boolean utf8,
      @Nullable Shape child,
      @Nullable Set<Integer> known,
      int slot,
      boolean allCount,
      int[] clears) {}

  private static final class Compiler {

    private final List<FieldPath> wanted;
    private final Map<Descriptor, Shape> plain = new HashMap<>();

    Compiler(List<FieldPath> wanted) {
      this.wanted = wanted;
    }

    Shape shape(Descriptor type, @Nullable List<FieldDescriptor> way) {
      boolean special = way != null && wanted.stream().anyMatch(path -> startsWith(path, way));
      if (!special) {
        Shape known = plain.get(type);
        if (known != null) {
          return known;
        }
      }
      if (type.getOptions().getMessageSetWireFormat()) {
        throw new IllegalArgumentException(
            type.getFullName() + ": message_set_wire_format (expected: an ordinary message)");
      }
      Shape shape = new Shape();
      if (!special) {
        plain.put(type, shape);
      }
      Map<Integer, Field> fields = new HashMap<>();
      for (FieldDescriptor field : type.getFields()) {
        fields.put(
            field.getNumber(), field(field, special && way != null ? with(way, field) : null));
      }
      shape.set(fields);
      return shape;
    }

    private Field field(FieldDescriptor field, @Nullable List<FieldDescriptor> way) {
      if (field.isRequired()) {
        throw new IllegalArgumentException(
            field.getFullName()
                + ": a required field (expected: the rule (buf.validate.field).required)");
      }
      boolean message = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      int slot = way == null ? -1 : slotOf(way);
      return new Field(
          field.getName(),
          wireType(field),
          isWide(field),
          field.isPackable(),
          field.getType() == FieldDescriptor.Type.STRING && field.needsUtf8Check(),
          message
              ? shape(field.getMessageType(), way == null || field.isRepeated() ? null : way)
              : null,
          field.getType() == FieldDescriptor.Type.ENUM && field.legacyEnumFieldTreatedAsClosed()
              ? numbers(field)
              : null,
          slot,
          field.isRepeated() || message,
          way == null ? NO_SLOTS : clearedBy(field, way));
    }

    private int slotOf(List<FieldDescriptor> way) {
      for (int i = 0; i < wanted.size(); i++) {
        if (wanted.get(i).fields().equals(way)) {
          return i;
        }
      }
      return -1;
    }

    private int[] clearedBy(FieldDescriptor field, List<FieldDescriptor> way) {
      OneofDescriptor oneof = field.getRealContainingOneof();
      if (oneof == null) {
        return NO_SLOTS;
      }
      List<Integer> slots = new ArrayList<>();
      for (FieldDescriptor sibling : oneof.getFields()) {
        if (!sibling.equals(field)) {
          List<FieldDescriptor> other = with(way.subList(0, way.size() - 1), sibling);
          for (int i = 0; i < wanted.size(); i++) {
            if (startsWith(wanted.get(i), other)) {
              slots.add(i);
            }
          }
        }
      }
      return slots.stream().mapToInt(Integer::intValue).toArray();
    }

    private static boolean startsWith(FieldPath path, List<FieldDescriptor> way) {
      return path.fields().size() >= way.size() && path.fields().subList(0, way.size()).equals(way);
    }

    private static List<FieldDescriptor> with(List<FieldDescriptor> way, FieldDescriptor field) {
      List<FieldDescriptor> longer = new ArrayList<>(way);
      longer.add(field);
      return longer;
    }

    private static Set<Integer> numbers(FieldDescriptor field) {
      Set<Integer> numbers = new HashSet<>();
      for (EnumValueDescriptor value : field.getEnumType().getValues()) {
        numbers.add(value.getNumber());
      }
      return numbers;
    }

    private static boolean isWide(FieldDescriptor field) {
      return switch (field.getType()) {
        case INT64, UINT64, SINT64, BOOL -> true;
        default -> false;
      };
    }

    private static int wireType(FieldDescriptor field) {
      return switch (field.getType()) {
        case INT32, INT64, UINT32, UINT64, SINT32, SINT64, BOOL, ENUM -> VARINT;
        case FIXED64, SFIXED64, DOUBLE -> FIXED64;
        case FIXED32, SFIXED32, FLOAT -> FIXED32;
        case STRING, BYTES, MESSAGE -> LENGTH;
        case GROUP -> START_GROUP;
      };
    }
  }

  /**
   * Walks the fields of a message up to {@code limit}, or up to the end of its group.
   *
   * @param group number of the group that is open, 0 for none
   * @return false when the bytes are malformed
   */
  private static boolean readMessage(
      ExtractedFields r, Shape shape, int limit, int depth, int group) {
    while (r.position < limit) {
      int tag = (int) varint(r, limit, false);
      int number = tag >>> 3;
      int wireType = tag & 7;
      if (r.malformed || number == 0) {
        return fail(r);
      }
      if (++r.read > MAX_FIELDS) {
        return tooMany(r);
      }
      if (wireType == END_GROUP) {
        return number == group || fail(r);
      }
      Field field = shape.field(number);
      boolean read;
      if (field != null && wireType == field.wireType) {
        read = readValue(r, field, number, limit, depth);
      } else if (field != null && field.packable && wireType == LENGTH) {
        read = readPacked(r, field, limit);
      } else {
        unknown(r, number);
        read = skip(r, number, wireType, limit, depth);
      }
      if (!read) {
        return false;
      }
    }
    return group == 0 || fail(r);
  }

  private static boolean readValue(
      ExtractedFields r, Field field, int number, int limit, int depth) {
    int start = r.position;
    int end;
    switch (field.wireType) {
      case VARINT -> {
        long value = varint(r, limit, field.wide);
        if (r.malformed) {
          return false;
        }
        if (field.known != null && !field.known.contains((int) value)) {
          unknown(r, number);
          return true;
        }
        end = r.position;
      }
      case FIXED64, FIXED32 -> {
        end = start + (field.wireType == FIXED64 ? 8 : 4);
        if (end > limit) {
          return fail(r);
        }
        r.position = end;
      }
      case LENGTH -> {
        end = enter(r, limit);
        if (end < 0) {
          return false;
        }
        start = r.position;
        if (field.child != null) {
          if (!readChild(r, field, end, depth, 0)) {
            return false;
          }
        } else {
          if (field.utf8 && !isUtf8(r.bytes, start, end)) {
            return fail(r);
          }
          r.position = end;
        }
      }
      case START_GROUP -> {
        if (!readChild(r, field, limit, depth, number)) {
          return false;
        }
        end = r.position;
      }
      default -> throw new AssertionError(field);
    }
    if (field.clears.length > 0) {
      r.clear(field.clears);
    }
    if (field.slot >= 0) {
      r.put(field.slot, start, end, field.allCount);
    }
    return true;
  }

  private static boolean readChild(
      ExtractedFields r, Field field, int limit, int depth, int group) {
    if (depth >= MAX_DEPTH || field.child == null) {
      return fail(r);
    }
    boolean knewOne = r.unknown != null;
    boolean read = readMessage(r, field.child, limit, depth + 1, group);
    if (!knewOne && r.unknown != null) {
      r.unknown = field.name + "." + r.unknown;
    }
    return read;
  }

  private static boolean readPacked(ExtractedFields r, Field field, int limit) {
    int end = enter(r, limit);
    if (end < 0) {
      return false;
    }
    int start = r.position;
    boolean foreign = false;
    while (r.position < end) {
      switch (field.wireType) {
        case VARINT -> {
          int value = (int) varint(r, end, field.wide);
          if (r.malformed) {
            return false;
          }
          if (++r.read > MAX_FIELDS) {
            return tooMany(r);
          }
          foreign |= field.known != null && !field.known.contains(value);
        }
        case FIXED64 -> r.position += 8;
        case FIXED32 -> r.position += 4;
        default -> throw new AssertionError(field);
      }
    }
    if (r.position != end) {
      return fail(r);
    }
    if (foreign && r.unknown == null) {
      r.unknown = field.name;
    }
    if (field.slot >= 0) {
      r.put(field.slot, start, end, true);
    }
    return true;
  }

  private static boolean skip(ExtractedFields r, int number, int wireType, int limit, int depth) {
    return switch (wireType) {
      case VARINT -> {
        varint(r, limit, true);
        yield !r.malformed;
      }
      case FIXED64, FIXED32 -> {
        r.position += wireType == FIXED64 ? 8 : 4;
        yield r.position <= limit || fail(r);
      }
      case LENGTH -> {
        int end = enter(r, limit);
        if (end >= 0) {
          r.position = end;
        }
        yield end >= 0;
      }
      case START_GROUP ->
          depth < MAX_DEPTH ? readMessage(r, NOTHING_KNOWN, limit, depth + 1, number) : fail(r);
      default -> fail(r);
    };
  }

  private static final Shape NOTHING_KNOWN = new Shape();

  private static void unknown(ExtractedFields r, int number) {
    if (r.unknown == null) {
      r.unknown = Integer.toString(number);
    }
  }

  /** Reads a length and returns where its run ends; -1 when malformed. */
  private static int enter(ExtractedFields r, int limit) {
    int length = (int) varint(r, limit, false);
    if (r.malformed || length < 0 || length > limit - r.position) {
      fail(r);
      return -1;
    }
    return r.position + length;
  }

  /**
   * Reads a varint.
   *
   * @param wide whether it counts with all its 64 bits; of the tenth byte of such a one the parser
   *     looks at the lowest bit first, and when it is set does not mind that an eleventh is
   *     announced
   */
  private static long varint(ExtractedFields r, int limit, boolean wide) {
    byte[] bytes = r.bytes;
    int at = r.position;
    if (at < limit && bytes[at] >= 0) {
      r.position = at + 1;
      return bytes[at];
    }
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= limit) {
        break;
      }
      byte b = bytes[at++];
      value |= (b & 0x7fL) << shift;
      if (b >= 0 || (wide && shift == 63 && (b & 1) != 0)) {
        r.position = at;
        return value;
      }
    }
    fail(r);
    return 0;
  }

  private static boolean fail(ExtractedFields r) {
    r.malformed = true;
    return false;
  }

  private static boolean tooMany(ExtractedFields r) {
    r.tooMany = true;
    return false;
  }

  private static boolean isUtf8(byte[] bytes, int start, int end) {
    for (int i = start; i < end; i++) {
      if (bytes[i] < 0) {
        return ByteString.copyFrom(bytes, i, end - i).isValidUtf8();
      }
    }
    return true;
  }
}
