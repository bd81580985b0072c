package io.crossdock.gateway.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Messages as they may stand on the wire, written by hand, with every freedom that the format
 * leaves: fields in any order and more than once, sub-messages in parts, lists packed and not,
 * over-long varints, unknown fields, groups; and the same gone wrong.
 */
final class WireCorpus {

  private static final int MAX_DEPTH = 4;
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    127,
    128,
    300,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    1L << 32,
    1L << 35,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -7
  };
  private static final byte[][] TEXTS = {
    {},
    utf8("a"),
    utf8("M-1001"),
    utf8("Größe"),
    utf8("日本語"),
    utf8("😀"),
    utf8("\0"),
    utf8("x".repeat(130)),
    // Not UTF-8: a lone continuation, an over-long slash, a surrogate, past the last code point, a
    // sequence cut short.
    {(byte) 0x80},
    {'a', (byte) 0xc0, (byte) 0xaf},
    {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
    {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
    {'a', 'b', (byte) 0xe2, (byte) 0x82},
  };
  private static final int VALID_TEXTS = 8;

  private final RandomGenerator random;
  // How often, in percent, something is written that a good encoder would not write.
  private final int oddity;

  WireCorpus(RandomGenerator random) {
    this.random = random;
    this.oddity = List.of(0, 2, 10).get(random.nextInt(3));
  }

  /** A message of the type, mostly one that its parser accepts. */
  byte[] message(Descriptor type) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    fields(out, type, 0);
    return out.toByteArray();
  }

  /** The message with a little damage. */
  byte[] damaged(byte[] message, Descriptor type) {
    byte[] bytes = message;
    for (int i = random.nextInt(3); i >= 0; i--) {
      bytes = damagedOnce(bytes, type);
    }
    return bytes;
  }

  /** Bytes without any meaning, in which small numbers are more frequent, as in messages. */
  byte[] noise() {
    byte[] bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      if (random.nextBoolean()) {
        bytes[i] = (byte) random.nextInt(40);
      }
    }
    return bytes;
  }

  private byte[] damagedOnce(byte[] bytes, Descriptor type) {
    int length = bytes.length;
    if (length == 0) {
      return message(type);
    }
    int at = random.nextInt(length);
    int to = at + random.nextInt(length - at + 1);
    return switch (random.nextInt(8)) {
      case 0 -> {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << random.nextInt(8));
        yield flipped;
      }
      case 1 -> Arrays.copyOf(bytes, at);
      case 2 -> joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, to, length));
      case 3 -> joined(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, at, length));
      case 4 -> joined(bytes, message(type));
      case 5 -> joined(bytes, bytes);
      case 6 -> {
        byte[] set = bytes.clone();
        set[at] = (byte) random.nextInt(256);
        yield set;
      }
      default ->
          joined(joined(Arrays.copyOf(bytes, at), noise()), Arrays.copyOfRange(bytes, at, length));
    };
  }

  private void fields(ByteArrayOutputStream out, Descriptor type, int depth) {
    List<FieldDescriptor> fields = type.getFields();
    for (int i = random.nextInt(depth == 0 ? 8 : 4); i > 0; i--) {
      if (fields.isEmpty() || odd()) {
        unknown(out, type, depth);
      } else {
        field(out, fields.get(random.nextInt(fields.size())), depth);
      }
    }
  }

  private void field(ByteArrayOutputStream out, FieldDescriptor field, int depth) {
    int number = field.getNumber();
    if (odd()) {
      value(out, number, random.nextInt(8), depth);
      return;
    }
    if (field.isPackable() && random.nextBoolean()) {
      ByteArrayOutputStream run = new ByteArrayOutputStream();
      for (int i = random.nextInt(4); i > 0; i--) {
        scalar(run, field);
      }
      tag(out, number, 2);
      run(out, run.toByteArray());
      return;
    }
    switch (field.getType()) {
      case GROUP -> {
        tag(out, number, 3);
        if (depth < MAX_DEPTH) {
          fields(out, field.getMessageType(), depth + 1);
        }
        tag(out, odd() ? number + 1 : number, 4);
      }
      case MESSAGE -> {
        tag(out, number, 2);
        ByteArrayOutputStream child = new ByteArrayOutputStream();
        if (depth < MAX_DEPTH) {
          fields(child, field.getMessageType(), depth + 1);
        }
        run(out, child.toByteArray());
      }
      case STRING, BYTES -> {
        tag(out, number, 2);
        run(out, TEXTS[random.nextInt(odd() ? TEXTS.length : VALID_TEXTS)]);
      }
      case FIXED64, SFIXED64, DOUBLE -> {
        tag(out, number, 1);
        scalar(out, field);
      }
      case FIXED32, SFIXED32, FLOAT -> {
        tag(out, number, 5);
        scalar(out, field);
      }
      case INT32, INT64, UINT32, UINT64, SINT32, SINT64, BOOL, ENUM -> {
        tag(out, number, 0);
        scalar(out, field);
      }
    }
  }

  private void scalar(ByteArrayOutputStream out, FieldDescriptor field) {
    switch (field.getType()) {
      case FIXED64, SFIXED64, DOUBLE -> fixed(out, 8);
      case FIXED32, SFIXED32, FLOAT -> fixed(out, 4);
      case ENUM -> {
        var values = field.getEnumType().getValues();
        varint(out, odd() ? number() : values.get(random.nextInt(values.size())).getNumber());
      }
      default -> varint(out, number());
    }
  }

  private void unknown(ByteArrayOutputStream out, Descriptor type, int depth) {
    int number = random.nextBoolean() ? 1 + random.nextInt(100) : 1 + random.nextInt(536_870_911);
    if (type.findFieldByNumber(number) == null) {
      value(out, number, random.nextInt(odd() ? 8 : 4), depth);
    }
  }

  private void value(ByteArrayOutputStream out, int number, int wireType, int depth) {
    tag(out, number, wireType);
    switch (wireType) {
      case 0 -> varint(out, number());
      case 1 -> fixed(out, 8);
      case 2 -> run(out, TEXTS[random.nextInt(TEXTS.length)]);
      case 3 -> {
        if (depth < MAX_DEPTH) {
          for (int i = random.nextInt(3); i > 0; i--) {
            value(out, 1 + random.nextInt(20), random.nextInt(4), depth + 1);
          }
        }
        tag(out, odd() ? number + 1 : number, 4);
      }
      case 5 -> fixed(out, 4);
      default -> {}
    }
  }

  private boolean odd() {
    return random.nextInt(100) < oddity;
  }

  private long number() {
    return random.nextBoolean() ? NUMBERS[random.nextInt(NUMBERS.length)] : random.nextLong();
  }

  private void fixed(ByteArrayOutputStream out, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    out.writeBytes(bytes);
  }

  private void run(ByteArrayOutputStream out, byte[] bytes) {
    varint(out, odd() ? Math.max(0, bytes.length + random.nextInt(5) - 2) : bytes.length);
    out.writeBytes(bytes);
  }

  private void tag(ByteArrayOutputStream out, int number, int wireType) {
    long tag = ((number << 3) | wireType) & 0xffff_ffffL;
    // The parser looks at 32 bits of a tag only.
    varint(out, odd() ? tag | (random.nextLong() << 32) : tag);
  }

  private void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    int length = 1;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
      length++;
    }
    if (odd()) {
      // Longer than need be, now and then longer than allowed.
      for (int i = random.nextInt(12 - length); i > 0; i--) {
        out.write((int) rest | 0x80);
        rest = 0;
      }
    }
    out.write((int) rest);
  }

  static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
